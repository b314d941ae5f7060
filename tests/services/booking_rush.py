"""Many processes that want the same few times at once, and what became of each try."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing import get_context
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from billing.transitions import AppointmentStep
from portal import db
from portal.models.appointments import Appointment
from portal.services.appointment_actor import Actor, SlotTaken
from portal.services.book_appointment import Booking, book_appointment
from portal.services.cancel_appointment import cancel_appointment
from portal.services.hold_slot import Holder, Start, hold_slot
from portal.services.mark_appointment import mark_appointment
from portal.services.move_appointment import move_appointment
from portal.services.offer_slots import offer_slots
from portal.services.refusal import Refusal
from portal.services.tend_holds import tend_holds
from tests.booking_world import NEXT_MONDAY, BookingWorld

DEEDS = 25


@dataclass(frozen=True)
class Try:
    """One person who wants one time."""

    patient_id: int
    visit_type_id: int
    provider_id: int
    location_id: int
    starts_at: str
    now: str


def attempt(wanted: Try) -> dict[str, Any]:
    """Hold and book, as the pages do."""
    visit, now = uuid4(), datetime.fromisoformat(wanted.now)
    start = Start(
        visit_type_id=wanted.visit_type_id,
        provider_id=wanted.provider_id,
        location_id=wanted.location_id,
        starts_at=datetime.fromisoformat(wanted.starts_at),
    )
    try:
        hold_slot(
            appointment_id=visit, start=start, holder=Holder(patient_id=wanted.patient_id), now=now
        )
        book_appointment(
            appointment_id=visit,
            booking=Booking(patient_id=wanted.patient_id, coverage_intent="self_pay"),
            actor=Actor(None, "portal"),
            now=now,
        )
    except SlotTaken as taken:
        return {"outcome": "taken", "others": len(taken.alternatives)}
    except Exception as error:
        return {"outcome": "error", "what": repr(error)}
    return {"outcome": "booked", "visit": str(visit)}


def rush(url: str, tries: Sequence[Try], *, processes: int) -> list[dict[str, Any]]:
    """All tries, dealt out to so many processes that begin together; what became of each."""
    fork = get_context("fork")  # they know all modules already, and open connections of their own
    start, told = fork.Barrier(processes), fork.SimpleQueue()
    crowd = [
        fork.Process(target=_one, args=(url, tries[number::processes], start, told))
        for number in range(processes)
    ]
    for process in crowd:
        process.start()
    found = [one for _ in crowd for one in told.get()]
    for process in crowd:
        process.join(timeout=30)
    assert [process.exitcode for process in crowd] == [0] * processes
    return found


def _one(url: str, tries: Sequence[Try], start: Any, told: Any) -> None:
    engine = db.connect(url)
    db.bind(engine)
    start.wait(timeout=30)
    with ThreadPoolExecutor(4) as pool:
        told.put(list(pool.map(attempt, tries)))
    engine.dispose()


def storm(url: str, world: BookingWorld, *, people: Sequence[int], processes: int) -> Counter[str]:
    """So many processes that hold, book, move, cancel, mark and tend at random; how often each ended how."""
    fork = get_context("fork")
    start, told = fork.Barrier(processes), fork.SimpleQueue()
    crowd = [
        fork.Process(target=_storms, args=(url, (world, people), number, start, told))
        for number in range(processes)
    ]
    for process in crowd:
        process.start()
    found = sum((told.get() for _ in crowd), Counter[str]())
    for process in crowd:
        process.join(timeout=30)
    return found


def _storms(
    url: str, whose: tuple[BookingWorld, Sequence[int]], seed: int, start: Any, told: Any
) -> None:
    engine = db.connect(url)
    db.bind(engine)
    chance, ended = random.Random(seed), Counter[str]()
    start.wait(timeout=30)
    for _ in range(DEEDS):
        try:
            _deed(*whose, chance)
        except Refusal as refusal:
            ended[f"refused: {type(refusal).__name__}"] += 1
        except Exception as error:
            ended[f"error: {error!r:.300}"] += 1
        else:
            ended["done"] += 1
    told.put(ended)
    engine.dispose()


def _deed(world: BookingWorld, people: Sequence[int], chance: random.Random) -> None:
    who, now = chance.choice(people), world.now + timedelta(minutes=chance.randrange(9))
    kind = chance.choice(({}, {"provider_id": world.ben}, ECG(world)))
    start = world.start(NEXT_MONDAY, chance.choice(("9:00", "9:20", "9:40")), **kind)
    with db.read_only() as session:
        visits = session.scalars(
            select(Appointment.id).where(Appointment.state == "booked").order_by(Appointment.id)
        ).all()
    visit = chance.choice(visits) if visits else None
    staff = Actor(None, "staff")
    deed = chance.randrange(6)
    if visit is None or deed < 2:
        world.book(start, patient_id=who, now=now)
    elif deed == 2:
        move_appointment(appointment_id=visit, start=start, actor=staff, now=now)
    elif deed == 3:
        cancel_appointment(
            appointment_id=visit, side="practice", reason="other", actor=staff, now=now
        )
    elif deed == 4:
        for step in (AppointmentStep.MISS, AppointmentStep.UNDO):
            mark_appointment(appointment_id=visit, step=step, actor=staff, now=now)
    else:
        tend_holds(now=now)
        offer_slots(now=now, public_url="http://localhost")


def ECG(world: BookingWorld) -> dict[str, int]:
    return {"provider_id": world.ben, "visit_type_id": world.ecg}
