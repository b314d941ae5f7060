"""A biller works denials: the list, one denial with its clock, a packet that leaves, its answer, and what is written off."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from billing.money import Money
from portal.db import read_only
from portal.models.audit import AuditEvent
from portal.models.denials import Appeal, Denial
from tests.conftest import NOW
from tests.pdf_text import pdf_text
from tests.services.payer_voice import Payer, bill, book, clp, svc
from tests.web.pages import PageClient

AsStaff = Callable[[str], PageClient]


@pytest.fixture(autouse=True)
def _clock(staff_app: Flask) -> None:
    staff_app.config["CLOCK"] = lambda: NOW


@pytest.fixture
def visit_id() -> int:
    """Two lines: $150.00 refused for want of an authorization, $80.00 paid but for the discount."""
    with book() as found:
        found.practice()
        visit, *_ = found.insured_visit([15_000, 10_000])
    lines = (svc("99213", 150, "CO-197 150", remarks=("M127",)), svc("85025", 100, "CO-45 20"))
    Payer().pays(clp(visit.control_number, *lines))
    return visit.id


def denial() -> Denial:
    with read_only() as session:
        return session.scalars(select(Denial).order_by(Denial.id.desc())).first()


def appeal() -> Appeal:
    with read_only() as session:
        return session.scalars(select(Appeal).order_by(Appeal.level.desc())).first()


def version(page_version: int, prefix: str) -> dict[str, str]:
    return {f"{prefix}-version": str(page_version)}


@pytest.mark.usefixtures("visit_id")
def test_OPS_6_the_list_says_what_is_wrong_how_much_by_when_and_for_how_many(
    as_staff: AsStaff,
) -> None:
    page = as_staff("biller").get("/denials/")
    assert "1 denial, $150.00. 1 patient would get a wrong bill if this went to them." in page.text
    assert "CO-197 Your plan wanted us to get its OK first." in page.text
    assert "Apr 21" in page.text
    assert "in 50 days" in page.text
    assert as_staff("auditor").get("/denials/?category=coding").text.count("Nothing here") == 1
    for part in ("standing=closed", "due=late", "whose=mine", "standing=with_payer&payer=1"):
        assert "Nothing" in as_staff("manager").get(f"/denials/?{part}").text


@pytest.mark.usefixtures("visit_id")
def test_two_people_at_one_denial_and_nothing_is_lost(as_staff: AsStaff) -> None:
    one, first, second = denial(), as_staff("biller"), as_staff("manager")
    first.get(f"/denials/{one.id}")
    second.get(f"/denials/{one.id}")
    first.post(f"/denials/{one.id}/take", version(one.version, "take"), expect=302)
    late = second.post(f"/denials/{one.id}/take", version(one.version, "take"), expect=409)
    assert "Somebody changed this denial since you opened it" in late.text
    assert denial().owner_id == first.login_id
    second.post(f"/denials/{one.id}/note", {"note-text": "Called the plan"}, expect=302)
    page = first.get(f"/denials/{one.id}")
    assert "Called the plan" in page.text
    assert "Take it in hand" not in page.text


@pytest.mark.parametrize("hours", [0, 11], ids=["by day", "in the evening, tomorrow in Greenwich"])
def test_OPS_6_an_appeal_from_the_letter_to_the_answer(
    visit_id: int, as_staff: AsStaff, staff_app: Flask, hours: int
) -> None:
    at = staff_app.config["CLOCK"]() + timedelta(hours=hours)
    staff_app.config["CLOCK"] = lambda: at
    biller, one = as_staff("biller"), denial()
    here = f"/denials/{one.id}"
    picture = io.BytesIO()
    Image.new("RGB", (1200, 900), (250, 250, 250)).save(picture, "PNG")
    paper = {
        "paper-title": "Notes of the visit",
        "paper-file": (io.BytesIO(picture.getvalue()), "testa-sample.png"),
    }
    biller.post(f"{here}/documents", paper, expect=302, content_type="multipart/form-data")
    draft = biller.get(f"{here}/appeal")
    assert "First appeal to Acme Health, $150.00" in draft.text
    assert "You refused $150.00 of $250.00 for 99213" in draft.text
    form = {name: draft.hidden(f"appeal-{name}") for name in ("appeal_id", "template")}
    sent = {f"appeal-{name}": value for name, value in form.items()} | {
        "appeal-letter": "Please look again.\n\nThe OK was given on {{service_date}}.",
        "appeal-papers": re.findall(r'name="appeal-papers"[^>]*value="(\d+)"', draft.source),
    }
    refused = biller.post(f"{here}/appeal", sent, expect=409)
    assert "The letter still has the field “service_date”" in refused.text
    sent["appeal-letter"] = "Please look again.\n\nThe OK was given on February 3."
    biller.post(f"{here}/appeal", sent, expect=302)
    biller.post(f"{here}/appeal", sent, expect=302)
    packet = appeal()
    pdf = biller.http.get(f"{here}/appeals/{packet.id}.pdf")
    words = pdf_text(pdf.data)
    assert pdf.headers["Content-Disposition"] == f'inline; filename="appeal-{one.id}.pdf"'
    assert "The OK was given on February 3." in words
    assert "Notes of the visit" in words
    assert "CO-197 $150.00" in words
    assert packet.pages == 4
    assert b"StructTreeRoot" in pdf.data
    left = version(packet.version, "send") | {
        "send-method": "fax",
        "send-sent_on": "3/2/2026",
        "send-reference": "FAX 77",
    }
    biller.post(f"{here}/appeals/{packet.id}/send", left, expect=302)
    assert biller.post(f"{here}/appeals/{packet.id}/send", left, expect=409)
    assert (denial().state, denial().level, denial().deadline_on) == ("appealed", 1, None)
    off = version(denial().version, "off") | {"off-reason": "No"}
    page = biller.get(here)
    assert "Write it off" not in page.text
    off["off-form_id"] = "00000000-0000-0000-0000-00000000000a"
    assert (
        "Record the payer's answer first" in biller.post(f"{here}/write-off", off, expect=409).text
    )
    answer = version(appeal().version, "answer") | {
        "answer-decision": "lost",
        "answer-decided_on": "3/2/2026",
    }
    biller.post(f"{here}/appeals/{packet.id}/answer", answer, expect=302)
    again = denial()
    assert (again.state, again.deadline_of) == ("working", "appeal_2")
    second = biller.get(f"{here}/appeal")
    assert "Second appeal to Acme Health" in second.text
    assert bill(visit_id).due_now == Money(0)
    with read_only() as session:
        told = session.scalars(select(AuditEvent.action).where(AuditEvent.object_type == "appeal"))
        assert {"create", "export"} <= set(told)


def test_OPS_6_a_write_off_keeps_to_the_limit_of_the_role_and_bills_nobody(
    visit_id: int, as_staff: AsStaff
) -> None:
    one = denial()
    here, off = f"/denials/{one.id}", version(one.version, "off")
    off |= {
        "off-form_id": "00000000-0000-0000-0000-00000000000b",
        "off-reason": "The plan is right",
    }
    over = as_staff("biller").post(f"{here}/write-off", off, expect=200)
    assert "goes up to $100.00 in your role. Ask a manager." in over.text
    assert bill(visit_id).written_off == Money(0)
    manager = as_staff("manager")
    manager.post(f"{here}/write-off", off, expect=302)
    manager.post(f"{here}/write-off", off, expect=302)
    after = bill(visit_id)
    assert (after.written_off, after.patient_due, after.insurance_due) == (
        Money(15_000),
        Money(0),
        Money(0),
    )
    assert denial().state == "written_off"
    assert "It is closed" in manager.get(here).text


def test_posting_a_corrected_claim_holds_the_bill_until_the_payer_decides_again(
    visit_id: int, as_staff: AsStaff
) -> None:
    one = denial()
    form = version(one.version, "correct") | {
        "correct-sent_on": "3/2/2026",
        "correct-note": "Authorization number added",
    }
    as_staff("biller").post(f"/denials/{one.id}/correct", form, expect=302)
    assert denial().state == "corrected"
    assert "your insurer is deciding this again" in bill(visit_id).reasons


@pytest.mark.usefixtures("visit_id")
def test_OPS_4_a_manager_enters_a_payers_limit_and_open_denials_count_by_it(
    as_staff: AsStaff,
) -> None:
    one = denial()
    here = f"/denials/payer/{one.payer_id}"
    assert "Assumed" in as_staff("biller").get(here).text
    manager = as_staff("manager")
    limit = {
        "limit-what": "appeal_1",
        "limit-days": "180",
        "limit-basis": "notice",
        "limit-since": "1/1/2026",
        "limit-source": "Contract of 2026, page 12",
    }
    manager.post(here, limit, expect=302)
    assert str(denial().deadline_on) == "2026-08-19"
    page = manager.get(here)
    assert "Contract of 2026, page 12" in page.text
    assert "Enter from 1 to 1100 days" in manager.post(here, limit | {"limit-days": "0"}).text


def test_a_letter_keeps_its_versions_and_refuses_a_field_that_is_none(as_staff: AsStaff) -> None:
    manager, here = as_staff("manager"), "/denials/letters/coding"
    assert "Coding or bundling" in manager.get("/denials/letters").text
    manager.get(here)
    form = {"letter-version": "0", "letter-title": "Coding", "letter-body": "Dear {{payer}}"}
    assert "There is no field “payer”" in manager.post(here, form).text
    form["letter-body"] = "Dear {{payer_name}}"
    read = manager.post(here, form | {"preview": "1"}, expect=200)
    assert "Dear Acme Health" in read.text
    assert "As it came. Nobody has changed it." in read.text
    manager.post(here, form, expect=302)
    assert "Somebody saved this letter" in manager.post(here, form, expect=409).text
    assert "Version 1" in manager.get(here).text
