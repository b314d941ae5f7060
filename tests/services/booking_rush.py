"""Many processes that want the same few times at once, and what became of each try."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from typing import Any
from uuid import uuid4

from portal import db
from portal.services.appointment_actor import Actor, SlotTaken
from portal.services.book_appointment import Booking, book_appointment
from portal.services.hold_slot import Holder, Start, hold_slot


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
