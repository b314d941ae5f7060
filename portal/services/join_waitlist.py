"""Wait for an earlier time, change what is waited for, and leave the list (SCH-8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.booking_rules import CoverageIntent
from billing.visit_reasons import REASONS
from billing.waitlist import URGENCIES
from portal.db import transaction
from portal.models.appointments import Appointment
from portal.models.waitlist import WaitlistEntry, WaitlistOffer
from portal.queue import enqueue
from portal.services.practice_date import practice_date
from portal.services.refusal import NotFound, Refusal

MOST = 5  # a person waits for so many things at most


class CannotWait(Refusal):
    """What was asked for cannot be waited for."""

    title = "You were not added to the list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Which times would do. Empty collections mean any."""

    visit_type_id: int
    first_day: date
    last_day: date
    provider_ids: tuple[int, ...] = ()
    location_ids: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = ()
    not_before: time | None = None
    not_after: time | None = None
    notice_minutes: int = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitsFor:
    """Who waits, and what was asked of them for the day that a time is booked."""

    patient_id: int | None = None
    newcomer_id: int | None = None
    login_id: int | None = None  # who asked; none: the office
    gives_up_id: UUID | None = None  # their later visit
    coverage_intent: str = "insurance"
    reason: str = ""
    language: str = "en"


def join_waitlist(*, entry_id: UUID, who: WaitsFor, waits: Waits, now: datetime) -> None:
    """Add the person, or change what they wait for when the id is on the list; the same again changes nothing.

    Raises CannotWait, or NotFound for another's entry or visit.
    """
    with transaction() as session:
        _check(who, waits, on=practice_date(session, now))
        _check_visit(session, who)
        entry = session.get(WaitlistEntry, entry_id, with_for_update=True)
        if entry is None:
            _check_number(session, who)
            entry = WaitlistEntry(id=entry_id, state="waiting", state_at=now, asked_at=now)
            session.add(entry)
            entry.patient_id, entry.newcomer_id = who.patient_id, who.newcomer_id
            entry.login_id = who.login_id
        elif (entry.patient_id, entry.newcomer_id) != (who.patient_id, who.newcomer_id):
            raise NotFound
        elif entry.state != "waiting":
            raise CannotWait("This is not on the list any more. Start anew.")
        entry.appointment_id = who.gives_up_id
        entry.coverage_intent, entry.reason = who.coverage_intent, who.reason
        entry.language = who.language
        _set(entry, waits)


def _set(entry: WaitlistEntry, waits: Waits) -> None:
    entry.visit_type_id = waits.visit_type_id
    entry.provider_ids, entry.location_ids = list(waits.provider_ids), list(waits.location_ids)
    entry.weekdays = list(waits.weekdays)
    entry.not_before, entry.not_after = waits.not_before, waits.not_after
    entry.first_day, entry.last_day = waits.first_day, waits.last_day
    entry.notice_minutes = waits.notice_minutes


def _check(who: WaitsFor, waits: Waits, *, on: date) -> None:
    if waits.last_day < waits.first_day:
        raise CannotWait("The last day is before the first one.")
    if waits.last_day < on:
        raise CannotWait("Those days are over.")
    if waits.not_before and waits.not_after and waits.not_after < waits.not_before:
        raise CannotWait("The latest time is before the earliest one.")
    if who.coverage_intent not in {intent.value for intent in CoverageIntent}:
        raise CannotWait("Choose how the visit is to be paid for.")
    if who.reason and who.reason not in REASONS:
        raise CannotWait("Choose a reason from the list.")


def _check_visit(session: Session, who: WaitsFor) -> None:
    if who.gives_up_id is None:
        return
    row = session.get(Appointment, who.gives_up_id)
    mine = row is not None and (row.patient_id, row.newcomer_id) == (
        who.patient_id,
        who.newcomer_id,
    )
    if row is None or not mine or row.state != "booked":
        raise NotFound


def _check_number(session: Session, who: WaitsFor) -> None:
    waiting = session.scalars(
        select(WaitlistEntry.id).where(
            WaitlistEntry.state == "waiting",
            WaitlistEntry.patient_id == who.patient_id
            if who.patient_id is not None
            else WaitlistEntry.newcomer_id == who.newcomer_id,
        )
    ).all()
    if len(waiting) >= MOST:
        raise CannotWait(f"You already wait for {MOST} visits. Leave one of those lists first.")


def leave_waitlist(*, entry_id: UUID, now: datetime) -> None:
    """Nothing more is offered to this entry; an offer that is open goes to the next."""
    with transaction() as session:
        # The offers before the entry, as those who take a time do.
        offers = session.scalars(
            select(WaitlistOffer)
            .where(WaitlistOffer.entry_id == entry_id, WaitlistOffer.state.in_(("queued", "open")))
            .order_by(WaitlistOffer.id)
            .with_for_update()
        ).all()
        entry = session.get(WaitlistEntry, entry_id, with_for_update=True)
        if entry is None:
            raise NotFound
        if entry.state == "waiting":
            entry.state, entry.state_at = "left", now
            for offer in offers:
                offer.state, offer.answered_at, offer.answered_via = "declined", now, "portal"
            enqueue(session, "offer_slots")


def set_urgency(*, entry_id: UUID, urgency: int) -> None:
    """How soon they need a time, by who may judge that: the office."""
    if urgency not in URGENCIES:
        raise CannotWait("Choose how urgent it is.")
    with transaction() as session:
        entry = session.get(WaitlistEntry, entry_id, with_for_update=True)
        if entry is None:
            raise NotFound
        entry.urgency = urgency
