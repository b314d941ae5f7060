"""For whom somebody may book, and which kinds of visits there are for that person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from billing.who_may_book import Person
from portal.db import read_only
from portal.queries.booking_choices import Kind, choices
from portal.queries.own_appointments import OwnPerson, own_people
from portal.queries.viewer import PatientViewer


@dataclass(frozen=True, slots=True, kw_only=True)
class KindsPage:
    """The kinds that fit."""

    kinds: tuple[Kind, ...]
    closed: bool  # the practice books by phone alone
    view_only: bool  # times are shown, and booked by phone


def booking_people(viewer: PatientViewer, *, on: date) -> tuple[OwnPerson, ...]:
    """Themself first, then whoever stands on their accounts; acting for somebody, that one."""
    with read_only() as session:
        return own_people(session, viewer, on=on)


def fitting_kinds(person: OwnPerson | None, *, on: date, language: str) -> KindsPage:
    """What this person can have here; before the sign-in nothing is known that rules anything out."""
    with read_only() as session:
        offered = choices(session, on=on, language=language)
    facts = person.facts if person else Person()
    return KindsPage(
        kinds=offered.fitting(facts, on=on), closed=offered.closed, view_only=offered.view_only
    )
