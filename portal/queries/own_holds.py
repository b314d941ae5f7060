"""A held time for whoever keeps it: by their sign-in, or by what only their browser knows (SCH-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from portal.db import read_only
from portal.models.accounts import Coverage, GuarantorAccount, Payer
from portal.models.appointments import Appointment
from portal.queries.appointment_row import AppointmentFacts, appointment_facts
from portal.queries.booking_policy import booking_policy
from portal.queries.notice_channel import About, chosen
from portal.queries.own_appointments import OwnPerson, own_people
from portal.queries.viewer import PatientViewer


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCoverage:
    """A plan on file, as somebody recognises it."""

    id: int
    patient_id: int
    payer: str
    member_end: str  # the last four signs of the number on the card


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPage:
    """What stands on the page where a booking is confirmed."""

    hold: AppointmentFacts
    people: tuple[OwnPerson, ...]
    person: OwnPerson | None  # none: still to be said
    coverages: tuple[OwnCoverage, ...]  # of everybody who can be chosen
    told_by: str  # text, email
    cancel_hours: int


def held_time(
    session: Session,
    hold_id: UUID,
    *,
    holder_hash: str,
    patient_ids: frozenset[int] = frozenset(),
    newcomer_id: int | None = None,
) -> AppointmentFacts | None:
    """The hold, or what has become of it; None where it is another's."""
    nobodys = and_(
        Appointment.patient_id.is_(None),
        Appointment.newcomer_id.is_(None),
        Appointment.holder_hash == holder_hash,
    )
    mine = [nobodys, Appointment.patient_id.in_(patient_ids)]
    if newcomer_id is not None:
        mine.append(Appointment.newcomer_id == newcomer_id)
    found = appointment_facts(session, Appointment.id == hold_id, or_(*mine))
    return found[0] if found else None


def hold_of_browser(hold_id: UUID, *, holder_hash: str) -> AppointmentFacts | None:
    """A time that is kept for nobody by name: of a stranger, or to move a visit to."""
    with read_only() as session:
        return held_time(session, hold_id, holder_hash=holder_hash)


def held_page(
    viewer: PatientViewer, hold_id: UUID, *, holder_hash: str, on: date, for_whom: str = ""
) -> HeldPage | None:
    """All of it in one go; None where the time is kept by somebody else, or booked by them."""
    with read_only() as session:
        people = own_people(session, viewer, on=on)
        ids = frozenset(one.patient_id for one in people if one.patient_id is not None)
        hold = held_time(
            session,
            hold_id,
            holder_hash=holder_hash,
            patient_ids=ids,
            newcomer_id=None if viewer.acting_for else viewer.login_id,
        )
        if hold is None:
            return None
        return HeldPage(
            hold=hold,
            people=people,
            person=_person(people, hold, for_whom),
            coverages=_coverages(session, ids),
            told_by=_told_by(session, viewer),
            cancel_hours=booking_policy(session).cancel_hours,
        )


def _person(people: tuple[OwnPerson, ...], hold: AppointmentFacts, said: str) -> OwnPerson | None:
    wanted = str(hold.patient_id) if hold.patient_id else said
    if len(people) == 1:
        return people[0]
    return next((one for one in people if one.key == wanted), None)


def _coverages(session: Session, patient_ids: frozenset[int]) -> tuple[OwnCoverage, ...]:
    rows = session.execute(
        select(Coverage.id, Coverage.patient_id, Payer.name, Coverage.member_id)
        .join(Payer, Payer.id == Coverage.payer_id)
        .where(Coverage.patient_id.in_(patient_ids), Coverage.ended_on.is_(None))
        .order_by(Coverage.sequence, Coverage.id)
    )
    return tuple(
        OwnCoverage(id=row.id, patient_id=row.patient_id, payer=row.name, member_end=row[3][-4:])
        for row in rows
    )


def _told_by(session: Session, viewer: PatientViewer) -> str:
    account = session.scalar(
        select(GuarantorAccount)
        .where(GuarantorAccount.id.in_(viewer.account_ids))
        .order_by(GuarantorAccount.id)
        .limit(1)
    )
    return chosen(account, About.VISITS).value if account else "email"
