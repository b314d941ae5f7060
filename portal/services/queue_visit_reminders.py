"""The day's reminders of visits, and the offer of another time to who was missed (SCH-7, SCH-9).

Whether one may leave is asked when it is sent; a second run of the day, or one after a crash, adds nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session, aliased

from billing.visit_reminders import by_letter, due_reminder
from billing.visit_texts import VISIT_MISSED, VISIT_REMINDER
from portal.db import transaction
from portal.models.accounts import Patient
from portal.models.appointments import LIVE_STATES, Appointment
from portal.models.calendar import Location
from portal.models.messages import OutboundMessage
from portal.queries.booking_policy import booking_policy
from portal.queries.visit_facts import VisitFacts, visit_of
from portal.queries.visit_readers import (
    VisitReader,
    account_readers_of_visits,
    newcomer_readers_of_visits,
)
from portal.services.letters import Letterhead, letterhead
from portal.services.queue_visit_messages import (
    VisitMessage,
    post_reminder,
    queue_visit_messages,
    visit_key,
)
from portal.services.record_text_consent import WITHDRAWN
from portal.services.reminder_letters import When, visit_missed, visit_reminder
from portal.services.tell_visit_otherwise import ask_for_call

MISSED_WITHIN = timedelta(days=1)  # SCH-7


@dataclass(frozen=True, slots=True)
class _Found:
    """An appointment with who is told of it."""

    facts: VisitFacts
    newcomer_id: int | None
    language: str
    reader: VisitReader


@dataclass(frozen=True, slots=True)
class Reminded:
    """What one run added."""

    messages: int = 0
    letters: int = 0


def queue_visit_reminders(*, on: date, now: datetime, public_url: str) -> Reminded:
    """Queue what this day asks for, in one transaction: all of it, or after a crash nothing, and then again."""
    with transaction() as session:
        head = letterhead(session, public_url=public_url)
        days = booking_policy(session).reminder_days
        due = [
            (found, number)
            for found in _near(session, days, on)
            if (number := due_reminder(found.facts.visit, days=days, on=on, now=now)) is not None
        ]
        told = _told(session, [found.facts.appointment_id for found, _ in due])
        reminded = {key.rpartition(":")[0] for key in told}  # less the way in which each was told
        new = [(found, number) for found, number in due if _key(found, number) not in reminded]
        added = queue_visit_messages(
            session, [_reminder(found, number, head) for found, number in new], now=now
        )
        silent = [found for found, _ in new if not (found.reader.phone or found.reader.emails)]
        letters = sum(_on_paper(session, found, told, on, now) for found in silent)
        missed = [_rebook(found, head) for found in _missed(session, now)]
        return Reminded(added + queue_visit_messages(session, missed, now=now), letters)


def _near(session: Session, days: Collection[int], on: date) -> list[_Found]:
    """Booked visits of the days that the cadence may speak of today."""
    lefts = {number - late for number in days for late in (0, 1)}
    wanted = [on + timedelta(days=left) for left in lefts]
    return _found(session, Appointment.state == "booked", Appointment.starts_on.in_(wanted))


def _missed(session: Session, now: datetime) -> list[_Found]:
    """Not come within a day, and without another time already."""
    other = aliased(Appointment)
    again = exists().where(
        other.patient_id == Appointment.patient_id,
        other.state.in_(LIVE_STATES),
        other.starts_at > now,
    )
    return _found(
        session,
        Appointment.state == "no_show",
        Appointment.state_at > now - MISSED_WITHIN,
        Appointment.state_at <= now,
        Appointment.starts_at > now - 2 * MISSED_WITHIN,  # not of last week, marked after an outage
        ~again,
    )


def _found(session: Session, *where: ColumnElement[bool]) -> list[_Found]:
    rows = session.execute(
        select(Appointment, Location.time_zone, Patient.guarantor_account_id)
        .join(Location, Location.id == Appointment.location_id)
        .outerjoin(Patient, Patient.id == Appointment.patient_id)
        .where(*where)
        .order_by(Appointment.starts_at, Appointment.id)
    ).all()
    accounts = account_readers_of_visits(session, {one for *_, one in rows if one is not None})
    newcomers = newcomer_readers_of_visits(
        session, {row.newcomer_id for row, *_ in rows if row.newcomer_id is not None}
    )
    nobody = VisitReader(account=None)
    return [
        _Found(
            VisitFacts(
                appointment_id=row.id,
                account_id=account_id,
                state=row.state,
                visit=visit_of(row),
                zone=ZoneInfo(zone),
            ),
            row.newcomer_id,
            row.language,
            accounts.get(account_id, nobody)
            if account_id is not None
            else newcomers.get(row.newcomer_id or 0, nobody),
        )
        for row, zone, account_id in rows
    ]


def _told(session: Session, appointment_ids: Sequence[UUID]) -> list[str]:
    """The keys under which these were told before: whoever chose another way since is not told twice.

    A text that STOP took back told nobody: the next run tells by e-mail.
    """
    taken_back = and_(OutboundMessage.state == "canceled", OutboundMessage.gate == WITHDRAWN)
    keys = session.scalars(
        select(OutboundMessage.dedupe_key).where(
            OutboundMessage.appointment_id.in_(appointment_ids),
            OutboundMessage.dedupe_key.is_not(None),
            ~taken_back,
        )
    )
    return [key for key in keys if key]


def _key(found: _Found, days: int) -> str:
    return f"{visit_key(found.facts)}:{days}"


def _reminder(found: _Found, days: int, head: Letterhead) -> VisitMessage:
    return VisitMessage(
        template=VISIT_REMINDER,
        key=_key(found, days),
        reader=found.reader,
        letter=visit_reminder(
            head,
            When(found.facts.local),
            page=f"/visits/{found.facts.appointment_id}",
            language=found.reader.language or found.language,
        ),
        appointment_id=found.facts.appointment_id,
    )


def _rebook(found: _Found, head: Letterhead) -> VisitMessage:
    return VisitMessage(
        template=VISIT_MISSED,
        key=f"visit_missed:{found.facts.appointment_id}",
        reader=found.reader,
        letter=visit_missed(head, language=found.reader.language or found.language),
        appointment_id=found.facts.appointment_id,
    )


def _on_paper(
    session: Session, found: _Found, told: Collection[str], on: date, now: datetime
) -> int:
    """One letter for this time of the visit where the post has time for it; else one call. How many letters."""
    if f"{visit_key(found.facts)}:paper" in told:
        return 0
    account = found.reader.account
    if account is not None and found.reader.has_paper and by_letter(found.facts.visit, on=on):
        return int(post_reminder(session, found.facts, account, now=now) is not None)
    ask_for_call(session, found.facts, now=now)
    return 0
