"""The waitlist on the patient's pages and in the office: join, see, answer, and what belongs to others (SCH-8)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from portal.config import Settings
from portal.db import read_only
from portal.models.appointments import Appointment
from portal.models.messages import OutboundMessage
from portal.models.waitlist import WaitlistEntry, WaitlistOffer
from portal.services.appointment_actor import Actor
from portal.services.cancel_appointment import cancel_appointment
from portal.services.offer_slots import offer_slots
from tests.booking_world import TUESDAY, BookingWorld, open_booking
from tests.web.pages import PageClient
from tests.web.people import make_account, make_login, signed_in

URL = "http://localhost:8000"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Of a practice that had its Spanish reviewed."""
    return replace(settings, spanish_reviewed_by="Testa Sample, certified translator")


@pytest.fixture
def world(patient_app: Flask, staff_app: Flask, now: datetime) -> BookingWorld:
    for one in (patient_app, staff_app):
        one.config["CLOCK"] = lambda: now
    return open_booking(now)


@pytest.fixture
def testa(patient_app: Flask, world: BookingWorld) -> PageClient:
    return signed_in(PageClient(patient_app), world.login_id)


def joined(client: PageClient, world: BookingWorld, **other: object) -> WaitlistEntry:
    page = client.get("/visits/waitlist/join", query_string={"type": world.visit})
    form = {
        "entry": page.hidden("entry"),
        "person": str(world.patient_id),
        "kind": world.visit,
        "provider": world.ada,
        "first_day": "3/3/2026",
        "last_day": "3/31/2026",
        "tuesday": "y",
        "clock": "afternoon",
        "notice": 60,
        "intent": "self_pay",
    }
    sent = client.post("/visits/waitlist/join", form | other)
    assert "You are on the list." in client.follow(sent).text
    with read_only() as session:
        return session.scalars(select(WaitlistEntry)).one()


def freed(world: BookingWorld, wall: str = "14:00") -> None:
    visit_id = world.book(world.start(TUESDAY, wall), patient_id=world.child_id)
    cancel_appointment(
        appointment_id=visit_id,
        side="practice",
        reason="provider_away",
        actor=Actor(None, "staff"),
        now=world.now,
    )
    offer_slots(now=world.now, public_url=URL)


def test_SCH_8_a_weekend_and_one_place_are_wishes_too(
    testa: PageClient, world: BookingWorld
) -> None:
    entry = joined(testa, world, place=world.west, saturday="y", provider=0)
    assert (entry.location_ids, entry.weekdays, entry.provider_ids) == ([world.west], [1, 5], [])
    page = testa.get(f"/visits/waitlist/{entry.id}/change")
    assert "At any place" in page.text


def test_SCH_8_what_is_wrong_stands_on_the_form_and_nothing_typed_is_lost(
    testa: PageClient, world: BookingWorld
) -> None:
    page = testa.get("/visits/waitlist/join", query_string={"type": world.visit})
    form = {
        "entry": page.hidden("entry"),
        "person": str(world.patient_id),
        "kind": world.visit,
        "provider": world.ada,
        "first_day": "3/31/2026",
        "last_day": "3/3/2026",
        "clock": "any",
        "notice": 60,
        "intent": "self_pay",
    }
    page = testa.post("/visits/waitlist/join", form, expect=200)
    assert "The last day is before the first one." in page.text
    assert "3/31/2026" in page.source
    page = testa.post("/visits/waitlist/join", form | {"last_day": "3/40/2026"}, expect=200)
    assert "Enter a date like 4/28/1986" in page.text
    assert "Enter the last day." not in page.text
    page = testa.post("/visits/waitlist/join", form | {"last_day": ""}, expect=200)
    assert "Enter the last day." in page.text


def test_LANG_3_every_page_of_it_is_in_Spanish(testa: PageClient, world: BookingWorld) -> None:
    entry = joined(testa, world)
    freed(world)
    testa.post("/speak/es", {}, expect=302)
    for path in ("", "/join", f"/{entry.id}/change"):
        page = testa.get(f"/visits/waitlist{path}").text
        assert not re.search(r"\b(wait|time|list|day|Change|Tuesday|Booked)\b", page), path
    assert "2026: martes" in testa.get("/visits/waitlist").text
    assert "Cambiar lo que espera" in page
    assert "Guardar el cambio" in page


def test_SCH_8_join_see_the_offer_and_take_it(testa: PageClient, world: BookingWorld) -> None:
    entry = joined(testa, world)
    assert (entry.patient_id, entry.weekdays, entry.provider_ids) == (
        world.patient_id,
        [1],
        [world.ada],
    )
    assert (str(entry.not_before), entry.not_after, entry.coverage_intent) == (
        "12:00:00",
        None,
        "self_pay",
    )
    freed(world)
    page = testa.get("/visits/waitlist")
    assert "An earlier time is open for you" in page.text
    assert "March 3, 2026" in page.text
    with read_only() as session:
        offer_id = session.scalars(select(WaitlistOffer.id)).one()
    sent = testa.post(f"/visits/waitlist/offers/{offer_id}/take")
    with read_only() as session:
        row = session.scalars(select(Appointment).where(Appointment.state == "booked")).one()
    assert (sent.response.location or "").endswith(f"/visits/{row.id}")
    assert (row.patient_id, row.booked_via, row.coverage_intent) == (
        world.patient_id,
        "waitlist",
        "self_pay",
    )


def test_SCH_8_pass_change_and_leave(testa: PageClient, world: BookingWorld) -> None:
    entry = joined(testa, world)
    freed(world)
    with read_only() as session:
        offer_id = session.scalars(select(WaitlistOffer.id)).one()
    passed = testa.follow(testa.post(f"/visits/waitlist/offers/{offer_id}/pass"))
    assert "You stay on the list for other times." in passed.text
    page = testa.get(f"/visits/waitlist/{entry.id}/change")
    ticked = {
        node.get("name"): node.get("value")
        for node in page.all("input")
        if "checked" in node.attrib
    }
    assert {"tuesday", "clock"} <= ticked.keys()
    assert "monday" not in ticked
    assert ticked["clock"] == "afternoon"
    left = testa.follow(testa.post(f"/visits/waitlist/{entry.id}/leave"))
    assert "You are on no list." in left.text


def test_HIPAA_9_another_sees_and_changes_nothing_of_it(
    testa: PageClient, world: BookingWorld, patient_app: Flask
) -> None:
    entry = joined(testa, world)
    freed(world)
    with read_only() as session:
        offer_id = session.scalars(select(WaitlistOffer.id)).one()
    other = signed_in(PageClient(patient_app), make_login("patient", accounts=[make_account()]))
    assert "You are on no list." in other.get("/visits/waitlist").text
    for path in (f"{entry.id}/leave", f"offers/{offer_id}/take", f"offers/{offer_id}/pass"):
        other.post(f"/visits/waitlist/{path}", expect=404)


def test_SCH_8_the_office_judges_urgency_adds_and_offers_by_hand(
    testa: PageClient, world: BookingWorld, as_staff: Callable[..., PageClient]
) -> None:
    desk = as_staff("front_desk")
    page = desk.get(f"/waitlist/add/{world.child_id}")
    form = {
        "entry": page.hidden("entry"),
        "kind": world.visit,
        "provider": 0,
        "first_day": "3/3/2026",
        "last_day": "3/31/2026",
        "urgency": 1,
    }
    listed = desk.follow(desk.post(f"/waitlist/add/{world.child_id}", form))
    assert "Minny Sample" in listed.text
    with read_only() as session:
        entry = session.scalars(select(WaitlistEntry)).one()
    assert (entry.urgency, entry.login_id) == (1, None)
    desk.post(f"/waitlist/{entry.id}/urgency", {"urgency": 2})
    times = desk.get(f"/waitlist/{entry.id}/offer")
    first = next(node.get("value") for node in times.all("input") if node.get("name") == "time")
    listed = desk.follow(desk.post(f"/waitlist/{entry.id}/offer", {"time": first}))
    assert "They say yes" in listed.text
    with read_only() as session:
        offer = session.scalars(select(WaitlistOffer)).one()
        told = session.scalars(
            select(OutboundMessage).where(OutboundMessage.waitlist_offer_id == offer.id)
        ).one()
    assert (told.channel, told.template) == ("email", "wait_list")
    taken = desk.follow(desk.post(f"/waitlist/offers/{offer.id}/take"))
    assert "The time is booked for them." in taken.text
