"""Which providers can be booked by somebody for a kind of visit, and of each other one every reason why not (SCH-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from billing.who_may_book import KindFacts, Person, ProviderFacts, WhyNot, why_not
from portal.models.accounts import Patient
from portal.models.calendar import (
    ProviderNetwork,
    ProviderProfile,
    ScheduleBlock,
    VisitType,
)
from portal.models.claims import Provider
from portal.models.profiles import Profile
from portal.queries.booking_person import person_of_row, seen_and_payers

# Somebody may pay by themself, or take what they did not ask for; the rest binds.
ADVICE = frozenset({WhyNot.NETWORK, WhyNot.LANGUAGE, WhyNot.LOCATION})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderChoice:
    """A provider, and why they are not offered; no reason means they are."""

    provider_id: int
    name: str
    plain_specialty: str
    languages: tuple[str, ...]
    location_ids: frozenset[int]
    reasons: tuple[WhyNot, ...]

    @property
    def is_bookable(self) -> bool:
        """Whether nothing binding stands against it; a network, a language and a place are advice."""
        return not any(reason not in ADVICE for reason in self.reasons)


def person_facts(
    session: Session, *, patient_id: int | None = None, newcomer_id: int | None = None, on: date
) -> Person:
    """What is known of a patient, or of a sign-in without a record; of nobody, nothing."""
    if patient_id is not None:
        row = session.execute(
            select(Patient, *seen_and_payers(on)).where(Patient.id == patient_id)
        ).one_or_none()
        if row is not None:
            return person_of_row(*row)
    born_on = (
        session.scalar(select(Profile.birth_on).where(Profile.login_id == newcomer_id))
        if newcomer_id is not None
        else None
    )
    return Person(born_on=born_on)


def offered_providers(
    session: Session,
    *,
    visit_type_id: int,
    person: Person,
    on: date,
    language: str = "",
    location_ids: frozenset[int] = frozenset(),
    for_staff: bool = False,
) -> tuple[ProviderChoice, ...]:
    """Every provider who is here, whom patients can book first, then by name. `on` is the first day looked at."""
    kind = _kind(session, visit_type_id)
    if kind is None:
        return ()
    found = []
    for profile, provider, facts in provider_rows(session, on):
        found.append(
            ProviderChoice(
                provider_id=facts.provider_id,
                name=provider.display_name,
                plain_specialty=profile.plain_specialty,
                languages=tuple(profile.languages),
                location_ids=facts.location_ids,
                reasons=why_not(
                    facts,
                    kind,
                    person,
                    on=on,
                    language=language,
                    location_ids=location_ids,
                    for_staff=for_staff,
                ),
            )
        )
    return tuple(sorted(found, key=lambda choice: (bool(choice.reasons), choice.name)))


def _kind(session: Session, visit_type_id: int) -> KindFacts | None:
    row = session.get(VisitType, visit_type_id)
    return None if row is None or not row.active else kind_facts(row)


def kind_facts(row: VisitType) -> KindFacts:
    """Whom a kind of visit is for."""
    return KindFacts(
        for_whom=row.for_whom,
        min_age_months=row.min_age_months,
        max_age_months=row.max_age_months,
        sex=row.sex,
        skills=frozenset(row.skills),
        self_booking=row.self_booking,
    )


def provider_rows(
    session: Session, on: date
) -> list[tuple[ProviderProfile, Provider, ProviderFacts]]:
    """Every provider who is here, by name, with whom they see, where, and in whose network, on a day."""
    return [
        (
            profile,
            provider,
            ProviderFacts(
                provider_id=profile.provider_id,
                specialty=profile.specialty,
                languages=frozenset(profile.languages),
                skills=frozenset(profile.skills),
                takes_new=profile.takes_new,
                min_age_months=profile.min_age_months,
                max_age_months=profile.max_age_months,
                booking=profile.booking,
                location_ids=frozenset(places or ()),
                payer_ids=frozenset(payers or ()),
            ),
        )
        for profile, provider, places, payers in session.execute(_providers(on))
    ]


def _providers(on: date) -> Select[*tuple[Any, ...]]:
    places = (
        select(func.array_agg(ScheduleBlock.location_id.distinct()))
        .where(
            ScheduleBlock.provider_id == ProviderProfile.provider_id,
            or_(ScheduleBlock.until.is_(None), ScheduleBlock.until >= on),
        )
        .scalar_subquery()
    )
    payers = (
        select(func.array_agg(ProviderNetwork.payer_id))
        .where(
            ProviderNetwork.provider_id == ProviderProfile.provider_id,
            ProviderNetwork.since <= on,
            or_(ProviderNetwork.until.is_(None), ProviderNetwork.until >= on),
        )
        .scalar_subquery()
    )
    return (
        select(ProviderProfile, Provider, places, payers)
        .join(Provider, Provider.id == ProviderProfile.provider_id)
        .where(ProviderProfile.active)
        .order_by(Provider.last_name, Provider.first_name, Provider.id)
    )
