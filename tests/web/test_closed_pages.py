"""Looks by a patient alone, changes and pages about one of many: as closed and as well told as an account's page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from billing.audit_rules import Alert, Restriction
from portal.db import read_only, transaction
from portal.models.audit import AuditAlert, AuditEvent
from portal.models.claims import Claim, Visit
from portal.models.work import WorkItem, WorkNote
from portal.queries.viewer import patient_viewer
from portal.queries.who_looked import who_looked
from portal.services.find_audit_alerts import find_audit_alerts
from portal.services.restrict_account import restrict_account
from tests.booking_world import MONDAY, open_booking
from tests.services.payer_voice import book
from tests.services.staff_world import add_account, add_staff
from tests.web.pages import PageClient
from tests.web.test_staff_eobs import Typist

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
As = Callable[[str], PageClient]


@pytest.fixture(autouse=True)
def _monday(staff_app: Flask) -> None:
    staff_app.config["CLOCK"] = lambda: NOW


def restrict(account_id: int, *, whose: int | None = None) -> None:
    restrict_account(
        staff=add_staff("manager", "boss@example.com"),
        account_id=account_id,
        kind=Restriction.STAFF if whose else Restriction.VIP,
        staff_login_id=whose,
        reason="Works here" if whose else "Mayor of the town",
        now=NOW,
    )


def work_item(account_id: int) -> int:
    with transaction() as session:
        item = WorkItem(
            dedupe_key="x",
            kind="credit",
            reasons=["a credit"],
            next_step="Look",
            guarantor_account_id=account_id,
            opened_at=NOW,
            outcome="",
        )
        session.add(item)
        session.flush()
        return item.id


def test_HIPAA_4_a_look_by_the_patient_alone_is_told_to_the_account_and_raises_its_alert(
    as_staff: As,
) -> None:
    """A step of the check-in knows whose it is, and not which account."""
    world = open_booking(NOW)
    at = world.book(world.start(MONDAY, "13:00"), via="staff", now=NOW - timedelta(days=3))
    restrict(world.account_id, whose=add_staff("biller", "colleague@example.com").login_id)
    looker = as_staff("manager")
    looker.get(f"/front-desk/{at}/check-in/identity")
    told = who_looked(patient_viewer(world.login_id)).rows
    assert ("A manager", "looked at", "your account") in {
        (look.who, look.did, look.what) for look in told
    }
    find_audit_alerts(day=NOW.date(), now=NOW)
    with read_only() as session:
        found = session.execute(
            select(AuditAlert.login_id, AuditAlert.guarantor_account_id).where(
                AuditAlert.kind == Alert.CO_WORKER
            )
        ).all()
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.object_type == "check_in")
        ).one()
    assert (looker.login_id, world.account_id) in {tuple(row) for row in found}
    assert event.account_ids == [world.account_id]


def test_HIPAA_10_a_look_at_a_confidential_request_stays_out_of_the_account_s_trail(
    as_staff: As,
) -> None:
    world = open_booking(NOW)
    as_staff("manager").get(f"/accounts/{world.account_id}/reach")
    with read_only() as session:
        events = select(AuditEvent).where(AuditEvent.object_type == "confidential_request")
        event = session.scalars(events).one()
    assert event.patient_ids
    assert not event.account_ids
    assert not who_looked(patient_viewer(world.login_id)).rows


def test_HIPAA_3_a_change_by_another_id_is_not_made_without_a_reason(as_staff: As) -> None:
    vip = add_account("1111-2222").account_id
    item_id = work_item(vip)
    restrict(vip)
    biller = as_staff("biller")
    page = biller.post(f"/queue/{item_id}/note", {"note-text": "Called them"}, expect=403)
    assert page.h1 == "This account is restricted"
    with read_only() as session:
        assert session.scalar(select(func.count()).select_from(WorkNote)) == 0
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "update")).one()
    assert (event.outcome, event.reason) == ("refused", "AccountRestricted")
    assert event.account_ids == [vip]
    as_staff("manager").post(f"/queue/{item_id}/note", {"note-text": "Called them"}, expect=302)
    with read_only() as session:
        assert session.scalar(select(func.count()).select_from(WorkNote)) == 1


def test_HIPAA_3_a_search_to_book_names_no_restricted_person_among_others(as_staff: As) -> None:
    accounts = [add_account(number).account_id for number in ("1111-2222", "3333-4444", "5555-6")]
    restrict(accounts[0])
    page = as_staff("front_desk").post("/calendar/book", {"term": "sample"})
    assert "Restricted account1111-2222" in page.text
    assert page.text.count("Testa Sample") == 2, "of the two others"


def test_HIPAA_3_a_batch_says_the_number_of_a_restricted_account_alone(as_staff: As) -> None:
    accounts = [
        add_account(number).account_id for number in ("1111-2222", "3333-4444", "5555-6666")
    ]
    restrict(accounts[0])
    said = {
        "batch": str(uuid4()),
        "received_on": "3/2/2026",
        "control_total": "30",
        "action": "check",
    }
    for at, number in enumerate(("11112222", "33334444", "55556666")):
        said |= {
            f"rows-{at}-line": number,
            f"rows-{at}-amount": "10",
            f"rows-{at}-check_number": "",
        }
    page = as_staff("payment_poster").post("/batches/new", said)
    assert "Restricted account1111-2222" in page.text
    assert page.text.count("Testa Sample") == 2, "of the two others"


def test_HIPAA_3_a_claim_on_a_check_of_many_is_closed_and_a_search_names_nobody(
    as_staff: As,
) -> None:
    """A check of three accounts stays open as a list; the page about one of them does not."""
    with book() as found:
        found.practice()
        visits = [found.insured_visit([12_500], tax_id=f"199999999{n}")[0] for n in range(3)]
    ids = [one.id for one in visits]
    with read_only() as session:
        accounts = [session.get_one(Visit, one).guarantor_account_id for one in ids]
        claims = session.scalars(select(Claim).order_by(Claim.visit_id)).all()
    assert len(set(accounts)) == len(claims) == 3
    typist = Typist(as_staff("biller"), ids[0], claims[0])
    typist.begin()
    found_page = typist.client.post(typist.at("/find"), {"term": "Sample"})
    assert found_page.text.count("Testa Sample") == 3
    for version, claim in enumerate(claims, 1):
        said = {"version": str(version), "claim": str(claim.id)}
        typist.client.post(typist.at("/claims"), said, expect=302)
    typist.client.get(typist.at("/claims/3"))
    restrict(accounts[2])
    page = typist.client.get(typist.at("/claims/3"), expect=403)
    assert f"/restricted/{accounts[2]}/open" in page.links()
    typist.client.get(typist.at("/claims/2"))
    again = typist.client.post(typist.at("/find"), {"term": "Sample"})
    assert again.text.count("Testa Sample") == 2
    assert "Restricted account" in again.text
