"""The office's calendar: seen by day and week, booked, moved, marked; nobody's change is lost (SCH-2, SCH-4, SCH-7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from portal.db import read_only
from portal.models.appointments import Appointment, AppointmentEvent
from portal.queries.staff_calendar import moment_words
from tests.booking_world import NEXT_MONDAY, SPRING, TUESDAY, BookingWorld, open_booking
from tests.web.pages import PageClient

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
As = Callable[[str], PageClient]
DAY = f"/calendar/?on={NEXT_MONDAY}"


@pytest.fixture
def world(staff_app: Flask) -> BookingWorld:
    ticks = count()
    staff_app.config["CLOCK"] = lambda: NOW + timedelta(seconds=next(ticks) / 10)
    return open_booking(NOW)


@pytest.fixture
def asked(world: BookingWorld) -> Iterator[list[str]]:
    """What was asked of the database."""
    del world
    said: list[str] = []

    def listen(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("SET", "SAVEPOINT", "RELEASE", "BEGIN")):
            said.append(statement)

    with read_only() as session:
        engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", listen)
    yield said
    event.remove(engine, "before_cursor_execute", listen)


def rows(world: BookingWorld) -> list[Appointment]:
    del world
    with read_only() as session:
        return list(session.scalars(select(Appointment).where(Appointment.state != "expired")))


def test_SCH_2_a_day_shows_who_comes_what_is_free_and_both_clocks(
    as_staff: As, world: BookingWorld, asked: list[str]
) -> None:
    seen = world.book(world.start(wall="9:20"))
    desk = as_staff("front_desk")
    asked.clear()
    day = desk.get(DAY)
    assert len(asked) <= 12, "\n".join(asked)
    assert f"/appointments/{seen}" in day.links()
    assert "Dr. Ada Sample, Sample East (EDT)" in day.text
    assert "9:00–9:20 AM" in day.text, "free before"
    assert "Testa Sample" in day.text
    tuesday = desk.get("/calendar/?on=2026-03-10").text
    assert "Dr. Ben Sample, Sample West (CDT)" in tuesday
    assert "9:00 AM–12:00 PM" in tuesday, "by the clock of Chicago"
    asked.clear()
    week = desk.get(f"{DAY}&week=1").text
    assert len(asked) <= 12
    assert "Wednesday, Mar 11" in week
    assert "Room 1" in desk.get(f"{DAY}&by=room").text
    assert "EST, then EDT" not in desk.get(f"/calendar/?on={SPRING}").text, "nobody works on Sunday"
    sheet = desk.get(f"/calendar/sheet?on={NEXT_MONDAY}").text
    assert "May 4, 1980" in sheet
    assert "A visit" in sheet
    assert "Details" in sheet  # nobody checked in yet: the paper says what the desk says


def test_NSA_1_staff_book_by_search_and_nothing_is_booked_without_the_answer(
    as_staff: As, world: BookingWorld, asked: list[str]
) -> None:
    desk = as_staff("front_desk")
    found = desk.post(f"/calendar/book?on={NEXT_MONDAY}", {"term": "Sample, Testa"}, expect=200)
    (times,) = [link for link in found.links() if f"/book/{world.patient_id}?" in link]
    asked.clear()
    page = desk.get(f"{times}&type={world.visit}&provider={world.ada}")
    assert len(asked) <= 16, "\n".join(asked)
    link = next(one for one in page.links() if "/confirm?" in one and "13:20Z" in one)
    shown = desk.get(link)
    assert "Not offered" not in shown.text
    heart = link.replace(f"provider={world.ada}", f"provider={world.cy}")
    assert "Does not take new patients" in desk.get(heart).text
    answer = {"appointment_id": shown.hidden("appointment_id"), "language": "en"}
    refused = desk.post(link, answer, expect=200)
    assert "Choose how the visit is to be covered" in refused.text
    booked = desk.post(link, answer | {"coverage_intent": "self_pay", "reason": "checkup"})
    assert "A checkup" in desk.follow(booked).text
    (row,) = rows(world)
    assert (row.state, row.coverage_intent, row.booked_via) == ("booked", "self_pay", "staff")
    assert row.starts_at == world.at(NEXT_MONDAY, "9:20")
    # Somebody else wants the same time: told so, and nothing is booked over it.
    second = desk.get(link.replace(f"/{world.patient_id}/", f"/{world.child_id}/"))
    wanted = {"appointment_id": second.hidden("appointment_id"), "coverage_intent": "self_pay"}
    late = desk.post(
        link.replace(f"/{world.patient_id}/", f"/{world.child_id}/"), wanted | {"language": "en"}
    )
    assert "Somebody took that time" in desk.follow(late).text
    # With a reason it goes beyond the schedule, and the visit says why.
    again = desk.post(
        link.replace(f"/{world.patient_id}/", f"/{world.child_id}/"),
        wanted | {"language": "en", "overbook_reason": "Sister of the first"},
    )
    assert "Sister of the first" in desk.follow(again).text
    biller = as_staff("biller")
    biller.get(link, expect=403)
    assert "Book" not in [one for one in biller.get(DAY).links() if "/calendar/book" in one]


def test_SCH_12_a_follow_up_booked_at_check_out_knows_the_visit_before(
    as_staff: As, world: BookingWorld
) -> None:
    before = world.book(world.start(TUESDAY, "9:00"), patient_id=world.patient_id, via="staff")
    desk = as_staff("front_desk")
    start = f"/calendar/book/{world.patient_id}?type={world.visit}&follow_up_of={before}&on="
    page = desk.get(f"{start}{NEXT_MONDAY}&provider={world.ada}")
    link = next(one for one in page.links() if "/confirm?" in one and "13:20Z" in one)
    shown = desk.get(link)
    answer = {"appointment_id": shown.hidden("appointment_id"), "language": "en"}
    desk.post(link, answer | {"coverage_intent": "self_pay"})
    (row,) = (one for one in rows(world) if one.id != before)
    assert (row.follow_up_of_id, row.booked_via) == (before, "check_out")


def test_SCH_7_marks_step_by_step_and_back(as_staff: As, world: BookingWorld) -> None:
    one = world.book()
    desk, path = as_staff("front_desk"), f"/appointments/{one}"
    for step, words in (("arrive", "Arrived"), ("room", "In the room"), ("finish", "Done")):
        page = desk.get(path)
        shown = desk.follow(desk.post(f"{path}/mark/{step}", {"seen": page.hidden("seen")}))
        assert words in shown.text
    stale = page.hidden("seen")
    refused = desk.post(f"{path}/mark/undo", {"seen": stale}, expect=409)
    assert refused.h1 == "Something changed meanwhile"
    fresh = desk.get(path).hidden("seen")
    desk.post(f"{path}/mark/undo", {"seen": fresh})
    assert world.row(one).state == "in_room"
    with read_only() as session:
        told = session.scalar(
            select(func.count()).where(
                AppointmentEvent.appointment_id == one, AppointmentEvent.kind == "undone"
            )
        )
    assert told == 1


def test_SCH_5_two_of_the_staff_move_one_visit_and_the_second_is_told(
    as_staff: As, world: BookingWorld
) -> None:
    one = world.book()
    first, second = as_staff("front_desk"), as_staff("manager")
    path = f"/appointments/{one}/move/confirm?provider={world.ada}&location={world.east}&at="
    early = path + moment_words(world.at(NEXT_MONDAY, "10:00"))
    late = path + moment_words(world.at(NEXT_MONDAY, "15:00"))
    seen = second.get(late).hidden("seen")
    moved = first.post(early, {"seen": first.get(early).hidden("seen")})
    assert "From Mar 9, 9:00 AM" in first.follow(moved).text
    refused = second.post(late, {"seen": seen}, expect=409)
    assert refused.h1 == "Something changed meanwhile"
    assert world.row(one).starts_at == world.at(NEXT_MONDAY, "10:00")


def test_SCH_5_staff_cancel_for_the_patient_late_or_for_the_practice_with_three_times(
    as_staff: As, staff_app: Flask, world: BookingWorld
) -> None:
    theirs, ours = world.book(), world.book(world.start(wall="9:20"), patient_id=world.child_id)
    staff_app.config["CLOCK"] = lambda: world.at(NEXT_MONDAY, "8:00") - timedelta(hours=1)
    desk = as_staff("front_desk")
    for one, side, reason in ((theirs, "patient", "ride"), (ours, "practice", "provider_away")):
        seen = desk.get(f"/appointments/{one}").hidden("cancel-seen")
        answer = {"cancel-seen": seen, "cancel-side": side, "cancel-reason": reason}
        shown = desk.follow(desk.post(f"/appointments/{one}/cancel", answer)).text
        assert ("Offered instead" in shown) is (side == "practice")
    assert (world.row(theirs).late_cancel, world.row(ours).late_cancel) == (True, False)
