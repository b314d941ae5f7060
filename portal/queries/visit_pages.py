"""The pages of somebody's visits: the list, and one visit with what may be done about it now (SCH-5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from billing.booking_rules import Policy, may_cancel_self
from portal.db import read_only
from portal.queries.appointment_row import AppointmentFacts
from portal.queries.booking_policy import booking_policy
from portal.queries.own_appointments import (
    OwnPerson,
    newcomer,
    own_appointment,
    own_coming,
    own_past,
    person_of_patient,
)
from portal.queries.viewer import AccountViewer, PatientViewer

SHOWN_PAST = 20
STATE_WORDS = {
    "booked": ("info", "Booked"),
    "arrived": ("info", "You are here"),
    "in_room": ("info", "You are in the room"),
    "done": ("paid", "Done"),
    "no_show": ("held", "Missed"),
    "canceled": ("held", "Canceled"),
}
CONFIRMED = ("paid", "Confirmed")


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitPage:
    """One visit. What is not offered any more is for the office on the phone."""

    visit: AppointmentFacts
    policy: Policy
    ahead: bool
    changeable: bool  # may be moved and canceled by oneself
    check_in_open: bool
    check_in_on: datetime  # from then on

    @property
    def tag(self) -> tuple[str, str]:
        """A kind of tag and its word."""
        if self.visit.state == "booked" and self.visit.confirmed_at is not None:
            return CONFIRMED
        return STATE_WORDS[self.visit.state]


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitsPage:
    """All visits of everybody whose they see."""

    coming: tuple[VisitPage, ...]
    past: tuple[VisitPage, ...]
    patient_ids: frozenset[int] = field(default_factory=frozenset)
    several: bool = False  # visits of more than one person: each says whose it is


def visit_page(viewer: AccountViewer, appointment_id: UUID, *, now: datetime) -> VisitPage | None:
    """One; None when it is not the viewer's to see."""
    with read_only() as session:
        found = own_appointment(session, viewer, appointment_id)
        return _page(found, booking_policy(session), now) if found else None


def visits_page(viewer: PatientViewer, *, now: datetime) -> VisitsPage:
    """What is ahead, the next one first; what is over, the newest first."""
    with read_only() as session:
        policy = booking_policy(session)
        coming = own_coming(session, viewer, now=now)
        past = own_past(session, viewer, now=now, limit=SHOWN_PAST)
    whose = {(one.patient_id, one.newcomer_id) for one in (*coming, *past)}
    return VisitsPage(
        coming=_pages(coming, policy, now),
        past=_pages(past, policy, now),
        patient_ids=frozenset(patient for patient, _ in whose if patient is not None),
        several=len(whose) > 1,
    )


def next_of(viewer: AccountViewer, *, now: datetime) -> AppointmentFacts | None:
    """The one that comes next, for a newcomer's first page."""
    with read_only() as session:
        found = own_coming(session, viewer, now=now, limit=1)
    return found[0] if found else None


def whose_visit(visit: AppointmentFacts, *, on: date) -> OwnPerson:
    """The person of a visit that the viewer may see: a patient, or who has no record yet."""
    with read_only() as session:
        if visit.patient_id is not None:
            found = person_of_patient(session, visit.patient_id, on=on)
            assert found is not None  # the visit says so
            return found
        return newcomer(session, visit.newcomer_id or 0)


def _pages(
    visits: Sequence[AppointmentFacts], policy: Policy, now: datetime
) -> tuple[VisitPage, ...]:
    return tuple(_page(one, policy, now) for one in visits)


def _page(visit: AppointmentFacts, policy: Policy, now: datetime) -> VisitPage:
    opens = visit.local_start.replace(hour=0, minute=0) - timedelta(days=policy.check_in_days)
    ahead = visit.state == "booked" and visit.starts_at > now
    return VisitPage(
        visit=visit,
        policy=policy,
        ahead=ahead,
        changeable=ahead and may_cancel_self(visit.starts_at, policy, now),
        check_in_open=visit.state == "booked" and opens <= now < visit.ends_at,
        check_in_on=opens,
    )
