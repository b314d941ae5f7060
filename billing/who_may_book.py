"""Why a provider is not offered to somebody: every reason, so that a page can say it (SCH-3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from billing.booking_rules import is_new_patient, months_old


class WhyNot(StrEnum):
    """One reason."""

    AGE = "age"
    SEX = "sex"
    NEW_PATIENTS = "new_patients"  # takes none, or this kind of visit is not for them
    ESTABLISHED_ONLY = "established_only"
    SKILL = "skill"
    NETWORK = "network"
    LANGUAGE = "language"
    LOCATION = "location"
    VIEW_ONLY = "view_only"  # patients see the times, and call
    STAFF_ONLY = "staff_only"


# As a page says it to the patient.
WHY_WORDS: Mapping[WhyNot, str] = {
    WhyNot.AGE: "Sees people of another age.",
    WhyNot.SEX: "This kind of visit is not for you.",
    WhyNot.NEW_PATIENTS: "This kind of visit is for people we have not seen in three years.",
    WhyNot.ESTABLISHED_ONLY: "Does not take new patients for this kind of visit.",
    WhyNot.SKILL: "Does not do this kind of visit.",
    WhyNot.NETWORK: "Is not in your insurance plan’s network.",
    WhyNot.LANGUAGE: "Does not speak the language you chose.",
    WhyNot.LOCATION: "Does not work at the place you chose.",
    WhyNot.VIEW_ONLY: "You can see the times here. Call us to book.",
    WhyNot.STAFF_ONLY: "Call us to book with this provider.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What is known of whoever is to be seen; what is not known rules nobody out."""

    born_on: date | None = None
    sex: str = ""  # F, M, or anything else: not known
    last_seen: Mapping[str, date] = field(default_factory=dict)  # by specialty
    payer_ids: frozenset[int] = (
        frozenset()
    )  # whose plans they have now; none: no network to ask about


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderFacts:
    """What booking knows of a provider."""

    provider_id: int
    specialty: str = ""
    languages: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    takes_new: bool = True
    min_age_months: int = 0
    max_age_months: int | None = None
    booking: str = "self"
    location_ids: frozenset[int] = frozenset()
    payer_ids: frozenset[int] = (
        frozenset()
    )  # in whose network; none: not kept here, so it rules nobody out


@dataclass(frozen=True, slots=True, kw_only=True)
class KindFacts:
    """What a kind of visit asks of both."""

    for_whom: str = "any"
    min_age_months: int = 0
    max_age_months: int | None = None
    sex: str = ""
    skills: frozenset[str] = frozenset()
    self_booking: bool = True


def why_not(
    provider: ProviderFacts,
    kind: KindFacts,
    person: Person,
    *,
    on: date,
    language: str = "",
    location_ids: frozenset[int] = frozenset(),
    for_staff: bool = False,
) -> tuple[WhyNot, ...]:
    """Every reason against it, in the enum's order; none means the provider is offered.

    `on` is the day of the visit. The office sees past VIEW_ONLY and STAFF_ONLY alone.
    """
    new = is_new_patient(person.last_seen.get(provider.specialty), on)
    against = {
        WhyNot.AGE: not _fits_age(provider, kind, person, on),
        WhyNot.SEX: bool(kind.sex) and person.sex in {"F", "M"} and person.sex != kind.sex,
        WhyNot.NEW_PATIENTS: kind.for_whom == "new" and not new,
        WhyNot.ESTABLISHED_ONLY: new and (not provider.takes_new or kind.for_whom == "established"),
        WhyNot.SKILL: not kind.skills <= provider.skills,
        WhyNot.NETWORK: bool(person.payer_ids and provider.payer_ids)
        and not person.payer_ids & provider.payer_ids,
        WhyNot.LANGUAGE: bool(language) and language not in provider.languages,
        WhyNot.LOCATION: bool(location_ids) and not location_ids & provider.location_ids,
        WhyNot.VIEW_ONLY: not for_staff and provider.booking == "view",
        WhyNot.STAFF_ONLY: not for_staff and (provider.booking == "staff" or not kind.self_booking),
    }
    return tuple(reason for reason in WhyNot if against[reason])


def _fits_age(provider: ProviderFacts, kind: KindFacts, person: Person, on: date) -> bool:
    if person.born_on is None:
        return True
    months = months_old(person.born_on, on)
    return all(
        rule.min_age_months <= months
        and (rule.max_age_months is None or months < rule.max_age_months)
        for rule in (provider, kind)
    )
