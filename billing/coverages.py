"""Rules of a membership in a health plan: how member ids look, which plan is a child's first, when to ask again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Change(StrEnum):
    """What a person wants done with a coverage."""

    ADD = "add"
    REPLACE = "replace"
    END = "end"


# The patient's relationship to the subscriber, in X12's codes (SBR02, PAT01), as the answer to "whose plan is it?".
SELF, CHILD, OTHER = "18", "19", "G8"
RELATIONSHIPS: dict[str, str] = {
    SELF: "The patient’s own",
    "01": "A husband’s or wife’s",
    CHILD: "A parent’s",
    "53": "A life partner’s",
    OTHER: "Someone else’s",
}
SEQUENCES: dict[str, str] = {"P": "First", "S": "Second", "T": "Third"}


@dataclass(frozen=True, slots=True)
class IdFormat:
    """How a kind of payer writes its member ids from a day on."""

    since: date
    pattern: re.Pattern[str]
    words: str  # to whoever typed another
    must: bool  # false: many are right without it, so it is only said


_LETTER = "[AC-HJKMNP-RT-Y]"  # Medicare leaves out S, L, O, I, B and Z
_MBI = rf"[1-9]{_LETTER}(?:\d|{_LETTER})\d{_LETTER}(?:\d|{_LETTER})\d{_LETTER}{{2}}\d{{2}}"
# By X12 filing code (SBR09). Medicaid's ids differ by state, so there is no row for it.
ID_FORMATS: dict[str, tuple[IdFormat, ...]] = {
    "MB": (
        IdFormat(
            date(2020, 1, 1),
            re.compile(_MBI),
            "A Medicare number has 11 letters and numbers, like 1EG4-TE5-MK73. Please check it.",
            must=True,
        ),
    ),
    "BL": (
        IdFormat(
            date(2000, 1, 1),
            re.compile(r"[A-Z][A-Z0-9]{2}[A-Z0-9]{5,17}"),
            "Most Blue Cross Blue Shield numbers start with three letters. Please check that you"
            " typed them.",
            must=False,
        ),
    ),
}
MEMBER_ID = re.compile(r"[A-Z0-9]{2,30}")


def plain_id(typed: str) -> str:
    """A number from a card as we keep it: capitals, without spaces and dashes."""
    return re.sub(r"[\s\-]", "", typed).upper()


def id_format(member_id: str, *, filing_code: str, on: date) -> IdFormat | None:
    """The format that this payer's ids have on a day and this one has not; None when it fits or none is known."""
    known = [row for row in ID_FORMATS.get(filing_code, ()) if row.since <= on]
    if not known or known[-1].pattern.fullmatch(member_id):
        return None
    return known[-1]


@dataclass(frozen=True, slots=True)
class ParentPlan:
    """A plan that covers a child through one parent."""

    parent: str
    birth_on: date
    since: date | None = None  # when that parent's plan began to cover the child


def first_by_birthday(plans: Sequence[ParentPlan]) -> ParentPlan | None:
    """The birthday rule: the plan of the parent whose birthday comes first in the year is the child's first.

    On one birthday the plan that covered longer is. None when that is unknown too or fewer than two
    parents insure. A court's order goes before the rule, so this is a hint for people, never a decision.
    """
    if len({(plan.parent, plan.birth_on) for plan in plans}) < 2:  # noqa: PLR2004 (two parents)
        return None
    first = min((plan.birth_on.month, plan.birth_on.day) for plan in plans)
    earliest = [plan for plan in plans if (plan.birth_on.month, plan.birth_on.day) == first]
    if len(earliest) == 1:
        return earliest[0]
    dated = [(plan.since, plan) for plan in earliest if plan.since is not None]
    if len(dated) < len(earliest) or len({since for since, _ in dated}) < len(dated):
        return None
    return min(dated, key=lambda pair: pair[0])[1]


class AskAgain(StrEnum):
    """Why a card is asked for at the next visit."""

    NONE_ACTIVE = "none_active"  # every plan that we know has ended
    NEW_YEAR = "new_year"
    OLD = "old"


@dataclass(frozen=True, slots=True)
class KnownPlan:
    """What we know of one plan: when somebody last showed or used it, and its last day."""

    known_on: date | None
    ended_on: date | None


MONTHS_KNOWN = 12


def ask_again(plans: Sequence[KnownPlan], *, on: date) -> AskAgain | None:
    """Whether to ask a person for a card: a plan that ended, January, or nothing shown for twelve months.

    Nobody without any plan is asked: paying oneself is no gap.
    """
    if not plans:
        return None
    running = [plan for plan in plans if plan.ended_on is None or plan.ended_on >= on]
    if not running:
        return AskAgain.NONE_ACTIVE
    newest = max((plan.known_on for plan in running if plan.known_on), default=None)
    if newest is None:
        return AskAgain.OLD
    if on.month == 1 and newest.year < on.year:
        return AskAgain.NEW_YEAR
    months = (on.year - newest.year) * MONTHS_KNOWN + on.month - newest.month
    older = months > MONTHS_KNOWN or (months == MONTHS_KNOWN and on.day > newest.day)
    return AskAgain.OLD if older else None
