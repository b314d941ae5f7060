"""A tablet at the desk finds one visit of today for whoever stands before it, shows it alone, and forgets it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db import transaction
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.appointments import Appointment
from portal.models.calendar import Location
from portal.models.check_in import Kiosk
from portal.models.profiles import Profile
from portal.queries.check_in_page import AtKiosk
from portal.queries.person_names import Likeness, Name, compared
from portal.queries.reach import standing_requests
from portal.services.record_access import Access, add_access
from portal.services.start_session import session_hash

IDLE = timedelta(minutes=2)
MISSES = 5
PAUSE = timedelta(minutes=5)
PHONE_END, ZIP_LENGTH = 4, 5
WAITING = ("booked", "arrived")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A paired tablet, and the check-in that it shows, if any."""

    kiosk_id: int
    location_id: int
    location_name: str
    appointment_id: UUID | None

    @property
    def at(self) -> AtKiosk | None:
        if self.appointment_id is None:
            return None
        return AtKiosk(self.kiosk_id, self.location_id, self.appointment_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What somebody types to be found."""

    last_name: str
    born_on: date
    digits: str  # the end of their phone, or their ZIP


def use_kiosk(*, token: str, now: datetime) -> Seat | None:
    """The tablet behind the token, its clock set to now; what nobody touched for two minutes is closed."""
    with transaction() as session:
        found = session.execute(
            select(Kiosk, Location.name)
            .join(Location, Location.id == Kiosk.location_id)
            .where(Kiosk.token_hash == session_hash(token), Kiosk.revoked_at.is_(None))
            .with_for_update(of=Kiosk)
        ).one_or_none()
        if found is None:
            return None
        kiosk, place = found
        if kiosk.appointment_id and kiosk.seen_at and now - kiosk.seen_at >= IDLE:
            kiosk.appointment_id = kiosk.opened_at = None
        kiosk.seen_at = now
        return Seat(
            kiosk_id=kiosk.id,
            location_id=kiosk.location_id,
            location_name=place,
            appointment_id=kiosk.appointment_id,
        )


def open_kiosk(*, kiosk_id: int, told: Told, now: datetime) -> UUID | None:
    """Show this person's visit of today at this place; None, whatever is wrong, and during a pause after five misses."""
    with transaction() as session:
        kiosk = session.get_one(Kiosk, kiosk_id, with_for_update=True)
        if kiosk.paused_until is not None and kiosk.paused_until > now:
            return None
        found = _find(session, kiosk, told, now)
        if found is None:
            kiosk.misses += 1
            if kiosk.misses >= MISSES:
                kiosk.misses, kiosk.paused_until = 0, now + PAUSE
            return None
        kiosk.misses, kiosk.paused_until = 0, None
        kiosk.appointment_id, kiosk.opened_at, kiosk.seen_at = found.id, now, now
        access = Access(
            face="patient",
            login_id=None,
            role=f"kiosk_{kiosk_id}",
            action="view",
            object_type="check_in",
            object_id=str(found.id),
            patient_ids=() if found.patient_id is None else (found.patient_id,),
        )
        add_access(session, access, now=now)
        return found.id


def close_kiosk(*, kiosk_id: int) -> None:
    """The next person begins anew."""
    with transaction() as session:
        kiosk = session.get_one(Kiosk, kiosk_id, with_for_update=True)
        kiosk.appointment_id = kiosk.opened_at = None


def _find(session: Session, kiosk: Kiosk, told: Told, now: datetime) -> Appointment | None:
    """One person's first visit that is not done; two people who both fit are for the desk."""
    zone = ZoneInfo(session.get_one(Location, kiosk.location_id).time_zone)
    rows = session.execute(
        select(Appointment, Patient, GuarantorAccount, Profile)
        .outerjoin(Patient, Patient.id == Appointment.patient_id)
        .outerjoin(GuarantorAccount, GuarantorAccount.id == Patient.guarantor_account_id)
        .outerjoin(Profile, Profile.login_id == Appointment.newcomer_id)
        .where(
            Appointment.location_id == kiosk.location_id,
            Appointment.starts_on == now.astimezone(zone).date(),
            Appointment.state.in_(WAITING),
        )
        .order_by(Appointment.starts_at, Appointment.id)
    ).all()
    # Whoever asked for confidential contact is helped at the desk: a relative knows all that is typed (HIPAA-10).
    hidden = standing_requests(session, {row.GuarantorAccount.id for row in rows if row.Patient})
    fitting = [
        visit
        for visit, patient, account, profile in rows
        if _fits(patient, account, profile, told)
        and not (patient and (patient.confidential or patient.guarantor_account_id in hidden))
    ]
    whose = {(visit.patient_id, visit.newcomer_id) for visit in fitting}
    return fitting[0] if len(whose) == 1 else None


def _fits(
    patient: Patient | None,
    account: GuarantorAccount | None,
    profile: Profile | None,
    told: Told,
) -> bool:
    person = patient or profile
    if person is None or person.birth_on != told.born_on:
        return False
    own = Name(last=person.last_name, first=person.first_name, suffix=person.suffix)
    typed = Name(last=told.last_name, first=person.first_name)
    if compared(own, typed).last is not Likeness.SAME:
        return False
    known = {person.postal_code[:ZIP_LENGTH]}
    if account is not None:
        known |= {account.mobile[-PHONE_END:], account.postal_code[:ZIP_LENGTH]}
    if profile is not None:
        known.add(profile.mobile[-PHONE_END:])
    return told.digits in known - {""}
