"""When and where not to call about bills, in the patient's own words; whoever calls reads it as said by them (COLL-15, COLL-17)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time

import pytest
from flask import Flask
from sqlalchemy import select

from portal.config import Settings
from portal.db import read_only
from portal.models.audit import AuditEvent
from portal.models.calls import CallWish, PhoneCall
from tests.services.staff_world import World, add_account
from tests.web.bills import NOW, make_practice
from tests.web.pages import PageClient
from tests.web.people import make_account

AsPatient = Callable[..., PageClient]
AsStaff = Callable[[str], PageClient]
EMPTY = {"calls_from": "", "calls_until": "", "number": "", "another": ""}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Of a practice that had its Spanish reviewed."""
    return replace(settings, spanish_reviewed_by="Testa Sample, certified translator")


@pytest.fixture
def world(staff_app: Flask, patient_app: Flask) -> World:
    for app in (staff_app, patient_app):
        app.config["CLOCK"] = lambda: NOW  # ten in the morning in New York
    make_practice()
    return add_account("1111-2222")


@pytest.fixture
def own(world: World, as_patient: AsPatient) -> PageClient:
    return as_patient(world.account_id)


def at(world: World) -> str:
    return f"/contact/{world.account_id}/calls"


def newest() -> CallWish:
    with read_only() as session:
        return session.scalars(select(CallWish).order_by(CallWish.id.desc()).limit(1)).one()


def test_COLL_15_hours_and_numbers_are_kept_and_shown_back(own: PageClient, world: World) -> None:
    said = EMPTY | {"calls_from": "12:00", "number": "(212) 555-0143", "not_at_work": "y"}
    page = own.follow(own.post(at(world), said, expect=302))
    assert "Your wishes are saved." in page.text
    assert "Not before 12:00 PM; not at (212) 555-0143; not at work" in page.text
    row = newest()
    assert (row.calls_from, row.calls_until) == (time(12), None)
    assert (row.not_numbers, row.not_at_work, row.no_calls) == (["+12125550143"], True, False)
    assert own.get(at(world)).hidden("number") == "+12125550143"
    page = own.follow(own.post(at(world), said, expect=302))
    assert "Nothing was changed." in page.text
    with read_only() as session:
        assert len(session.scalars(select(CallWish)).all()) == 1
        audit = select(AuditEvent).where(
            AuditEvent.object_type == "call_wish", AuditEvent.action == "update"
        )
        [event] = session.scalars(audit)
    assert (event.face, event.account_ids) == ("patient", [world.account_id])


def test_COLL_15_who_calls_reads_it_as_said_by_them_and_the_gate_keeps_it(
    own: PageClient, world: World, as_staff: AsStaff
) -> None:
    own.post(at(world), EMPTY | {"calls_from": "12:00", "not_at_work": "y"}, expect=302)
    page = as_staff("collections").get(f"/accounts/{world.account_id}/calls")
    assert "They wrote to us themselves" in page.text
    assert "No call before 12:00 PM, by their clock." in page.text
    assert "Not at work." in page.text
    assert "Do not call now." in page.text
    assert "Again from March 2, 2026 at 12:00 PM." in page.text


def test_COLL_17_no_calls_at_all_is_a_no_that_no_other_number_helps(
    own: PageClient, world: World, as_staff: AsStaff
) -> None:
    own.post(at(world), EMPTY | {"no_calls": "y"}, expect=302)
    caller, address = as_staff("collections"), f"/accounts/{world.account_id}/calls"
    page = caller.get(address)
    assert "They asked for no calls about bills: write or text." in page.text
    assert "COLL-17" in page.text
    assert "Start the call" not in page.text
    form = {"start-form_id": page.hidden("theirs-form_id"), "start-number": "(212) 555-0199"}
    caller.post(f"{address}/start", form)
    with read_only() as session:
        assert session.scalars(select(PhoneCall)).all() == []


def test_staff_add_a_wish_and_lose_none_that_the_patient_wrote(
    own: PageClient, world: World, as_staff: AsStaff
) -> None:
    own.post(at(world), EMPTY | {"number": "(212) 555-0143", "not_at_work": "y"}, expect=302)
    caller, address = as_staff("collections"), f"/accounts/{world.account_id}/calls"
    page = caller.get(address)
    shown = {
        "wish-number": page.hidden("wish-number"),
        "wish-another": "(212) 555-0144",
        "wish-not_at_work": "y",
        "wish-calls_from": "",
        "wish-calls_until": "8 pm",
    }
    page = caller.follow(caller.post(f"{address}/wish", shown, expect=302))
    assert "They told" in page.text
    row = newest()
    assert row.not_numbers == ["+12125550143", "+12125550144"]
    assert (row.not_at_work, row.calls_until) == (True, time(20))
    assert "8:00 PM" in own.get(at(world)).text


def test_hours_that_leave_none_are_refused_beside_the_field(own: PageClient, world: World) -> None:
    backwards = EMPTY | {"calls_from": "15:00", "calls_until": "13:00"}
    assert "Choose a later hour here" in own.post(at(world), backwards).text
    assert "Enter a US phone number" in own.post(at(world), EMPTY | {"number": "12"}).text
    with read_only() as session:
        assert session.scalars(select(CallWish)).all() == []


def test_another_patients_wishes_are_not_found(world: World, as_patient: AsPatient) -> None:
    stranger = as_patient(make_account(last_name="Other"))
    stranger.get(at(world), expect=404)
    stranger.post(at(world), EMPTY, expect=404)


def test_LANG_3_the_wishes_are_in_Spanish(own: PageClient, world: World) -> None:
    own.post("/speak/es", {}, expect=302)
    page = own.get(at(world))
    assert page.h1 == "Llamadas sobre las facturas"
    assert "No wish" not in page.text
    assert "Sin preferencia" in page.text
