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
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "attr", getattr(node.func, "id", "")) == "enqueue"
            ):
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


def test_CORE_5_every_other_text_is_judged_when_it_leaves() -> None:
    """`queue_text` writes a row without category; a new caller must be one of these, or use `queue_row`."""
    callers = offenders(re.compile(r"(?<!def )\bqueue_text\("), *PRODUCT)
    assert {line.split(":")[0] for line in callers} == ASKED_FOR
