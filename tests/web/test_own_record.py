"""What a patient may know of their own record: who else opened it, and a copy of it (HIPAA-3, HIPAA-8)."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import inspect, select

from billing.money import Money
from portal.db import transaction
from portal.models.audit import AuditEvent
from portal.models.claims import Visit
from portal.models.messages import ThreadMessage
from portal.models.payments import PracticeReceipt
from portal.models.statements import Statement, StatementDelivery
from portal.queries.overview import SHOWN_PAYMENTS, SHOWN_STATEMENTS
from portal.queries.patient_thread import SHOWN
from tests.web.bills import ON, Bills
from tests.web.pages import PageClient
from tests.web.people import make_account
from tests.web.statements_sent import statements_sent
from tests.web.test_statement_page import bills, number

__all__ = ["bills", "number"]
AsPatient = Callable[..., PageClient]
AsStaff = Callable[[str], PageClient]


@pytest.fixture
def patient(bills: Bills, as_patient: AsPatient) -> PageClient:
    return as_patient(bills.account_id)


def test_HIPAA_3_one_sees_who_else_looked_by_role(
    bills: Bills, patient: PageClient, as_staff: AsStaff
) -> None:
    assert "Nobody else has opened your record here." in patient.get("/account/seen").text
    as_staff("biller").get(f"/accounts/{bills.account_id}")
    as_staff("front_desk").get(f"/accounts/{bills.account_id}/people")
    page = patient.get("/account/seen")
    assert "Our billing staff looked at your account." in page.text
    assert "Our front desk looked at your contact and plan details." in page.text
    assert page.text.index("front desk") < page.text.index("billing staff"), "the newest first"
    assert "example.com" not in page.text, "no colleague is named"


def test_HIPAA_3_own_views_and_other_peoples_records_are_left_out(
    patient: PageClient, as_patient: AsPatient, as_staff: AsStaff
) -> None:
    patient.get("/account/security")
    other_id = make_account()
    other = as_patient(other_id)
    as_staff("biller").get(f"/accounts/{other_id}")
    assert "Nobody else" in patient.get("/account/seen").text
    assert "Our billing staff" in other.get("/account/seen").text


def test_HIPAA_3_a_long_list_is_paged(bills: Bills, patient: PageClient, as_staff: AsStaff) -> None:
    biller = as_staff("biller")
    for _ in range(26):
        biller.get(f"/accounts/{bills.account_id}")
    page = patient.get("/account/seen")
    assert page.text.count("looked at") == 25 + 1, "the heading says it too"
    assert "/account/seen?page=2" in page.links()
    assert "looked at your account" in patient.get("/account/seen?page=2").text
    patient.get("/account/seen?page=x")
    with statements_sent() as sent:
        patient.get("/account/seen")
    assert len(sent) <= 12


def test_HIPAA_8_the_copy_holds_what_the_pages_show(
    bills: Bills, number: str, patient: PageClient
) -> None:
    patient.get("/account/data")
    answer = patient.post("/account/data/download", expect=200).response
    assert answer.mimetype == "application/zip"
    assert answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        assert packed.testzip() is None
        names = packed.namelist()
        data = json.loads(packed.read("my-data.json"))
        pdf = packed.read(f"statement-{number}.pdf")
    assert names == ["read-me.txt", "my-data.json", f"statement-{number}.pdf"]
    assert pdf.startswith(b"%PDF")
    assert set(data) == {
        "made_at",
        "details",
        "bills_payments_statements",
        "plans_as_signed",
        "messages",
        "contact",
    }
    assert data["bills_payments_statements"]["bills"]
    with transaction() as session:
        row = session.scalars(select(AuditEvent).where(AuditEvent.action == "export")).one()
    assert (row.object_type, row.account_ids) == ("own_data", [bills.account_id])


def test_HIPAA_8_the_copy_holds_every_statement_however_many_the_overview_shows(
    bills: Bills, patient: PageClient, number: str
) -> None:
    with transaction() as session:
        first = session.scalars(select(Statement)).one()
        for year in range(SHOWN_STATEMENTS):
            its_own = {"number": f"{1990 + year}-0001", "cycle_on": date(1990 + year, 3, 2)}
            more = Statement(**{**columns_of(first), **its_own})
            session.add(more)
            session.flush()
            session.add(StatementDelivery(statement_id=more.id, channel="paper", delivered_on=ON))
    answer = patient.post("/account/data/download", expect=200).response
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        papers = [name for name in packed.namelist() if name.startswith("statement-")]
        listed = json.loads(packed.read("my-data.json"))["bills_payments_statements"]["statements"]
    assert len(papers) == len(listed) == SHOWN_STATEMENTS + 1
    with statements_sent() as sent:
        patient.post("/account/data/download", expect=200)
    assert len([one for one in sent if "FROM statements" in one]) < 5, "not one query for each"


def test_HIPAA_8_the_copy_holds_every_payment_and_message(
    bills: Bills, patient: PageClient
) -> None:
    """The pages show the newest few of each."""
    with transaction() as session:
        visit = session.scalars(select(Visit)).first()
        assert visit is not None
        for day in range(1, SHOWN_PAYMENTS + 3):
            session.add(
                PracticeReceipt(
                    receipt_id=f"OWN-{day}",
                    patient_id=visit.patient_id,
                    visit_id=visit.id,
                    received_on=date(2026, 1, day),
                    amount=Money(100),
                    method="cash",
                    kind="balance",
                )
            )
        for number in range(SHOWN + 2):
            session.add(
                ThreadMessage(
                    guarantor_account_id=bills.account_id,
                    author="patient",
                    login_id=patient.login_id,
                    channel="portal",
                    body=f"Question {number}.",
                    at=datetime(2026, 1, 5, tzinfo=UTC),
                )
            )
    answer = patient.post("/account/data/download", expect=200).response
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        data = json.loads(packed.read("my-data.json"))
    assert len(data["bills_payments_statements"]["payments"]) >= SHOWN_PAYMENTS + 2
    assert len(data["messages"]["messages"]) >= SHOWN + 2


def columns_of(row: Statement) -> dict[str, object]:
    """What a second one like it is made of."""
    names = inspect(Statement).attrs.keys()
    return {name: getattr(row, name) for name in names if name != "id"}


def test_ID_9_the_copy_needs_the_password_once_more(patient: PageClient) -> None:
    with patient.http.session_transaction() as cookie:
        cookie["fs_paa"] -= 601
    assert "/confirm-password" in patient.get("/account/data", expect=302).location
    page = patient.post("/account/data/download", expect=302)
    assert page.location == "/account/data"


def test_ID_1_somebody_without_a_record_has_both_pages(as_patient: AsPatient) -> None:
    newcomer = as_patient()
    assert "Nobody else" in newcomer.get("/account/seen").text
    newcomer.get("/account/data")
    newcomer.post("/account/data/download", expect=200)
