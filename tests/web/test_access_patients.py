"""Patient A, patient B and nobody before every page of one record: another's number is not found (HIPAA-18)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from billing.money import Money
from portal.db import transaction
from portal.models.audit import AuditEvent
from portal.models.claims import Visit
from portal.models.identity import AccountAccess
from portal.models.insurance import InsuranceSubmission
from portal.models.payments import Payment
from portal.models.statements import Statement
from portal.web.access import rule_of
from tests.web.bills import account_of_every_kind, make_practice
from tests.web.pages import PageClient
from tests.web.people import make_account, make_login

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
NOBODYS = {
    "year"
}  # opens for everybody who signs in; test_year_paid.py tries that each sees only its own
PAYMENT = UUID("5c0ffee0-0000-4000-8000-000000000001")


@pytest.fixture
def record(database_url: str) -> dict[str, object]:
    """A's account, and an id of A's for every argument that an address may have."""
    make_practice()
    bills = account_of_every_kind()
    with transaction() as session:
        session.add(
            Statement(
                number="2026-0142",
                guarantor_account_id=bills.account_id,
                cycle_on=date(2026, 3, 1),
                cut_at=NOW,
                ledger_position=0,
                due_on=date(2026, 3, 28),
                amount_due=Money(6000),
                previous_balance=Money(0),
                layout_version=1,
                content={},
                content_hash="",
            )
        )
        session.add(
            Payment(
                id=PAYMENT,
                guarantor_account_id=bills.account_id,
                amount=Money(6000),
                scope="all",
                request_hash="",
                state="succeeded",
                created_at=NOW,
                state_at=NOW,
                receipt_number="R-2026-0001",
            )
        )
        submission = InsuranceSubmission(
            login_id=make_login("patient"),
            patient_id=session.get_one(Visit, bills.decided).patient_id,
            kind="add",
            begun_at=NOW,
        )
        session.add(submission)
        session.flush()
    return {
        "submission_id": submission.id,
        "side": "front",
        "account": bills.account_id,
        "account_id": bills.account_id,
        "visit_id": bills.decided,
        "payment_id": PAYMENT,
        "statements.number": "2026-0142",
        "receipts.number": "R-2026-0001",
        # A genuine one of another sign-in is tried in test_paperless.py.
        "token": f"{int(NOW.timestamp())}-0123456789abcdef-{'0' * 32}",
    }


def pages_of_one_record(flask_app: Flask, record: dict[str, object]) -> list[str]:
    """The address of each page of A's record, from the map itself: a new one cannot be forgotten here."""
    found = []
    for rule in flask_app.url_map.iter_rules():
        access = rule_of(flask_app.view_functions[rule.endpoint])
        if access is None or access.face != "patient" or "GET" not in rule.methods:
            continue
        if rule.arguments & NOBODYS:
            continue
        path = rule.rule
        for name in rule.arguments:
            folder = path.split("/")[1]
            value = record.get(name, record.get(f"{folder}.{name}"))
            assert value is not None, f"{rule.rule}: say in `record` what {name} is"
            for spelling in (f"<{name}>", f"<int:{name}>", f"<uuid:{name}>"):
                path = path.replace(spelling, str(value))
        if rule.arguments:
            found.append(path)
    return found


def test_HIPAA_18_another_patients_number_is_not_found(
    patient_app: Flask, record: dict[str, object], as_patient: Callable[..., PageClient]
) -> None:
    other = as_patient(make_account(first_name="Other"))
    paths = pages_of_one_record(patient_app, record)
    assert len(paths) > 5
    answers = {path: other.get(path, expect=None).status for path in paths}
    assert set(answers.values()) == {404}, answers
    with transaction() as session:
        told = session.scalars(select(AuditEvent.outcome).where(AuditEvent.outcome != "ok")).all()
    assert list(told).count("refused") == len(paths), "each try is in the audit trail"


def test_HIPAA_18_nobody_is_asked_to_sign_in(
    patient_app: Flask, record: dict[str, object], stranger: PageClient
) -> None:
    for path in pages_of_one_record(patient_app, record):
        assert "/sign-in" in stranger.get(path, expect=302).location


def test_access_that_ended_opens_nothing(
    record: dict[str, object], as_patient: Callable[..., PageClient]
) -> None:
    client = as_patient(int(str(record["account"])))
    path = f"/bills/{record['visit_id']}"
    client.get(path, expect=200)
    with transaction() as session:
        for access in session.scalars(select(AccountAccess)):
            access.ended_at = NOW
    client.get(path, expect=404)
