"""Statements without paper: announced by e-mail with consent alone, delivered when the mail was taken (MSG-24, STMT-18)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal import db
from portal.models.accounts import AccountCondition, GuarantorAccount
from portal.models.consents import ESignConsent
from portal.models.identity import AccountAccess
from portal.models.statements import EnrolmentCode, Statement
from portal.queries.conditions import conditions
from portal.queries.esign_words import TECHNICAL, as_seen
from portal.queries.ledger_proof import verify_ledger
from portal.queries.paperless import electronic_readers, paperless_page
from portal.queries.statement_page import statement_page
from portal.queries.viewer import PatientViewer
from portal.services.ask_paper_copy import ask_paper_copy
from portal.services.consent_paperless import withdraw_paperless
from portal.services.download_statement import download_statement
from portal.services.refusal import NotFound
from tests.adapters.mail_server import MailServer, mail_server
from tests.services.paperless_world import (
    BEFORE,
    EMAIL,
    HERE,
    Post,
    agree,
    change_login,
    consents,
    deliveries,
    first_statement_on,
    give_access,
    notice,
    open_post,
    outbox,
    viewer_of,
)
from tests.services.statement_world import DAY, after, later, noon, only, statements

pytestmark = pytest.mark.usefixtures("database_url")
PAPER = [("paper", DAY, None)]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(tmp_path) as running:
        yield running


@pytest.fixture
def post(tmp_path: Path, server: MailServer) -> Post:
    """Agreed a month ago, and told so."""
    made = open_post(tmp_path, server)
    agree()
    made.send(BEFORE)
    server.envelopes.clear()
    return made


def test_MSG_24_with_consent_the_statement_is_announced_not_printed(
    post: Post, server: MailServer
) -> None:
    report = post.run()
    assert (report.delivered.sent, report.delivered.announced) == ((), ("2026-0001",))
    assert post.batch(DAY) == []
    [mail] = server.messages
    assert (mail["To"], mail["Subject"]) == (EMAIL, "A new statement is ready")
    assert "http://localhost:8000/statements/2026-0001" in mail.get_content()
    assert "$" not in mail.get_content()
    assert deliveries() == [("email", DAY, None)]
    with db.read_only() as session:
        assert session.scalar(select(func.count(EnrolmentCode.id))) == 0
    message = notice()
    assert (message.gate, message.statement_id) == ("allowed", only().id)
    assert message.template_version
    assert [fault for fault in verify_ledger().faults if "statement" in fault.check] == []


def test_CORE_3_D0_is_the_day_the_mail_was_taken(post: Post) -> None:
    post.run(send=False)
    assert first_statement_on() is None
    assert deliveries() == []
    post.send(noon(after(1)))
    assert first_statement_on() == after(1)
    assert deliveries() == [("email", after(1), None)]


def test_STMT_12_running_the_day_twice_sends_one_mail(post: Post, server: MailServer) -> None:
    post.run()
    again = post.run()
    assert (again.delivered.sent, again.delivered.announced, again.returned.sent) == ((), (), ())
    assert len(server.envelopes) == 1
    assert len(statements()) == 1
    assert deliveries() == [("email", DAY, None)]


def test_a_mail_in_doubt_is_sent_again_under_the_same_id(post: Post, server: MailServer) -> None:
    server.hang_up = True
    post.run()
    assert (post.failures, notice().state, deliveries()) == (["OutcomeUnknown"], "sending", [])
    server.hang_up = False
    post.send(noon(DAY) + timedelta(minutes=5))
    assert len({mail["Message-ID"] for mail in server.messages}) == 1
    assert deliveries() == [("email", DAY, None)]


def test_STMT_26_a_second_try_is_asked_about_again(post: Post, server: MailServer) -> None:
    server.hang_up = True
    post.run()
    hold = AccountCondition(
        guarantor_account_id=post.account_id, kind="bankruptcy", since=noon(DAY), source="test"
    )
    later(lambda w: w.add(hold))
    server.hang_up = False
    post.send(noon(DAY) + timedelta(minutes=5))
    assert (notice().state, notice().gate, len(server.envelopes)) == ("canceled", "COLL-24", 1)


def test_the_patient_reads_it_while_the_mail_is_on_its_way(post: Post) -> None:
    post.run(send=False)
    viewer = viewer_of()
    assert statement_page(viewer, "2026-0001", on=DAY) is not None
    office = post.office
    found = download_statement(
        viewer=viewer, number="2026-0001", store=office.documents, printer=office.printer
    )
    assert found.pdf.startswith(b"%PDF")
    with pytest.raises(NotFound):
        ask_paper_copy(viewer=PatientViewer(1, frozenset()), number="2026-0001", now=BEFORE)


@pytest.mark.parametrize("days", [0, 1])
def test_STMT_20_there_are_at_least_21_days_to_pay(post: Post, days: int) -> None:
    post.run(send=False)
    post.send(noon(after(days)))
    assert only().due_on - after(days) >= timedelta(days=21)


def _end_access(w) -> None:
    w.session.scalars(select(AccountAccess)).one().ended_at = BEFORE


def _paper_only(w) -> None:
    w.session.scalars(select(GuarantorAccount)).one().paper_only = True


def _withdraw(_w) -> None:
    withdraw_paperless(
        viewer=viewer_of(), browser=HERE, public_url="http://localhost:8000", now=BEFORE
    )


@pytest.mark.parametrize("change", [_end_access, _paper_only, _withdraw])
def test_STMT_18_without_consent_or_access_it_is_paper(post: Post, change) -> None:
    later(change)
    post.run()
    assert deliveries() == PAPER
    assert outbox("statement_notice") == []


@pytest.mark.parametrize("field", [{"active": False}, {"email_failed_at": BEFORE}])
def test_STMT_18_a_closed_sign_in_or_a_dead_address_is_paper(post: Post, field: dict) -> None:
    change_login(**field)
    post.run()
    assert deliveries() == PAPER


def test_STMT_18_another_address_than_the_one_agreed_to_is_paper(post: Post) -> None:
    change_login(email="other@example.com")
    post.run()
    assert deliveries() == PAPER


def row(post: Post, **changed) -> None:
    values = {
        "guarantor_account_id": post.account_id,
        "granted": True,
        "source": "web",
        "email": EMAIL,
        "wording": as_seen("", EMAIL, "en"),
        "demonstrated_at": BEFORE,
        "at": BEFORE + timedelta(days=1),
    }
    later(lambda w: w.add(ESignConsent(**{**values, **changed})))


@pytest.mark.parametrize(
    "changed",
    [
        {"demonstrated_at": None},
        {"granted": False},
        {"wording": {TECHNICAL: {"version": "0"}}},
        {"wording": {}},
    ],
)
def test_MSG_24_only_a_demonstrated_consent_to_todays_needs_counts(
    post: Post, changed: dict
) -> None:
    row(post, **changed)
    with db.read_only() as session:
        book = conditions(session, on=DAY, account_ids=[post.account_id])
        readers = electronic_readers(session, account_ids=[post.account_id], now=noon(DAY))
    assert "no_estatement_consent" in {c.value for c in book.of(post.account_id).kinds}
    assert readers == {}
    post.run()
    assert deliveries() == PAPER


def test_MSG_24_the_gate_reads_the_ledger(post: Post) -> None:
    with db.read_only() as session:
        book = conditions(session, on=DAY, account_ids=[post.account_id])
    assert "no_estatement_consent" not in {c.value for c in book.of(post.account_id).kinds}


def test_MSG_24_the_row_keeps_all_six_texts_and_the_demonstration(post: Post) -> None:
    [consent] = consents()
    assert (consent.email, consent.ip, consent.user_agent) == (EMAIL, HERE.ip, HERE.user_agent)
    assert consent.demonstrated_at < consent.at
    texts = {key: kept for key, kept in consent.wording.items() if key != "agreement"}
    assert len(texts) == 6
    assert all(kept["version"] and kept["text"] for kept in texts.values())
    assert "(212) 555-0100" in texts["how"]["text"]
    assert EMAIL in consent.wording["agreement"]
    assert consent.wording_version
    assert consent.language == "en"


def test_MSG_24_withdrawing_twice_is_one_row_and_one_letter(post: Post) -> None:
    for _ in range(2):
        _withdraw(None)
    assert [c.granted for c in consents()] == [True, False]
    assert len(outbox("paperless_off")) == 1


def test_ID_12_a_new_address_waits_72_hours_and_both_are_told(post: Post) -> None:
    give_access(post.account_id, "thief@example.com")
    agree(noon(DAY) - timedelta(hours=71), "thief@example.com")
    told = [message.recipient for message in outbox("paperless_on")]
    assert sorted(told[1:]) == [EMAIL, "thief@example.com"]
    page = paperless_page(viewer_of("thief@example.com"), language="en", now=noon(DAY))
    assert page.held_until == noon(DAY) + timedelta(hours=1)
    post.run()
    assert deliveries() == PAPER


def test_ID_12_after_72_hours_the_new_address_serves(post: Post, server: MailServer) -> None:
    give_access(post.account_id, "other@example.com")
    agree(noon(DAY) - timedelta(hours=73), "other@example.com")
    post.run()
    assert [m["To"] for m in server.messages if m["Subject"] == notice().subject] == [
        "other@example.com"
    ]


@pytest.mark.parametrize(("kind", "rule"), [("bankruptcy", "COLL-24"), ("deceased", "COLL-25")])
def test_STMT_26_a_hold_while_the_mail_waits_stops_it(
    post: Post, server: MailServer, kind: str, rule: str
) -> None:
    post.run(send=False)
    hold = AccountCondition(
        guarantor_account_id=post.account_id, kind=kind, since=noon(DAY), source="test"
    )
    later(lambda w: w.add(hold))
    post.send(noon(DAY))
    assert (notice().state, notice().gate) == ("canceled", rule)
    assert server.envelopes == []
    assert (deliveries(), first_statement_on()) == ([], None)
    assert statement_page(viewer_of(), "2026-0001", on=DAY) is None
    assert post.run(after(1)).returned.sent == ()


def test_STMT_12_a_payment_while_the_mail_waits_stops_the_old_figure(
    post: Post, server: MailServer
) -> None:
    post.run(send=False)
    later(lambda w: w.pay(post.bill, 2000, on=DAY))
    post.send(noon(DAY))
    assert (notice().state, notice().gate) == ("canceled", "STMT-12")
    assert post.run().delivered.announced == ()  # the same day tries no second time
    assert post.run(after(1)).delivered.announced == ("2026-0002",)
    assert [mail["Subject"] for mail in server.messages] == ["A new statement is ready"]


def test_STMT_18_a_consent_withdrawn_while_the_mail_waits_means_paper(post: Post) -> None:
    post.run(send=False)
    _withdraw(None)
    post.send(noon(DAY))
    assert (notice().state, notice().gate) == ("failed", "MSG-24")
    assert post.run(after(1)).returned.sent == ("2026-0001",)
    assert deliveries() == [("paper", after(1), None)]
    assert first_statement_on() == after(1)


def test_MSG_24_a_free_paper_copy_goes_into_the_next_batch_once(post: Post) -> None:
    post.run()
    for _ in range(2):
        ask_paper_copy(viewer=viewer_of(), number="2026-0001", now=noon(DAY))
    assert post.run(after(1)).returned.sent == ("2026-0001",)
    assert post.batch(after(1)) == ["2026-0001.pdf", "addresses.csv"]
    assert post.run(after(2)).returned.sent == ()
    assert deliveries() == [("email", DAY, None), ("paper", after(1), None)]
    assert first_statement_on() == DAY
    page = statement_page(viewer_of(), "2026-0001", on=after(1))
    assert (page.on_paper, page.copy_asked) == (True, True)
    assert page.content.due_on == only().due_on


def test_the_next_cycle_comes_thirty_days_later_as_on_paper(post: Post) -> None:
    post.run()
    assert [post.run(after(days)).delivered.announced for days in (29, 30)] == [(), ("2026-0002",)]
    with db.read_only() as session:
        assert session.scalar(select(func.count(Statement.id))) == 2
    assert first_statement_on() == DAY
