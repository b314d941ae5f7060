"""Looks by a patient alone, changes and pages about one of many: as closed and as well told as an account's page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from billing.audit_rules import Alert, Restriction
from portal.db import read_only
from portal.models.audit import AuditAlert, AuditEvent
from portal.queries.viewer import patient_viewer
from portal.queries.who_looked import who_looked
from portal.services.find_audit_alerts import find_audit_alerts
from portal.services.restrict_account import restrict_account
from tests.booking_world import MONDAY, open_booking
from tests.services.staff_world import add_staff
from tests.web.pages import PageClient

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
