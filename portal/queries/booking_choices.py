"""What there is to choose from at booking: kinds of visits, providers and places, and why some are not for this person (SCH-3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.booking_rules import Policy
from billing.who_may_book import KindFacts, Person, ProviderFacts, WhyNot, why_not
from portal.models.calendar import (
    BookingPolicy,
    Location,
    VisitType,
)
from portal.queries.booking_policy import policy_of
from portal.queries.offered_providers import kind_facts, provider_rows

# Reasons that keep somebody from booking by themself, and not from the visit.
ONLY_CALL = frozenset({WhyNot.VIEW_ONLY, WhyNot.STAFF_ONLY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of visit in the reader's words."""

    id: int
    name: str
    description: str
    minutes: int
    modality: str
    emergency: bool
    self_booking: bool
    facts: KindFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Clinician:
    """Somebody who sees people."""

    id: int
    name: str
    plain_specialty: str
    facts: ProviderFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where people are seen."""

    id: int
    name: str
    lines: tuple[str, ...]
    phone: str
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """All of it, read in three questions."""

    policy: Policy
    kinds: Mapping[int, Kind]
    clinicians: Mapping[int, Clinician]
    places: Mapping[int, Place]

    @property
    def languages(self) -> tuple[str, ...]:
        """What is spoken here by anybody."""
        spoken = {tag for one in self.clinicians.values() for tag in one.facts.languages}
        return tuple(sorted(spoken))

    def reasons(self, kind: Kind, person: Person, *, on: date) -> dict[int, tuple[WhyNot, ...]]:
        """By provider, why not: empty where they may be booked."""
        return {
            one.id: why_not(one.facts, kind.facts, person, on=on)
            for one in self.clinicians.values()
        }

    def fitting(self, person: Person, *, on: date) -> tuple[Kind, ...]:
        """The kinds that somebody here has for this person, be it by a call."""
        return tuple(
            kind
            for kind in self.kinds.values()
            if any(set(why) <= ONLY_CALL for why in self.reasons(kind, person, on=on).values())
        )

    @property
    def view_only(self) -> bool:
        """Times can be looked at, and nobody books by themself."""
        return self.policy.self_booking == "view"

    @property
    def closed(self) -> bool:
        """Not even that."""
        return self.policy.self_booking == "off"


def choices(session: Session, *, on: date, language: str) -> Choices:
    """What stands today, in the reader's language where somebody translated it."""
    policy, kinds = _policy_and_kinds(session, spanish=language == "es")
    return Choices(
        policy=policy,
        kinds={kind.id: kind for kind in kinds},
        clinicians={one.id: one for one in _clinicians(session, on)},
        places={place.id: place for place in _places(session)},
    )


def _policy_and_kinds(session: Session, *, spanish: bool) -> tuple[Policy, list[Kind]]:
    newest = select(func.max(BookingPolicy.id)).scalar_subquery()
    found = session.execute(
        select(VisitType, BookingPolicy)
        .outerjoin(BookingPolicy, BookingPolicy.id == newest)
        .where(VisitType.active)
        .order_by(VisitType.position, VisitType.id)
    ).all()
    rows = [kind for kind, _ in found]
    return policy_of(found[0].BookingPolicy if found else None), [
        Kind(
            id=row.id,
            name=(row.name_es if spanish else "") or row.name,
            description=(row.description_es if spanish else "") or row.description,
            minutes=row.minutes,
            modality=row.modality,
            emergency=row.emergency,
            self_booking=row.self_booking,
            facts=kind_facts(row),
        )
        for row in rows
    ]


def _clinicians(session: Session, on: date) -> list[Clinician]:
    return [
        Clinician(
            id=facts.provider_id,
            name=provider.display_name,
            plain_specialty=profile.plain_specialty,
            facts=facts,
        )
        for profile, provider, facts in provider_rows(session, on)
    ]


def _places(session: Session) -> list[Place]:
    rows = session.scalars(select(Location).where(Location.active).order_by(Location.name))
    return [
        Place(
            id=row.id,
            name=row.name,
            lines=tuple(
                line
                for line in (
                    row.street,
                    row.street2,
                    f"{row.city}, {row.state} {row.postal_code}".strip(" ,"),
                )
                if line
            ),
            phone=row.phone,
            zone=row.time_zone,
        )
        for row in rows
    ]
