"""Who waits for a time, as an opening is judged against them (SCH-8)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from billing.waitlist import Waiting
from portal.models.accounts import Patient
from portal.models.appointments import Appointment
from portal.models.calendar import VisitType
from portal.models.practice import Practice
from portal.models.waitlist import WaitlistEntry, WaitlistOffer
from portal.queries.recipient_zones import recipient_zones
from portal.queries.visit_readers import (
    VisitReader,
    account_readers_of_visits,
    newcomer_readers_of_visits,
)

LIVE_OFFERS = ("queued", "open")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One who waits, with where they are told of an offer."""

    waiting: Waiting
    reader: VisitReader
    language: str
    patient_id: int | None = None
    newcomer_id: int | None = None

    @property
    def can_be_told(self) -> bool:
        return bool(self.reader.phone or self.reader.emails)


def candidates(session: Session, *, opening_id: int, day: date) -> tuple[Candidate, ...]:
    """Whoever waits for such a day, was not asked about this opening before, and has no other offer to answer.

    Who can be told by no text and no e-mail is among them: the office offers them a time by hand.
    """
    asked = exists().where(
        WaitlistOffer.entry_id == WaitlistEntry.id,
        (WaitlistOffer.opening_id == opening_id) | WaitlistOffer.state.in_(LIVE_OFFERS),
    )
    rows = session.execute(
        select(
            WaitlistEntry,
            VisitType.minutes,
            Patient.guarantor_account_id,
            Appointment.starts_at,
            Appointment.state,
        )
        .join(VisitType, VisitType.id == WaitlistEntry.visit_type_id)
        .outerjoin(Patient, Patient.id == WaitlistEntry.patient_id)
        .outerjoin(Appointment, Appointment.id == WaitlistEntry.appointment_id)
        .where(
            WaitlistEntry.state == "waiting",
            WaitlistEntry.first_day <= day,
            WaitlistEntry.last_day >= day,
            ~asked,
        )
        .order_by(WaitlistEntry.asked_at, WaitlistEntry.id)
    ).all()
    readers = _readers(session, [(row[0], row[2]) for row in rows])
    home = session.scalar(select(Practice.time_zone).where(Practice.id == 1)) or "UTC"
    return tuple(
        Candidate(
            _waiting(entry, minutes, later if state == "booked" else None, reader, home),
            reader,
            entry.language,
            entry.patient_id,
            entry.newcomer_id,
        )
        for entry, minutes, _, later, state in rows
        for reader in [readers.get(entry.id, VisitReader(account=None))]
    )


def readers_of(
    session: Session, entry_ids: Collection[UUID]
) -> dict[UUID, tuple[VisitReader, str]]:
    """By entry: where it is told of offers, and in which language."""
    rows = session.execute(
        select(WaitlistEntry, Patient.guarantor_account_id)
        .outerjoin(Patient, Patient.id == WaitlistEntry.patient_id)
        .where(WaitlistEntry.id.in_(entry_ids))
    ).all()
    found = _readers(session, [(entry, account_id) for entry, account_id in rows])
    return {entry.id: (found[entry.id], entry.language) for entry, _ in rows if entry.id in found}


def _readers(
    session: Session, entries: Collection[tuple[WaitlistEntry, int | None]]
) -> dict[UUID, VisitReader]:
    accounts = account_readers_of_visits(session, {one for _, one in entries if one is not None})
    newcomers = newcomer_readers_of_visits(
        session, {entry.newcomer_id for entry, _ in entries if entry.newcomer_id is not None}
    )
    found = {
        entry.id: accounts.get(account_id) if account_id else newcomers.get(entry.newcomer_id or 0)
        for entry, account_id in entries
    }
    return {entry_id: reader for entry_id, reader in found.items() if reader is not None}


def _waiting(
    entry: WaitlistEntry, minutes: int, later: datetime | None, reader: VisitReader, home: str
) -> Waiting:
    account = reader.account
    zones = recipient_zones(
        phone=reader.phone,
        postal_code=account.postal_code if account else "",
        practice_zone=home,
    )
    return Waiting(
        id=entry.id,
        visit_type_id=entry.visit_type_id,
        minutes=minutes,
        urgency=entry.urgency,
        asked_at=entry.asked_at,
        first_day=entry.first_day,
        last_day=entry.last_day,
        provider_ids=tuple(entry.provider_ids),
        location_ids=tuple(entry.location_ids),
        weekdays=tuple(entry.weekdays),
        not_before=entry.not_before,
        not_after=entry.not_after,
        notice_minutes=entry.notice_minutes,
        later_at=later,
        zones=zones,
    )
