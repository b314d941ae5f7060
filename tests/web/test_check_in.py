"""Checking in on a phone: step by step, resumable, signed, and never a condition (SCH-12, SCH-13, COLL-33, PLAN-8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from billing.money import Money
from billing.proxy_access import ProxyScope
from billing.state_pack import COLL_33
from portal.db import read_only, transaction
from portal.models.accounts import Patient, RecordVersion
from portal.models.calendar import VisitType
from portal.models.check_in import CheckInStep, FormVersion, SignedForm
from portal.services.appointment_actor import Actor
from portal.services.book_appointment import Booking, book_appointment
from portal.services.hold_slot import Holder, hold_slot
from portal.services.publish_form import publish_starter_forms
from tests.booking_world import TUESDAY, BookingWorld, open_booking
from tests.pdf_text import pdf_text
from tests.services.proxy_world import add_grant
from tests.web.pages import Page, PageClient
from tests.web.people import make_account, make_login, signed_in
from tests.web.statements_sent import statements_sent

AsPatient = Callable[..., PageClient]
SIGNED = {"name": "Testa Sample", "agreed": "y", "signed_as": "self"}


@dataclass
class Phone:
    """Testa's phone, two days before her visit."""

    client: PageClient
    world: BookingWorld
    visit: UUID

    def at(self, rest: str = "") -> str:
        return f"/visits/{self.visit}/check-in{rest}"

    def send(self, page: Page, **answers: object) -> Page:
        hidden = {
            node.get("name", ""): node.get("value", "")
            for node in page.all("input")
            if node.get("type") == "hidden" and node.get("name") != "csrf_token"
        }
        return self.client.post(page.response.request.path, hidden | answers)

    def go(self, page: Page, **answers: object) -> Page:
        """Send a step that is right, and see the next one."""
        return self.client.follow(self.send(page, **answers))


@pytest.fixture
def phone(patient_app: Any, now: datetime) -> Phone:
    patient_app.config["CLOCK"] = lambda: now
    world = open_booking(now)
    publish_starter_forms(now)
    with transaction() as session:
        session.get_one(VisitType, world.visit).estimate = Money(18_000)
    visit = world.book(world.start(TUESDAY, "13:00"), via="staff")
    return Phone(signed_in(PageClient(patient_app), world.login_id), world, visit)


def test_SCH_12_every_step_on_the_phone_to_you_are_ready(phone: Phone) -> None:
    client = phone.client
    start = client.get(phone.at())
    assert "Continue: Who you are" in start.text
    identity = client.get(phone.at("/identity"))
    assert "May 4, 1980" in identity.text
    assert "Choose if this is right" in phone.send(identity).text
    contact = phone.go(identity, right="yes")
    assert contact.h1 == "How we reach you"
    coverage = phone.go(contact, right="no", note="I moved.")
    assert "You told us that you pay for this visit yourself" in coverage.text
    accident = phone.go(coverage, plans="none")
    refused = phone.send(accident, q_accident="yes")
    assert "Choose yes or no." in refused.text
    health = phone.go(accident, q_accident="no", q_work="no")
    assert health.h1 == "Your health"
    missing = phone.send(health, q_medicines="yes")
    assert missing.text.count("Choose one") >= 1
    page = phone.go(health, q_medicines="no", q_allergies=["none", "food"], q_smokes="never")
    for title in ("Consent to treatment", "Notice of privacy practices", "Who pays for your visit"):
        assert page.h1 == title  # nobody assigns benefits who uses none
        unsigned = phone.send(page, name="", agreed="")
        assert "Type your full name to sign." in unsigned.text
        page = phone.go(page, **SIGNED)
    assert page.h1 == "What to pay"
    assert "$180.00" in page.text
    done = phone.go(page, choice="later")
    assert "You are ready for your visit." in done.text
    papers = [href for href in done.links() if "/signed/" in href]
    assert len(papers) == 4
    words = pdf_text(client.http.get(papers[-1]).data)
    assert COLL_33 in " ".join(words.split())
    with read_only() as session:
        rows = session.scalars(select(SignedForm).order_by(SignedForm.id)).all()
        moved = session.scalars(select(CheckInStep).where(CheckInStep.step == "contact")).one()
    assert rows[0].answers["allergies"] == ["none", "food"]
    assert {row.signed_name for row in rows[1:]} == {"Testa Sample"}
    assert all(row.ip and row.text_sha256 and row.pdf_sha256 for row in rows)
    assert moved.detail == {"right": "no", "note": "I moved."}


def test_SCH_12_it_goes_on_where_it_was_left_and_an_answer_may_change(phone: Phone) -> None:
    phone.go(phone.client.get(phone.at("/identity")), right="yes")
    assert "Continue: How we reach you" in phone.client.get(phone.at()).text
    # The way back stands where a check-in leads to, and not on every page from then on.
    assert phone.at() in phone.client.get("/insurance").links()
    assert phone.at() not in phone.client.get("/bills").links()
    phone.go(phone.client.get(phone.at("/identity")), right="no")
    with read_only() as session:
        before = session.scalars(
            select(RecordVersion).where(RecordVersion.record == "check_in_steps")
        ).one()
    assert before.before["detail"]["right"] == "yes"


def test_SCH_12_a_form_that_changed_meanwhile_is_not_signed(phone: Phone) -> None:
    page = phone.client.get(phone.at("/forms/") + str(version("consent")))
    refused = phone.send(page, **SIGNED, seal="0" * 64)
    assert "The form changed while you read" in refused.text


def test_SCH_12_a_parent_signs_as_the_parent(phone: Phone) -> None:
    world = phone.world
    visit = world.book(world.start(TUESDAY, "14:00"), patient_id=world.child_id, via="staff")
    page = phone.client.get(f"/visits/{visit}/check-in/forms/{version('consent')}")
    assert "As the parent" in page.text
    assert "For myself" not in page.text
    assert "Choose for whom you sign" in phone.send(page, **SIGNED).text
    phone.go(page, **SIGNED | {"signed_as": "parent"})
    with read_only() as session:
        assert session.scalars(select(SignedForm.signed_as)).one() == "parent"


def test_HIPAA_9_who_books_for_somebody_reads_neither_their_papers_nor_their_street(
    phone: Phone, patient_app: Any
) -> None:
    phone.go(phone.client.get(phone.at("/forms/") + str(version("consent"))), **SIGNED)
    with read_only() as session:
        [paper] = session.scalars(select(SignedForm.id))
        patient = session.get_one(Patient, phone.world.patient_id)
    address = phone.at(f"/signed/{paper}/form.pdf")
    phone.client.get(address)
    with transaction() as session:
        session.get_one(Patient, phone.world.child_id).guarantor_account_id = make_account()
        session.get_one(Patient, patient.id).street = "7 Hidden Sample Lane"
    assert "7 Hidden Sample Lane" in phone.client.get(phone.at("/contact")).text
    helper = signed_in(
        PageClient(patient_app), make_login("patient", accounts=[make_account(first_name="Other")])
    )
    scopes = [ProxyScope.BOOK]
    grant = add_grant(patient, by=phone.world.login_id, proxy=helper.login_id, scopes=scopes)
    helper.post(f"/access/{grant}/act")
    assert f"/signed/{paper}" not in str(helper.get(phone.at()).links())
    helper.get(address, expect=404)
    assert "7 Hidden Sample Lane" not in helper.get(phone.at("/contact")).text


def test_SCH_12_SCH_13_whose_when_and_how_much(phone: Phone, as_patient: AsPatient) -> None:
    """Nobody else finds it; too early says from when; an emergency asks nothing of money; a dozen statements."""
    other = as_patient(make_account())
    for rest in ("", "/identity", f"/forms/{version('consent')}", "/signed/1/form.pdf"):
        other.get(phone.at(rest), expect=404)
    with statements_sent() as sent:
        assert "What to pay" in phone.client.get(phone.at()).text
    assert len(sent) <= 12, sent
    ahead = phone.world.book(via="staff")  # a week ahead
    page = phone.client.get(f"/visits/{ahead}/check-in")
    assert "You can check in from March 6, 2026 on" in page.text
    with transaction() as session:
        session.get_one(VisitType, phone.world.visit).emergency = True
    assert "What to pay" not in phone.client.get(phone.at()).text
    assert phone.client.get(phone.at("/payment"), expect=302).location.endswith("/check-in")


def test_SCH_12_somebody_new_checks_in_too_and_the_desk_does_the_rest(
    phone: Phone, patient_app: Any, now: datetime
) -> None:
    world = phone.world
    visit = uuid4()
    start = world.start(TUESDAY, "15:00", visit_type_id=world.first)
    holder = Holder(newcomer_id=world.newcomer_id, login_id=world.newcomer_id)
    hold_slot(appointment_id=visit, start=start, holder=holder, now=now)
    booking = Booking(newcomer_id=world.newcomer_id, coverage_intent="self_pay")
    actor = Actor(world.newcomer_id, "portal")
    book_appointment(appointment_id=visit, booking=booking, actor=actor, now=now)
    client = signed_in(PageClient(patient_app), world.newcomer_id)
    page = client.get(f"/visits/{visit}/check-in")
    assert "You are new here. We finish your record at the desk." in page.text
    assert "What to pay" not in page.text
    assert client.get("/check-in", expect=302).location == f"/visits/{visit}/check-in"
    new = Phone(client, world, visit)
    assert new.go(client.get(new.at("/identity")), right="yes").h1 == "How we reach you"
    client.get(f"/visits/{phone.visit}/check-in", expect=404)


def version(code: str) -> int:
    with read_only() as session:
        return session.scalars(
            select(FormVersion.id).where(
                FormVersion.language == "en",
                FormVersion.title == {"consent": "Consent to treatment"}[code],
            )
        ).one()
