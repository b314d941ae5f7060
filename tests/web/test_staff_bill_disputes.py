"""The office's pages of disputes: the list, one with everything beside each other, the answer, the report (DISP-2 to DISP-4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from billing.bill_disputes import Channel, Kind
from billing.money import Money
from portal.db import read_only, transaction
from portal.models.bill_disputes import BillDispute
from portal.models.notes import AccountNote
from portal.queries.viewer import PatientViewer
from portal.services.ask_office import ask_office
from portal.services.file_dispute import file_dispute
from portal.services.open_dispute import Filing
from tests.web.bills import Bills, account_of_every_kind, empty_account, make_practice
from tests.web.pages import PageClient
from tests.web.people import make_login
from tests.web.statements_sent import statements_sent

AsStaff = Callable[[str], PageClient]


@pytest.fixture(autouse=True)
def _clock(patient_app: Flask, staff_app: Flask, now: datetime) -> None:
    patient_app.config["CLOCK"] = staff_app.config["CLOCK"] = lambda: now


@pytest.fixture
def bills(database_url: str) -> Bills:
    make_practice()
    return account_of_every_kind()


@pytest.fixture
def patient(bills: Bills) -> PatientViewer:
    login_id = make_login("patient", accounts=[bills.account_id])
    return PatientViewer(login_id, frozenset({bills.account_id}))


def filed(patient: PatientViewer, bills: Bills, now: datetime) -> UUID:
    filing = Filing(
        visit_id=bills.decided,
        kind=Kind.AMOUNT,
        channel=Channel.EOB,
        words="My EOB says less.",
        eob_told=Money(2000),
        plan_told=Money(6000),
    )
    return file_dispute(
        viewer=patient, filing=filing, form_id=uuid4(), public_url="https://x.example", now=now
    )


def test_STMT_5_staff_see_both_figures_and_the_lines_side_by_side(
    bills: Bills, patient: PatientViewer, as_staff: AsStaff, now: datetime
) -> None:
    dispute_id = filed(patient, bills, now)
    client = as_staff("biller")
    page = client.get("/bill-disputes/")
    assert "$60.00" in page.text
    with statements_sent() as sent:
        page = client.get(f"/bill-disputes/{dispute_id}")
    assert len(sent) <= 24, sent
    for words in ("My EOB says less.", "Their EOB says", "$20.00", "The plan told us", "$60.00"):
        assert words in page.text
    assert "$50.00" in page.text  # what the plan left of the first line


def test_DISP_2_from_taking_it_to_the_answer_that_the_patient_reads(
    bills: Bills,
    patient: PatientViewer,
    as_staff: AsStaff,
    as_patient: Callable[..., PageClient],
    now: datetime,
) -> None:
    dispute_id = filed(patient, bills, now)
    at = f"/bill-disputes/{dispute_id}"
    client = as_staff("manager")
    client.get(at)
    client.post(f"{at}/take", {})
    page = client.post(f"{at}/answer", {"finding": "valid"}, expect=200)
    assert "Please check this" in page.text
    client.post(f"{at}/extend", {"reason": "We wait for the plan."})
    client.post(f"{at}/answer", {"finding": "valid", "words": "The plan confirmed it."})
    assert "Valid as billed" in client.get(at).text
    page = as_patient(bills.account_id).get(f"/disputes/{dispute_id}")
    assert page.h1 == "Our answer"
    assert "The plan confirmed it." in page.text
    assert "I do not agree" in page.text
    assert "Valid as billed: 1" in client.get("/bill-disputes/report").text
    assert as_staff("auditor").get(at).status == 200


def test_DISP_1_a_message_is_made_a_dispute_from_its_thread(
    bills: Bills, patient: PatientViewer, as_staff: AsStaff, now: datetime
) -> None:
    ask_office(
        viewer=patient,
        account_id=bills.account_id,
        visit_id=None,
        text="Can you explain what I was charged for?",
        form_id=uuid4(),
        now=now,
    )
    client = as_staff("front_desk")
    page = client.get(f"/accounts/{bills.account_id}/messages")
    [link] = [one for one in page.links() if "message=" in one]
    page = client.get(link)
    assert "Can you explain" in page.text
    said = {
        "form_id": page.hidden("form_id"),
        "visit": bills.self_pay,
        "kind": "amount",
        "words": "x",
    }
    client.post(link, said)
    with read_only() as session:
        row = session.scalars(select(BillDispute)).one()
    assert (row.channel, row.words) == ("message", "Can you explain what I was charged for?")


def test_DISP_1_a_note_of_a_call_becomes_a_dispute_and_never_another_accounts(
    as_staff: AsStaff, bills: Bills, now: datetime
) -> None:
    with transaction() as session:
        note = AccountNote(
            form_id=uuid4(),
            guarantor_account_id=bills.account_id,
            login_id=make_login("staff", role="biller", email="noted@example.com"),
            text="She says that the price is wrong.",
            at=now,
        )
        session.add(note)
        session.flush()
        note_id = note.id
    staff = as_staff("biller")
    at = f"/bill-disputes/new/{bills.account_id}?note={note_id}"
    assert at in staff.get(f"/accounts/{bills.account_id}/notes").links()
    assert "She says that the price is wrong." in staff.get(at).source
    staff.get(f"/bill-disputes/new/{empty_account()}?note={note_id}", expect=404)
