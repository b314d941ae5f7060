"""Turn a held time into a booked visit: whose it is, how it is covered, who booked it (SCH-4, NSA-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.booking_rules import CoverageIntent
from billing.free_text import check_free_text
from billing.free_times import Slot
from billing.proxy_access import ProxyScope
from billing.transitions import AppointmentState, AppointmentStep
from billing.visit_reasons import REASONS
from billing.who_may_book import WHY_WORDS, WhyNot
from portal.db import transaction
from portal.models.accounts import Coverage
from portal.models.appointments import Appointment
from portal.queries.offered_providers import ADVICE, offered_providers, person_facts
from portal.queries.proxy_grants import grant_standing
from portal.services.after_appointment import after_appointment
from portal.services.appointment_actor import Actor, CannotBook, HoldEnded
from portal.services.appointment_time import (
    Start,
    TimeGone,
    check_person_free,
    give_back,
    locked,
    note_event,
    proved,
    put_on,
    slot_of,
    step,
    take_rooms,
)
from portal.services.find_time import alternatives, time_again
from portal.services.lock_calendar import lock_calendar
from portal.services.refusal import NotFound

# What the calendar said when the time was held is not asked again.
SEEN_BY_THE_HOLD = frozenset({WhyNot.SKILL, WhyNot.VIEW_ONLY, WhyNot.STAFF_ONLY})
MOST_OF_A_NEWCOMER = 3
OVER = (
    "We keep a time for a few minutes, and those were over. Meanwhile somebody else took it."
    " Nothing was booked."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """Whose visit it is (a patient, or a sign-in without a record), and what was asked at booking."""

    patient_id: int | None = None
    newcomer_id: int | None = None
    coverage_intent: str  # billing.booking_rules.CoverageIntent
    coverage_id: int | None = None
    reason: str = ""  # billing.visit_reasons
    note: str = ""
    language: str = "en"
    follow_up_of_id: UUID | None = None


def book_appointment(
    *, appointment_id: UUID, booking: Booking, actor: Actor, now: datetime
) -> None:
    """Book it; the same again is the same booking. A hold that is over is taken again where its time is still free.

    Raises HoldEnded with other times, PersonBusy, CannotBook, CannotChangeVisit (canceled meanwhile) or NotFound.
    """
    note = _checked(booking)
    start: Start | None = None
    try:
        with transaction() as session:
            row = session.get(Appointment, appointment_id)
            if row is None:
                raise NotFound
            lock_calendar(
                session,
                provider_ids=[row.provider_id],
                location_ids=[row.location_id],
                patient_ids=[row.patient_id, booking.patient_id],
                newcomer_ids=[row.newcomer_id, booking.newcomer_id],
            )
            row = locked(session, appointment_id)
            if row.patient_id not in {None, booking.patient_id} or row.newcomer_id not in {
                None,
                booking.newcomer_id,
            }:
                raise NotFound
            if row.state in {"booked", "arrived", "in_room", "done"}:
                return
            start = Start(
                visit_type_id=row.visit_type_id,
                provider_id=row.provider_id,
                location_id=row.location_id,
                starts_at=row.starts_at,
            )
            _check_person(session, booking, actor, now=now)
            _check_offered(session, row, booking, actor)
            if row.state in {"held", "expired"} and (row.held_until or now) <= now:
                _take_again(session, row, start, now=now)
            _book(session, row, booking, note, actor=actor, now=now)
    except TimeGone:
        assert start is not None
        raise HoldEnded(OVER, _others(start, booking, now=now)) from None


def _others(start: Start, booking: Booking, *, now: datetime) -> tuple[Slot, ...]:
    return alternatives(
        start, patient_id=booking.patient_id, newcomer_id=booking.newcomer_id, now=now
    )


def _checked(booking: Booking) -> str:
    """The note, without what must not stand in one. NSA-1: nothing is booked without an answer."""
    if booking.coverage_intent not in {intent.value for intent in CoverageIntent}:
        raise CannotBook("Choose how this visit is to be paid for. Nothing was booked.")
    if (booking.patient_id is None) == (booking.newcomer_id is None):
        raise CannotBook("Say who the visit is for. Nothing was booked.")
    if booking.reason and booking.reason not in REASONS:
        raise CannotBook("Choose a reason from the list. Nothing was booked.")
    return check_free_text(booking.note)


def _check_person(session: Session, booking: Booking, actor: Actor, *, now: datetime) -> None:
    """A coverage and an earlier visit are the patient's own; a grant is the actor's, for this patient, and opens booking."""
    if booking.follow_up_of_id is not None:
        before = session.get(Appointment, booking.follow_up_of_id)
        if before is None or before.patient_id != booking.patient_id:
            raise NotFound
    if booking.coverage_id is not None:
        owner = session.scalar(
            select(Coverage.patient_id).where(Coverage.id == booking.coverage_id)
        )
        if owner is None or owner != booking.patient_id:
            raise NotFound
    if actor.proxy_grant_id is not None:
        standing = (
            grant_standing(session, actor.proxy_grant_id, login_id=actor.login_id, now=now)
            if actor.login_id is not None
            else None
        )
        if (
            standing is None
            or standing.patient_id != booking.patient_id
            or ProxyScope.BOOK not in standing.scopes
        ):
            raise NotFound


def _check_offered(session: Session, row: Appointment, booking: Booking, actor: Actor) -> None:
    """SCH-3, whatever page it came from: who is too young, or new, is not booked; the office decides otherwise."""
    if actor.is_staff:
        return
    person = person_facts(
        session,
        patient_id=booking.patient_id,
        newcomer_id=booking.newcomer_id,
        on=row.starts_on,
    )
    choices = offered_providers(
        session, visit_type_id=row.visit_type_id, person=person, on=row.starts_on
    )
    for choice in choices:
        if choice.provider_id == row.provider_id:
            against = [
                reason for reason in choice.reasons if reason not in ADVICE | SEEN_BY_THE_HOLD
            ]
            if against:
                raise CannotBook(f"{choice.name}: {WHY_WORDS[against[0]]} Nothing was booked.")


def _check_newcomer(session: Session, login_id: int) -> None:
    """Nobody whom the office has not met can book the calendar out."""
    booked = session.scalar(
        select(func.count(Appointment.id)).where(
            Appointment.newcomer_id == login_id, Appointment.state == AppointmentState.BOOKED
        )
    )
    if (booked or 0) >= MOST_OF_A_NEWCOMER:
        raise CannotBook("Please call us to book another visit. Nothing was booked.")


def _book(
    session: Session,
    row: Appointment,
    booking: Booking,
    note: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    check_person_free(
        session,
        slot_of(row),
        patient_id=booking.patient_id,
        newcomer_id=booking.newcomer_id,
        except_ids=[row.id],
        now=now,
    )
    if booking.newcomer_id is not None and not actor.is_staff:
        _check_newcomer(session, booking.newcomer_id)
    with proved(session):
        step(row, AppointmentStep.BOOK, now=now)
        row.patient_id, row.newcomer_id = booking.patient_id, booking.newcomer_id
        row.holder_hash = None
        row.coverage_intent, row.coverage_intent_at = booking.coverage_intent, now
        row.coverage_id, row.reason, row.note = booking.coverage_id, booking.reason, note
        row.language = booking.language
        row.follow_up_of_id = booking.follow_up_of_id
        row.booked_via, row.booked_by_id = actor.via, actor.login_id
        row.proxy_grant_id = actor.proxy_grant_id
        row.booked_at = row.time_set_at = now
    note_event(
        session, row, "booked", actor=actor, now=now, coverage_intent=booking.coverage_intent
    )
    after_appointment(session, appointment=row, kind="booked", actor=actor, now=now)


def _take_again(session: Session, row: Appointment, start: Start, *, now: datetime) -> None:
    """Late by less than anybody else was quick: the same time, if nobody has it, whatever the lead time says now."""
    slot, _ = time_again(session, row, start, may_overbook=bool(row.overbook_reason), now=now)
    give_back(session, [row.id])
    with proved(session):
        put_on(row, slot)
    take_rooms(session, row, slot.resource_ids)
