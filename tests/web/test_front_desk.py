"""The desk: who is missing what, the hard stop, and a tablet that forgets everybody (SCH-10, SCH-12)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.accounts import Coverage, Patient, Payer
from portal.models.check_in import Kiosk
from portal.services.publish_form import publish_starter_forms
from tests.booking_world import MONDAY, BookingWorld, open_booking
from tests.web.pages import Page, PageClient
from tests.web.statements_sent import statements_sent

AsStaff = Callable[[str], PageClient]
WHO = {"last_name": "sample", "born_on": "5/4/1980", "digits": "0123"}


@dataclass
class Today:
    """Two visits of today in the east: one insured, one who pays herself."""

    world: BookingWorld
    insured: UUID
    self_pay: UUID


@pytest.fixture
def today(patient_app: Any, staff_app: Any, now: datetime) -> Today:
    for one in (patient_app, staff_app):
        one.config["CLOCK"] = lambda: now
    world = open_booking(now)
    publish_starter_forms(now)
    with transaction() as session:
        payer = Payer(identifier="ACME", name="Acme Health")
        session.add(payer)
        session.flush()
        session.add(
            Coverage(
                patient_id=world.patient_id, payer_id=payer.id, member_id="A1234", sequence="P"
            )
        )
        session.get_one(Patient, world.child_id).postal_code = "10001"
    early = now - timedelta(days=3)
    insured = world.book(
        world.start(MONDAY, "13:00"), via="staff", now=early, coverage_intent="insurance"
    )
    child = world.book(
        world.start(MONDAY, "14:00"), via="staff", now=early, patient_id=world.child_id
    )
    return Today(world, insured, child)


def test_SCH_10_SCH_12_the_day_at_the_desk(today: Today, as_staff: AsStaff) -> None:
    desk = as_staff("front_desk")
    with statements_sent() as sent:
        page = desk.get("/front-desk/")
    assert len(sent) <= 12, sent
    assert "Coverage, Card, Details, 5 forms" in page.text
    mark = f"/front-desk/{today.insured}/mark"
    here = desk.follow(desk.post(f"{mark}/arrive"))
    assert "Here now" in here.text
    stopped = desk.follow(desk.post(f"{mark}/room"))
    assert stopped.h1 == "The coverage is not verified"
    tasks = desk.get(f"/visit-tasks/{today.insured}")
    with read_only() as session:
        coverage_id = session.scalars(select(Coverage.id)).one()
    assert "Verify the coverage at booking" in tasks.text
    said = {
        "verify-coverage": coverage_id,
        "verify-result": "active",
        "verify-method": "phone",
        "verify-reference": "CALL-77",
        "verify-copay_primary": "25",
    }
    kept = desk.follow(desk.post(f"/visit-tasks/{today.insured}/verify", said))
    assert "CALL-77" in kept.text
    assert "$25.00" in desk.get("/front-desk/").text  # the copay is known now
    assert "Marked as in the room." in desk.follow(desk.post(f"{mark}/room")).text
    out = desk.follow(desk.post(f"{mark}/finish"))
    assert out.h1 == "Check out"
    assert "$25.00" in out.text
    step = desk.get(f"/front-desk/{today.self_pay}/check-in/identity")
    done = desk.follow(desk.post(step.response.request.path, {"right": "yes"}))
    assert done.h1 == "How we reach you"
    assert as_staff("auditor").post(f"{mark}/undo", expect=None).status == 403


def pair(as_staff: AsStaff, patient_app: Any, place: int) -> PageClient:
    made = as_staff("front_desk").post(
        "/front-desk/tablets", {"name": "By the door", "location": place}
    )
    code = made.text.partition("type this code: ")[2][:9]
    tablet = PageClient(patient_app)
    assert "That code does not work" in tablet.post("/kiosk/pair", {"code": "AAAA-AAAA"}).text
    assert tablet.follow(tablet.post("/kiosk/pair", {"code": code})).h1 == "Welcome"
    assert (
        "That code does not work"
        in PageClient(patient_app).post("/kiosk/pair", {"code": code}).text
    )
    return tablet


def test_SCH_12_a_tablet_finds_one_visit_and_forgets_it(
    today: Today, as_staff: AsStaff, patient_app: Any, now: datetime
) -> None:
    tablet = pair(as_staff, patient_app, today.world.east)
    for wrong in ({"last_name": "Other"}, {"born_on": "5/4/1981"}, {"digits": "9999"}):
        assert "We did not find a visit of today" in tablet.post("/kiosk/find", WHO | wrong).text
    page = tablet.follow(tablet.post("/kiosk/find", WHO))
    assert page.h1 == "Check in"
    assert today.world.row(today.insured).state == "arrived"
    assert "$" not in page.text
    step = tablet.get("/kiosk/check-in/identity")
    assert tablet.follow(tablet.post("/kiosk/check-in/identity", {"right": "yes"})).h1 != step.h1
    tablet.post("/kiosk/finish", expect=303)
    assert tablet.get("/kiosk/check-in", expect=303).location.endswith(
        "/kiosk"
    )  # Back shows nothing
    tablet.token = ""
    child = WHO | {"born_on": "7/1/2016", "digits": "10001"}
    tablet.follow(tablet.post("/kiosk/find", child))
    patient_app.config["CLOCK"] = lambda: now + timedelta(minutes=3)
    assert tablet.get("/kiosk/check-in", expect=303).location.endswith(
        "/kiosk"
    )  # nobody touched it
    with read_only() as session:
        kiosk_id = session.scalars(select(Kiosk.id)).one()
    as_staff("front_desk").post(f"/front-desk/tablets/{kiosk_id}/revoke")
    assert tablet.get("/kiosk").h1 == "Set up this tablet"


def test_SCH_12_whom_somebody_guesses_at_is_counted_whoever_is_found_meanwhile(
    today: Today, as_staff: AsStaff, patient_app: Any
) -> None:
    tablet = pair(as_staff, patient_app, today.world.east)
    for _ in range(4):
        tablet.post("/kiosk/find", WHO | {"digits": "9999"})
    child = WHO | {"born_on": "7/1/2016", "digits": "10001"}
    tablet.follow(tablet.post("/kiosk/find", child))
    tablet.get("/kiosk/check-in")
    tablet.post("/kiosk/finish", expect=303)
    tablet.token = ""
    tablet.post("/kiosk/find", WHO | {"digits": "9998"})
    assert "We did not find a visit of today" in tablet.post("/kiosk/find", WHO).text
    assert today.world.row(today.insured).state == "booked"


def test_HIPAA_10_a_tablet_finds_nobody_who_asked_for_confidential_contact(
    today: Today, as_staff: AsStaff, patient_app: Any
) -> None:
    tablet = pair(as_staff, patient_app, today.world.east)
    with transaction() as session:
        session.get_one(Patient, today.world.patient_id).confidential = True
    assert "We did not find a visit of today" in tablet.post("/kiosk/find", WHO).text
    assert today.world.row(today.insured).state == "booked"


def test_SCH_12_five_misses_pause_a_tablet_and_another_place_is_not_found(
    today: Today, as_staff: AsStaff, patient_app: Any
) -> None:
    tablet = pair(as_staff, patient_app, today.world.east)
    pages: list[Page] = [tablet.post("/kiosk/find", WHO | {"digits": "9999"}) for _ in range(5)]
    right = tablet.post("/kiosk/find", WHO)
    assert {page.status for page in [*pages, right]} == {200}
    assert "We did not find a visit of today" in right.text
    west = pair(as_staff, patient_app, today.world.west)
    assert "We did not find a visit of today" in west.post("/kiosk/find", WHO).text
