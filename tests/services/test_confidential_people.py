"""Whose bills a confidential request covers: grown-ups on another's account, teenagers, newcomers; and the office's side (HIPAA-10)."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.accounts import Patient
from portal.models.audit import AuditEvent
from portal.models.claims import Visit
from portal.models.profiles import Profile
from portal.models.work import WorkItem
from portal.queries.account_readers import reader_emails
from portal.queries.viewer import PatientViewer, patient_viewer
from portal.services.grant_access import grant_access
from portal.services.keep_confidential import keep_confidential
from portal.services.record_confidential import end_recorded, record_confidential, sign_confidential
from tests.pdf_text import pdf_text
from tests.services.confidential_world import (
    ADDRESS,
    BORN,
    MINE,
    NOW,
    SAFE,
    ask,
    mailbox_of,
    outbox,
    owing,
    reader,
    standing,
)
from tests.services.staff_world import add_staff
from tests.services.statement_world import (
    after,
    content,
    cut,
    deliver,
    later,
    only,
    statements,
    world,
)
from tests.web.people import make_login

pytestmark = pytest.mark.usefixtures("database_url")


def test_STMT_13_a_grown_up_on_anothers_account_gets_their_own_for_what_nobody_was_told(
    tmp_path: Path,
) -> None:
    """The bill that went to the other person stays theirs; the new one, with every cent, is nobody else's."""
    grown = date(2000, 6, 7)

    def build(book):
        account = book.account(first_name="Parent", last_name="Sample", birth_on=BORN)
        told = book.owed(
            account=account,
            first_name="Grown",
            last_name="Sample",
            match_name="sample grown",
            birth_on=grown,
        )
        return account.id, told[0].id

    shared_id, told_id = world(build)
    cut()
    deliver(tmp_path)

    def more(book):
        patient = book.session.scalars(select(Patient)).one()
        bill = book.more(patient, book.payer(), service_on=date(2026, 2, 25))
        book.decide(bill, paid=9000, discount=12000, share={"1": 4000}, number="888")
        return bill[0].id

    new_id = later(more)
    parent = reader(shared_id, "parent@example.com")
    login_id = make_login("patient", email=MINE, accounts=[shared_id])
    with transaction() as session:
        session.add(
            Profile(
                login_id=login_id,
                first_name="Grown",
                last_name="Sample",
                birth_on=grown,
                created_at=NOW,
            )
        )
    ask(PatientViewer(login_id, frozenset({shared_id})), **ADDRESS)
    with read_only() as session:
        accounts = {
            visit.id: visit.guarantor_account_id for visit in session.scalars(select(Visit))
        }
    own_id = accounts[new_id]
    assert accounts[told_id] == shared_id
    assert own_id != shared_id
    assert standing()[0].account_ids == [own_id]
    assert patient_viewer(login_id).account_ids == {shared_id, own_id}
    assert patient_viewer(parent.login_id).account_ids == {shared_id}
    cut(after(30))
    papers = {s.guarantor_account_id: s for s in statements() if s.cycle_on == after(30)}
    assert papers[own_id].content["amount_due"] == 4000
    assert "2026-02-25" not in str(papers[shared_id].content)
    assert mailbox_of(parent) == "parent@example.com"
    assert outbox() == [], "the other person is told nothing"
    ask(PatientViewer(login_id, frozenset({shared_id, own_id})), no_calls=True)
    assert len(standing()[0].account_ids) == 1, "they part once"


def test_HIPAA_9_a_teenager_asks_for_the_account_of_their_kept_visits_and_not_for_a_parents(
    tmp_path: Path,
) -> None:
    born = date(2010, 5, 4)

    def build(book):
        account = book.account(first_name="Parent", last_name="Sample", birth_on=BORN)
        bill = book.owed(
            account=account,
            first_name="Teena",
            last_name="Sample",
            match_name="sample teena",
            birth_on=born,
        )
        return account.id, bill[0].id

    parents_id, visit_id = world(build)
    own_id = keep_confidential(
        account_id=parents_id,
        visit_id=visit_id,
        reason="Teena asked at the desk",
        staff=add_staff("front_desk", "desk@example.com"),
        now=NOW,
    )
    teen = reader(own_id, "teena@example.com")
    cut()
    assert statements() == [], "before they say where, the bill waits"
    ask(teen, **ADDRESS)
    assert standing()[0].account_ids == [own_id]
    cut(after(1))
    deliver(tmp_path, after(1))
    pdf = tmp_path / "outbox" / after(1).isoformat() / f"{only().number}.pdf"
    assert "9 Safe Harbor" in pdf_text(pdf.read_bytes())
    ask(reader(parents_id, "parent@example.com"), email="other@example.com")
    with read_only() as session:
        assert reader_emails(session, account_id=own_id) == ("teena@example.com",)


def test_HIPAA_10_who_asked_before_they_were_linked_is_covered_when_they_are() -> None:
    account_id = owing()
    login_id = make_login("patient", email=MINE)
    ask(PatientViewer(login_id, frozenset()), **ADDRESS, email=SAFE)
    assert mailbox_of(PatientViewer(login_id, frozenset())) == SAFE
    with transaction() as session:
        grant_access(
            session,
            login_id=login_id,
            account_id=account_id,
            granted_by="enrolment_code:1",
            now=NOW,
        )
    cut()
    assert content().guarantor.address == ()


def test_HIPAA_10_the_office_writes_it_down_signs_and_ends_it_and_no_trail_of_the_account_says_so() -> (
    None
):
    account_id = owing(mobile="+12125550142")
    testa = reader(account_id)
    desk = add_staff("front_desk", "desk@example.com")
    ask(testa, no_calls=True)
    [item] = open_work()
    assert item.guarantor_account_id == account_id
    sign_confidential(account_id=account_id, staff=desk, now=NOW)
    assert standing()[0].seen_by_id == desk.login_id
    assert open_work() == []
    record_confidential(
        account_id=account_id, answers={"no_texts": True}, source="phone", staff=desk, now=NOW
    )
    [row] = standing()
    assert (row.login_id, row.source, row.no_calls, row.no_texts) == (
        testa.login_id,
        "phone",
        True,
        True,
    )
    assert open_work() == [], "whoever wrote it down signed it"
    end_recorded(account_id=account_id, staff=desk, now=NOW + timedelta(days=1))
    assert standing() == []
    with read_only() as session:
        trail = session.scalars(
            select(AuditEvent)
            .where(AuditEvent.object_type == "confidential_request")
            .order_by(AuditEvent.id)
        ).all()
    assert [event.action for event in trail] == [
        "confidential_asked",
        "confidential_seen",
        "confidential_asked",
        "confidential_ended",
    ]
    assert not any(event.account_ids for event in trail)


def open_work() -> list[WorkItem]:
    with read_only() as session:
        return list(
            session.scalars(
                select(WorkItem).where(
                    WorkItem.kind == "confidential_request", WorkItem.closed_at.is_(None)
                )
            )
        )
