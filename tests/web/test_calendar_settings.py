"""The calendar's settings at the office: set by a manager, told in the trail, and no booked visit is moved (SCH-2, SCH-5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import read_only
from portal.models.audit import AuditEvent
from portal.models.calendar import BookingPolicy, Resource, ScheduleBlock, VisitType
from portal.queries.rebook_offers import rebook_offers
from tests.booking_world import NEXT_MONDAY, BookingWorld, open_booking
from tests.web.pages import Page, PageClient

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
As = Callable[[str], PageClient]


@pytest.fixture
def world(staff_app: Flask) -> BookingWorld:
    ticks = count()
    staff_app.config["CLOCK"] = lambda: NOW + timedelta(seconds=next(ticks) / 10)
    return open_booking(NOW)


def all_of(model: Any, *where: Any) -> list[Any]:
    with read_only() as session:
        return list(session.scalars(select(model).where(*where).order_by(model.id)))


def filled(page: Page) -> dict[str, Any]:
    """What a form of one page holds, as a browser would send it."""
    found: dict[str, Any] = {}
    for field in page.all("input"):
        name, kind = field.get("name", ""), field.get("type", "text")
        if kind in {"checkbox", "radio"} and field.get("checked") is None:
            continue
        found[name] = field.get("value", "")
    for area in page.all("textarea"):
        found[area.get("name", "")] = (area.text or "").strip()
    for chooser in page.all("select"):
        for option in chooser.iter():
            if option.get("selected") is not None:
                found[chooser.get("name", "")] = option.get("value", "")
    return found


def test_SCH_3_a_manager_sets_places_rooms_kinds_and_policy_and_the_trail_tells(
    as_staff: As, world: BookingWorld
) -> None:
    manager, desk = as_staff("manager"), as_staff("front_desk")
    for kind in ("locations", "rooms", "providers", "kinds"):
        assert desk.get(f"/calendar/settings/{kind}").h1
        desk.get(f"/calendar/settings/{kind}/add", expect=403)
    path = f"/calendar/settings/kinds/{world.visit}"
    changed = filled(manager.get(path)) | {"minutes": "30", "preparation": "Bring your medicine."}
    manager.post(path, changed)
    (kind,) = all_of(VisitType, VisitType.id == world.visit)
    assert (kind.minutes, kind.preparation, kind.self_booking) == (30, "Bring your medicine.", True)
    new = {
        "name": "Room 3",
        "kind": "room",
        "location_id": world.east,
        "features": "exam, Exam, xray",
        "active": "y",
    }
    manager.post("/calendar/settings/rooms/add", new)
    assert all_of(Resource, Resource.name == "Room 3")[0].features == ["exam", "xray"]
    twice = manager.post("/calendar/settings/rooms/add", new, expect=200)
    assert "Another one has that code or name" in twice.text
    policy = filled(manager.get("/calendar/settings/policy/change")) | {"cancel_hours": "48"}
    manager.post("/calendar/settings/policy/change", policy)
    assert [row.cancel_hours for row in all_of(BookingPolicy)] == [48]
    assert "48 h" in desk.get("/calendar/settings/policy").text
    told = {row.object_type for row in all_of(AuditEvent, AuditEvent.action == "create")}
    assert "resource" in told


def test_SCH_2_a_block_ends_and_a_new_one_begins_none_overlaps_and_the_booked_visit_stays(
    as_staff: As, world: BookingWorld
) -> None:
    early, late = (
        world.book(world.start(wall="9:00")),
        world.book(world.start(wall="11:00"), patient_id=world.child_id),
    )
    manager = as_staff("manager")
    block = all_of(
        ScheduleBlock,
        ScheduleBlock.provider_id == world.ada,
        ScheduleBlock.weekday == 0,
    )[0]
    path = f"/calendar/settings/blocks/{block.id}"
    fields = filled(manager.get(path))
    refused = manager.post(path, fields | {"ends": "2 pm", "from_day": "3/9/2026"}, expect=200)
    assert "Another block of this provider, 13:00 to 17:00" in refused.text
    shown = manager.follow(manager.post(path, fields | {"starts": "10 am", "from_day": "3/9/2026"}))
    assert "1 booked visits stand outside the schedule" in shown.text
    assert "Testa Sample" in shown.text
    assert "Minny Sample" not in shown.text
    assert world.row(early).starts_at == world.at(NEXT_MONDAY, "9:00")
    assert world.row(late).starts_at == world.at(NEXT_MONDAY, "11:00")
    was, stands = all_of(
        ScheduleBlock,
        ScheduleBlock.provider_id == world.ada,
        ScheduleBlock.weekday == 0,
        ScheduleBlock.ends == block.ends,
    )
    assert (was.until, stands.since) == (NEXT_MONDAY - timedelta(days=1), NEXT_MONDAY)
    assert "10:00 AM–12:00 PM" in manager.get(f"/calendar/settings/providers/{world.ada}/week").text


def test_SCH_5_leave_over_booked_visits_moves_all_or_offers_three_times_to_each(
    as_staff: As, world: BookingWorld
) -> None:
    first = world.book(world.start(wall="9:00"))
    second = world.book(world.start(wall="9:20"), patient_id=world.child_id)
    manager = as_staff("manager")
    leave = {
        "kind": "leave",
        "provider": world.ada,
        "location": "",
        "first_day": "3/9/2026",
        "last_day": "3/9/2026",
    }
    page = manager.follow(manager.post("/calendar/settings/away/add", leave))
    assert "2 booked visits stand outside the schedule" in page.text
    assert "Away" in manager.get(f"/calendar/?on={NEXT_MONDAY}").text
    marked = {"visit": [str(first)], "to": world.ada, "later": 7}
    proposed = manager.post(f"/calendar/affected/propose?provider={world.ada}", marked, expect=200)
    assert "Mar 16, 2026, 9:00 AM" in proposed.text
    move = proposed.hidden("move")
    moved = manager.follow(
        manager.post(f"/calendar/affected/move?provider={world.ada}", {"move": move})
    )
    assert "1 visit moved" in moved.text
    assert world.row(first).starts_at == world.at(NEXT_MONDAY + timedelta(days=7), "9:00")
    again = manager.follow(
        manager.post(f"/calendar/affected/move?provider={world.ada}", {"move": move})
    )
    assert "changed meanwhile" in again.text
    done = manager.follow(
        manager.post(f"/calendar/affected/cancel?provider={world.ada}", {"visit": [str(second)]})
    )
    assert "Three times are offered" in done.text
    with read_only() as session:
        assert len(rebook_offers(session, second, NOW)) == 3
    assert not world.row(second).late_cancel


def test_SCH_2_holidays_of_the_state_are_proposed_and_saved_once(
    as_staff: As, world: BookingWorld
) -> None:
    manager, desk = as_staff("manager"), as_staff("front_desk")
    path = f"/calendar/settings/holidays?location={world.east}&year=2026"
    assert "Independence Day" in manager.get(path).text
    for _ in range(2):
        manager.post(path, {"day": ["2026-05-25"]}, expect=None)
    assert desk.get("/calendar/settings/away").text.count("Memorial Day") == 1
    hour = {
        "provider": world.ada,
        "location": "",
        "on": "3/9/2026",
        "starts": "9",
        "ends": "10",
        "reason": "Meeting",
    }
    desk.follow(desk.post("/calendar/block", hour))
    day = desk.get(f"/calendar/?on={NEXT_MONDAY}").text
    assert "Blocked: Meeting" in day
    assert "10:00 AM–12:00 PM" in day
