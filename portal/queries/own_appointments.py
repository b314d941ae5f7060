"""Which booked visits somebody may see, and for whom they may book: the one place that says so (HIPAA-9, ID-1, MSG-9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    ScalarSelect,
    and_,
    bindparam,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from billing.proxy_access import ProxyScope
from billing.who_may_book import Person
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.appointments import Appointment
from portal.models.calendar import Location
from portal.models.identity import Login
from portal.models.profiles import Profile
from portal.queries.among import listed
from portal.queries.appointment_row import AppointmentFacts, appointment_facts
from portal.queries.booking_person import person_of_row, seen_and_payers
from portal.queries.proxy_grants import is_own_account, is_shared
from portal.queries.viewer import AccountViewer, GuestViewer, PatientViewer

# What is only kept while somebody decides is nobody's visit yet.
UNBOOKED = ("held", "expired")
COMING = ("booked", "arrived", "in_room")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPerson:
    """Somebody for whom the viewer may book. A newcomer has no `patient_id`: they book for themself."""

    patient_id: int | None
    name: str
    first_name: str
    born_on: date | None
    sex: str
    is_viewer: bool  # the one who owes on the account, or the newcomer
    facts: Person  # as the rules of who may book know them

    @property
    def key(self) -> str:
        """How an address of ours names the person."""
        return str(self.patient_id or "me")


def may_see_person(viewer: AccountViewer) -> ColumnElement[bool]:
    """For a query over Patient and their GuarantorAccount: whose visits the viewer sees and books.

    Whoever acts for somebody sees that one, and only where booking was shared. A confidential patient who stands on
    an account with others is nobody's to see but their own sign-in's (STMT-13). A guest sees nobody as a person.
    """
    if isinstance(viewer, GuestViewer):
        return false()
    if viewer.acting_for is not None:
        if not viewer.may(ProxyScope.BOOK):
            return false()
        return Patient.id == viewer.acting_for.patient_id
    return and_(
        Patient.guarantor_account_id.in_(viewer.account_ids),
        ~and_(Patient.confidential, is_shared()),
    )


def may_see_visit(viewer: AccountViewer) -> ColumnElement[bool]:
    """For a query over Appointment: the visits that are the viewer's to see, held times left out.

    A guest sees the one visit that the link was of, while it is a visit of that account's people (MSG-9).
    """
    if isinstance(viewer, GuestViewer):
        theirs = Appointment.patient_id.in_(
            select(Patient.id)
            .join(GuarantorAccount, GuarantorAccount.id == Patient.guarantor_account_id)
            .where(
                Patient.guarantor_account_id == viewer.account_id,
                ~and_(Patient.confidential, is_shared()),
            )
        )
        the_one = Appointment.id == viewer.appointment_id
        return and_(Appointment.state.not_in(UNBOOKED), the_one, theirs)
    whose: ColumnElement[bool] = Appointment.patient_id.in_(
        select(Patient.id)
        .join(GuarantorAccount, GuarantorAccount.id == Patient.guarantor_account_id)
        .where(may_see_person(viewer))
    )
    if viewer.acting_for is None:
        whose = or_(whose, Appointment.newcomer_id == viewer.login_id)
    return and_(Appointment.state.not_in(UNBOOKED), whose)


def own_appointment(
    session: Session, viewer: AccountViewer, appointment_id: UUID
) -> AppointmentFacts | None:
    """One visit; None when there is none, or it is not the viewer's to see."""
    found = appointment_facts(session, Appointment.id == appointment_id, may_see_visit(viewer))
    return found[0] if found else None


def own_coming(
    session: Session, viewer: AccountViewer, *, now: datetime, limit: int | None = None
) -> tuple[AppointmentFacts, ...]:
    """The visits ahead, the next one first; one that is going on counts as ahead."""
    return appointment_facts(
        session,
        may_see_visit(viewer),
        Appointment.state.in_(COMING),
        Appointment.ends_at > now,
        limit=limit,
    )


def next_visit() -> ScalarSelect[Any]:
    """As a part of another query that is built once: id, moment and zone of the visit that comes next, or null.

    It asks what `may_see_visit` asks, with `login_id`, `account_ids`, `acting_for` and `on` given when it runs;
    whether booking was shared with who acts, the caller asks.
    """
    acting = bindparam("acting_for", type_=Integer)
    whose = (
        select(Patient.id)
        .join(GuarantorAccount, GuarantorAccount.id == Patient.guarantor_account_id)
        .where(
            listed(Patient.guarantor_account_id, "account_ids"),
            or_(
                Patient.id == acting,
                and_(acting.is_(None), ~and_(Patient.confidential, is_shared())),
            ),
        )
    )
    own = and_(acting.is_(None), Appointment.newcomer_id == bindparam("login_id", type_=Integer))
    told = func.json_build_object(
        *("id", Appointment.id, "at", Appointment.starts_at, "zone", Location.time_zone)
    )
    return (
        select(told)
        .join(Location, Location.id == Appointment.location_id)
        .where(
            or_(Appointment.patient_id.in_(whose), own),
            Appointment.state.in_(COMING),
            Appointment.starts_on >= bindparam("on", type_=Date),
        )
        .order_by(Appointment.starts_at)
        .limit(1)
        .scalar_subquery()
    )


def own_past(
    session: Session, viewer: AccountViewer, *, now: datetime, limit: int
) -> tuple[AppointmentFacts, ...]:
    """What is over, canceled or missed, the newest first."""
    return appointment_facts(
        session,
        may_see_visit(viewer),
        or_(Appointment.state.not_in(COMING), Appointment.ends_at <= now),
        order_by=(Appointment.starts_at.desc(), Appointment.id),
        limit=limit,
    )


def own_people(
    session: Session, viewer: PatientViewer, *, on: date = date.max
) -> tuple[OwnPerson, ...]:
    """For whom the viewer may book, themself first; a sign-in without a record for itself alone (ID-1).

    `on` decides which of their plans still run.
    """
    if not viewer.account_ids and viewer.acting_for is None:
        return (newcomer(session, viewer.login_id),)
    mine = func.coalesce(is_own_account(), False)
    rows = session.execute(
        select(Patient, mine, *seen_and_payers(on))
        .join(GuarantorAccount, GuarantorAccount.id == Patient.guarantor_account_id)
        .where(may_see_person(viewer), Patient.merged_into_id.is_(None))
        .order_by(mine.desc(), Patient.birth_on, Patient.id)
    )
    return tuple(
        OwnPerson(
            patient_id=patient.id,
            name=patient.full_name,
            first_name=patient.first_name or patient.last_name,
            born_on=patient.birth_on,
            sex=patient.sex,
            is_viewer=bool(own) and viewer.acting_for is None,
            facts=person_of_row(patient, last_seen, payer_ids),
        )
        for patient, own, last_seen, payer_ids in rows
    )


def person_of_patient(session: Session, patient_id: int, *, on: date) -> OwnPerson | None:
    """Whoever a visit is for, once the visit itself was theirs to see."""
    row = session.execute(
        select(Patient, *seen_and_payers(on)).where(Patient.id == patient_id)
    ).one_or_none()
    if row is None:
        return None
    patient, last_seen, payer_ids = row
    return OwnPerson(
        patient_id=patient.id,
        name=patient.full_name,
        first_name=patient.first_name or patient.last_name,
        born_on=patient.birth_on,
        sex=patient.sex,
        is_viewer=False,
        facts=person_of_row(patient, last_seen, payer_ids),
    )


def newcomer(session: Session, login_id: int) -> OwnPerson:
    """A sign-in as the person of its own visits (ID-1)."""
    row = session.execute(
        select(Login.name, Profile)
        .outerjoin(Profile, Profile.login_id == Login.id)
        .where(Login.id == login_id)
    ).one()
    profile: Profile | None = row.Profile
    name = f"{profile.first_name} {profile.last_name}" if profile else row.name
    born_on = profile.birth_on if profile else None
    return OwnPerson(
        patient_id=None,
        name=name,
        first_name=name.split(" ", maxsplit=1)[0],
        born_on=born_on,
        sex="",
        is_viewer=True,
        facts=Person(born_on=born_on),
    )
