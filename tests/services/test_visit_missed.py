"""Who missed a visit is offered another time, once, within a day, and not in vain (SCH-7)."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.appointments import Appointment
from portal.models.messages import OutboundMessage
from portal.services import run_day as day
from portal.services.queue_visit_reminders import queue_visit_reminders
from tests.booking_world import open_booking
from tests.services.statement_world import Office
from tests.services.visit_world import URL, Calendar

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def office(database_url: str, now: datetime) -> datetime:
    open_booking(now)
    return now


def missed(now: datetime, *, began: timedelta, marked: timedelta, again: bool = False) -> UUID:
    """Somebody's visit that began, and was marked as missed, so long ago; `again`: another one is booked."""
    with transaction() as session:
        book = Calendar(session, counter=500)
        book.calendar()
        patient, set_at = book.person(phone="+12125550170"), now - 20 * DAY
        if again:
            book.booked(patient, now + 9 * DAY, set_at=set_at)
        visit = book.booked(patient, now - began, set_at=set_at, state="no_show")
        session.get_one(Appointment, visit).state_at = now - marked
        return visit


def offered(now: datetime) -> list[UUID | None]:
    queue_visit_reminders(on=now.date(), now=now, public_url=URL)
    return queued()


def queued() -> list[UUID | None]:
    with read_only() as session:
        return list(
            session.scalars(
                select(OutboundMessage.appointment_id).where(
                    OutboundMessage.template == "visit_missed"
                )
            )
        )


def test_SCH_7_another_time_is_offered_once(office: datetime) -> None:
    visit = missed(office, began=3 * HOUR, marked=2 * HOUR)
    assert offered(office) == [visit]
    assert offered(office + HOUR) == [visit]


@pytest.mark.parametrize(
    "when",
    [
        {"began": 3 * HOUR, "marked": 2 * HOUR, "again": True},  # they have another time already
        {"began": 30 * HOUR, "marked": 25 * HOUR},  # not a day late
        {"began": 5 * DAY, "marked": 2 * HOUR},  # a worker that was away marked it today
    ],
)
def test_SCH_7_nobody_is_asked_in_vain_or_of_long_ago(office: datetime, when) -> None:
    missed(office, **when)
    assert offered(office) == []


def test_SCH_7_it_is_queued_before_the_day_works_on_the_bills(
    office: datetime, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    visit = missed(office, began=3 * HOUR, marked=2 * HOUR)

    def stop(**_: object) -> None:
        raise RuntimeError("the first that is done about money")

    monkeypatch.setattr(day, "sweep_payments", stop)
    with pytest.raises(RuntimeError, match="about money"):
        day.run_day(on=office.date(), now=office, office=Office(tmp_path))
    assert queued() == [visit]
