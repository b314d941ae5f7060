"""House laws that a machine can hold: who commits, who reads clocks, what names things may have."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from portal import queue
from portal.jobs import schedule

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("billing", "portal", "staff_admin")
CLOCKS = re.compile(r"\b(datetime\.now|date\.today|utcnow|time\.time|func\.now|localtime)\(")
# Columns of the queue and of created_at defaults are the database's own clock, not a rule's.
CLOCK_FREE = ("billing", "portal/services", "portal/queries")


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def offenders(pattern: re.Pattern[str], *folders: str, allowed: tuple[str, ...] = ()) -> list[str]:
    found = []
    for path in sources(*folders):
        name = str(path.relative_to(ROOT))
        if name in allowed:
            continue
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            if pattern.search(line):
                found.append(f"{name}:{number}: {line.strip()}")
    return found


def test_only_the_database_module_commits() -> None:
    assert offenders(re.compile(r"\.commit\(\)"), *PRODUCT, allowed=("portal/db.py",)) == []


def test_rules_services_and_queries_read_no_clock() -> None:
    assert offenders(CLOCKS, *CLOCK_FREE) == []


def test_services_know_no_request() -> None:
    pattern = re.compile(r"^\s*(from|import) (flask|flask_login|flask_security)\b")
    assert offenders(pattern, "portal/services", "portal/queries", "billing") == []


def test_money_has_no_floats() -> None:
    assert offenders(re.compile(r"\bfloat\("), "billing", "portal", "staff_admin") == []


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b|NotImplemented" + "Error")
    assert offenders(marks, *PRODUCT, "sandbox", "tools", "tests") == []


def test_no_module_is_called_utils() -> None:
    vague = {"utils", "helpers", "managers", "manager", "misc", "common"}
    assert [p for p in sources(*PRODUCT, "sandbox") if p.stem in vague] == []


def test_no_fixture_is_called_app() -> None:
    """pytest-flask would share `g` across clients: a stranger was once seen as somebody else."""
    assert offenders(re.compile(r"^def app\("), "tests") == []


def test_constraints_are_made_immediate_in_one_place() -> None:
    found = {
        line.split(":")[0] for line in offenders(re.compile(r"SET CONSTRAINTS ALL IMM"), "tests")
    }
    assert found <= {"tests/conftest.py", "tests/house/test_laws.py"}


def test_every_job_that_is_enqueued_has_a_handler() -> None:
    schedule.register()
    asked = set()
    for path in sources("portal", "staff_admin"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(
                node.func, "attr", getattr(node.func, "id", "")
            ) in ("enqueue", "enqueue_all"):
                name = node.args[1] if len(node.args) > 1 else None
                if isinstance(name, ast.Constant):
                    asked.add(name.value)
    assert asked, "no enqueue call found: the test looks in the wrong place"
    assert asked <= set(queue.HANDLERS)
    assert set(queue.RECURRING) <= set(queue.HANDLERS)


@pytest.mark.parametrize("folder", PRODUCT)
def test_every_module_opens_with_a_sentence(folder: str) -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in sources(folder)
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


# Codes and answers to what somebody did a moment ago: the only texts that nobody judges when they leave.
ASKED_FOR = {
    "portal/services/open_text_link.py",
    "portal/services/send_link_code.py",
    "portal/services/send_sign_in_message.py",
    "portal/services/text_answers.py",
    "portal/services/texted_codes.py",
}


def test_HIPAA_3_what_staff_did_is_written_in_one_place() -> None:
    """`add_staff_act` says who and in which role; nobody writes that out beside it again."""
    by_hand = re.compile(r'face="staff",\s+login_id=([\w.]+)\.login_id\b[^,]*,\s+role=\1\.role')
    services = sources("portal/services")
    found = [path.name for path in services if by_hand.search(path.read_text())]
    assert found == ["record_access.py"]


def test_CORE_5_every_other_text_is_judged_when_it_leaves() -> None:
    """`queue_text` writes a row without category; a new caller must be one of these, or use `queue_row`."""
    callers = offenders(re.compile(r"(?<!def )\bqueue_text\("), *PRODUCT)
    assert {line.split(":")[0] for line in callers} == ASKED_FOR


# Who may read a number of the practice's file without asking `queries/reach.py`, and why that sends nothing.
NUMBER_ON_FILE = {
    "portal/models/accounts.py": "the column",
    "portal/queries/reach.py": "the one that decides",
    "portal/queries/call_standing.py": "hands it to reach, which says whether one may call it",
    "portal/queries/check_in_page.py": "shows its last digits to its owner; nothing under a confidential request",
    "portal/queries/contact_page.py": "shows which of two numbers one's own page speaks of",
    "portal/queries/link_candidates.py": "compares",
    "portal/queries/link_queue.py": "a profile's, shown to the office",
    "portal/queries/search_ways.py": "searches",
    "portal/queries/staff_account.py": "shown through reach",
    "portal/queries/staff_duplicates.py": "compares",
    "portal/queries/staff_people.py": "what the file says, below the flag",
    "portal/queries/staff_thread.py": "finds what was texted before",
    "portal/queries/text_senders.py": "finds who texted us",
    "portal/services/clear_message.py": "names the rule that stopped a text; a hold on that number",
    "portal/services/find_duplicates.py": "compares",
    "portal/services/grant_access.py": "carries a proven number over",
    "portal/services/import_text_consents.py": "writes consents",
    "portal/services/judge_reach.py": "looks whether texts to it fail",
    "portal/services/note_call.py": "of a call that they made, where nobody noted another; and compares",
    "portal/services/note_text_consent.py": "writes a consent",
    "portal/services/open_kiosk.py": "compares",
    "portal/services/prove_mobile.py": "writes",
    "portal/services/send_link_code.py": "whose it is said to be, of the number that reach gave",
    "portal/services/unlink_phone.py": "takes it away",
}


def test_HIPAA_10_only_one_place_says_which_number_is_texted_or_called() -> None:
    """Everybody else asks `portal.queries.reach`; a new reader goes through it, or says here why it need not."""
    pattern = re.compile(r"\b(account|GuarantorAccount|row)\.mobile\b|rows\[0\]\.mobile\b")
    readers = {line.split(":")[0] for line in offenders(pattern, *PRODUCT)}
    assert readers == NUMBER_ON_FILE.keys()


def test_HIPAA_10_every_message_is_a_row_that_one_job_hands_over_and_asks_about() -> None:
    """No module mails or texts by itself: the job that does asks where an e-mail may go as it leaves."""
    senders = offenders(re.compile(r"\b(email|sms|mailer)\.send\("), *PRODUCT)
    assert {line.split(":")[0] for line in senders} == {"portal/services/send_message.py"}
    rows = offenders(re.compile(r"insert\(OutboundMessage\)|\bOutboundMessage\("), *PRODUCT)
    assert {line.split(":")[0] for line in rows} == {
        "portal/models/messages.py",  # the class
        "portal/services/queue_letter.py",
        "portal/services/queue_notices.py",
        "portal/services/queue_visit_messages.py",
        "portal/services/send_message.py",
    }
    job = (ROOT / "portal/services/send_message.py").read_text()
    claim = job[job.index("def _claim(") : job.index("def _lock(")]
    assert "_is_safe(session, message, now)" in claim
    assert "mailbox(session, message.recipient" in claim


def test_HIPAA_10_only_an_envelope_bears_an_address_and_reach_says_which() -> None:
    """Statements are made from `sealed` accounts without one; the two that fill envelopes ask as they do."""
    makers = offenders(re.compile(r"(?<!def )\b(address_lines|guarantor_block)\("), *PRODUCT)
    assert {line.split(":")[0] for line in makers} == {
        "portal/queries/bad_addresses.py",  # to compare it with one that mail came back from
        "portal/queries/confidential_page.py",  # to whoever asked for it
        "portal/queries/reach.py",
        "portal/queries/statement_build.py",  # only unsealed: `sealed=`
        "portal/queries/statement_words.py",
    }
    build = (ROOT / "portal/queries/statement_build.py").read_text()
    assert "sealed=account_id in facts.sealed" in build
    fillers = {line.split(":")[0] for line in offenders(re.compile(r"\benvelopes\("), *PRODUCT)}
    assert fillers == {
        "portal/queries/reach.py",
        "portal/services/deliver_statements.py",
        "portal/services/mail_batch.py",
        "portal/services/mail_returned.py",
    }
    asks = offenders(re.compile(r"\bConfidentialRequest\b"), *PRODUCT)
    assert {line.split(":")[0] for line in asks} == {
        "portal/models/confidential.py",
        "portal/queries/confidential_page.py",
        "portal/queries/reach.py",
        "portal/queries/staff_confidential.py",
        "portal/queries/statement_words.py",
        "portal/services/ask_confidential.py",
        "portal/services/cover_accounts.py",
        "portal/services/record_confidential.py",
        "portal/services/write_request.py",
    }, "whoever reads a safe address can show it to somebody else"
