"""How likely two records are one person, and why: points for what agrees, against what does not (ID-5).

Points are a judgement, kept here alone. Twins agree in all but the first name, and stay below what staff are shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from rapidfuzz.distance import OSA

from portal.queries.person_names import Likeness, Name, compared
from portal.services.match_person import ZIP_DIGITS, fold, match_address

CERTAIN = 100
LAST = {
    Likeness.SAME: (20, "same last name"),
    Likeness.CLOSE: (14, "last names spelled alike"),
    Likeness.DIFFERENT: (-10, "different last names"),
}
FIRST = {
    Likeness.SAME: (20, "same first name, or its short form"),
    Likeness.CLOSE: (12, "first names alike"),
    Likeness.DIFFERENT: (-50, "different first names"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """What a record says of its person; an empty field says nothing."""

    last_name: str
    first_name: str
    birth_on: date
    middle_name: str = ""
    suffix: str = ""
    sex: str = "U"
    street: str = ""
    postal_code: str = ""
    mobile: str = ""
    email: str = ""
    members: frozenset[tuple[int, str]] = field(default_factory=frozenset)  # payer id, member id


@dataclass(frozen=True, slots=True)
class Scored:
    """0 to 100, and in words for staff what agrees and what does not."""

    score: int
    reasons: tuple[str, ...]


def score(one: PersonFacts, other: PersonFacts) -> Scored:
    """Add up what two records say; silence counts for nothing."""
    found = [
        *_birth(one.birth_on, other.birth_on),
        *_name(one, other),
        *_differing(one, other),
        *_shared(one, other),
    ]
    points = sum(weight for weight, _ in found)
    return Scored(max(0, min(CERTAIN, points)), tuple(words for _, words in found))


def _birth(one: date, other: date) -> list[tuple[int, str]]:
    if one == other:
        return [(35, "same birth date")]
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return [(18, "birth dates with day and month swapped")]
    if OSA.distance(one.isoformat(), other.isoformat()) == 1:
        return [(18, "birth dates one digit apart")]
    return [(-40, "different birth dates")]


def _name(one: PersonFacts, other: PersonFacts) -> list[tuple[int, str]]:
    names = [Name(p.last_name, p.first_name, p.suffix) for p in (one, other)]
    told = compared(names[0], names[1])
    found = [LAST[told.last]]
    if one.first_name and other.first_name:
        found.append(FIRST[told.first])
    if told.other_suffix:
        found.append((-40, "different suffixes, as of father and son"))
    return found


def _differing(one: PersonFacts, other: PersonFacts) -> list[tuple[int, str]]:
    found = []
    if {one.sex, other.sex} == {"F", "M"}:
        found.append((-15, "different sex"))
    initials = (fold(one.middle_name)[:1], fold(other.middle_name)[:1])
    if all(initials) and initials[0] != initials[1]:
        found.append((-8, "different middle initials"))
    return found


def _shared(one: PersonFacts, other: PersonFacts) -> list[tuple[int, str]]:
    found = []
    if one.members & other.members:
        found.append((20, "same member id"))
    if one.mobile and one.mobile == other.mobile:
        found.append((10, "same phone"))
    if one.email and one.email.lower() == other.email.lower():
        found.append((10, "same e-mail"))
    addresses = {match_address(p.street, p.postal_code) for p in (one, other)}
    zips = {p.postal_code.strip()[:ZIP_DIGITS] for p in (one, other)}
    if len(addresses) == 1 and "" not in addresses:
        found.append((10, "same address"))
    elif len(zips) == 1 and "" not in zips:
        found.append((4, "same ZIP code"))
    return found
