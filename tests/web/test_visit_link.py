"""The link in a reminder: one booked visit after birth date, ZIP and a code; no bill, and no other visit (MSG-9)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount
from portal.models.appointments import Appointment
from portal.services.issue_text_link import issue_text_link
from tests.booking_world import NEXT_MONDAY, BookingWorld, open_booking
from tests.web.pages import PageClient
from tests.web.people import signed_in
from tests.web.texted import answer, type_code

PHONE = "+12025550142"


@pytest.fixture
def world(patient_app: Flask, now: datetime) -> BookingWorld:
    patient_app.config["CLOCK"] = lambda: now
    found = open_booking(now)
    with transaction() as session:
        account = session.get_one(GuarantorAccount, found.account_id)
        account.mobile, account.postal_code = PHONE, "20852"
        account.birth_on = datetime(1986, 4, 28, tzinfo=now.tzinfo).date()
    return found


def link(flask_app: Flask, world: BookingWorld, visit_id: UUID) -> str:
    doors = flask_app.extensions["kindbill"]
    with transaction() as session:
        made = issue_text_link(
            session,
            guarantor_account_id=world.account_id,
            appointment_id=visit_id,
            phone=PHONE,
            now=world.now,
            hash_keys=doors.hash_keys,
            public_url=doors.public_url,
        )
    return made.removeprefix(doors.public_url)


def test_MSG_9_the_link_opens_that_visit_and_nothing_else(
    patient_app: Flask, world: BookingWorld
) -> None:
    mine = world.book(world.start(NEXT_MONDAY, "9:00"))
    other = world.book(world.start(NEXT_MONDAY, "10:00"), patient_id=world.child_id)
    path = link(patient_app, world, mine)
    assert path.startswith("/v/")
    guest = PageClient(patient_app)
    questions = guest.follow(guest.get(path, expect=302))
    assert questions.h1 == "Open your visit"
    assert "bill" not in questions.h1
    answer(guest, path)
    page = guest.follow(type_code(guest))
    assert page.status == 200
    assert "Close my visit" in page.text
    guest.get(f"/visits/{other}", expect=404)
    guest.get(f"/visits/{other}/cancel", expect=404)
    guest.post(f"/visits/{other}/confirm", expect=404)
    assert guest.follow(guest.get("/bills", expect=302)).h1 == page.h1
    guest.post(f"/visits/{mine}/confirm", expect=303)
    with read_only() as session:
        row = session.scalars(select(Appointment).where(Appointment.id == mine)).one()
    assert row.confirmed_at == world.now
    closed = guest.follow(guest.post("/text-link/leave"))
    assert "Your visit stays as you left it." in closed.text
    assert PageClient(patient_app).get(f"/visits/{mine}", expect=302).location != ""


def test_MSG_9_a_visit_link_says_the_same_whether_there_is_one(
    patient_app: Flask, world: BookingWorld
) -> None:
    stranger = PageClient(patient_app)
    assert stranger.follow(stranger.get("/v/" + "x" * 14, expect=302)).h1 == "Open your visit"


def test_MSG_9_signed_in_it_leads_to_the_visit_at_once(
    patient_app: Flask, world: BookingWorld
) -> None:
    mine = world.book(world.start(NEXT_MONDAY, "9:00"))
    testa = signed_in(PageClient(patient_app), world.login_id)
    found = testa.get(link(patient_app, world, mine), expect=302)
    assert found.location.endswith(f"/visits/{mine}")
