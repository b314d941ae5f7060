"""How likely two records are one person, and why: points for what agrees, against what does not (ID-5).

Points are a judgement, kept here alone. Twins agree in all but the first name, and stay below what staff are shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from nicknames import NickNamer
from rapidfuzz.distance import OSA, JaroWinkler

from portal.services.match_person import ZIP_DIGITS, fold, match_address

CERTAIN = 100
ALIKE = 0.9  # of Jaro-Winkler, which forgives a late letter more than the first ones
_NAMES = NickNamer()


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
class Likeness:
    """0 to 100, and in words for staff what agrees and what does not."""

    score: int
    reasons: tuple[str, ...]


def likeness(one: PersonFacts, other: PersonFacts) -> Likeness:
    """Add up what two records say; silence counts for nothing."""
    found = [
        *_birth(one.birth_on, other.birth_on),
        *_last(one.last_name, other.last_name),
        *_first(one.first_name, other.first_name),
        *_differing(one, other),
        *_shared(one, other),
    ]
    points = sum(weight for weight, _ in found)
    return Likeness(max(0, min(CERTAIN, points)), tuple(words for _, words in found))


def same_first_name(one: str, other: str) -> bool:
    """The same name, or one that the other is short for."""
    left, right = fold(one), fold(other)
    return left == right or bool(_forms(left) & _forms(right))


def _birth(one: date, other: date) -> list[tuple[int, str]]:
    if one == other:
        return [(35, "same birth date")]
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return [(18, "birth dates with day and month swapped")]
    if OSA.distance(one.isoformat(), other.isoformat()) == 1:
        return [(18, "birth dates one digit apart")]
    return [(-40, "different birth dates")]


def _last(one: str, other: str) -> list[tuple[int, str]]:
    left, right = fold(one), fold(other)
    if left == right:
        return [(20, "same last name")]
    if _parts(one) & _parts(other):
        return [(16, "one last name is part of the other")]
    if JaroWinkler.similarity(left, right) >= ALIKE:
        return [(14, "last names spelled alike")]
    return [(-10, "different last names")]


def _first(one: str, other: str) -> list[tuple[int, str]]:
    left, right = fold(one), fold(other)
    if left == right and left:
        return [(20, "same first name")]
    if not left or not right:
        return []
    if 1 in {len(left), len(right)} and left[0] == right[0]:
        return [(8, "a first name and its initial")]
    if same_first_name(one, other):
        return [(16, "a first name and its short form")]
    if JaroWinkler.similarity(left, right) >= ALIKE:
        return [(12, "first names spelled alike")]
    return [(-50, "different first names")]


def _differing(one: PersonFacts, other: PersonFacts) -> list[tuple[int, str]]:
    found = []
    if fold(one.suffix) != fold(other.suffix) and one.suffix and other.suffix:
        found.append((-40, "different suffixes, as of father and son"))
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


def _parts(name: str) -> set[str]:
    """The parts of a double name that say something: "de" and the like do not."""
    words = name.replace("-", " ").split()
    return {fold(word) for word in words if len(fold(word)) > 3}  # noqa: PLR2004


def _forms(name: str) -> set[str]:
    """A first name, and the full names it may be short for."""
    return {name, *_NAMES.canonicals_of(name)} if name else set()
