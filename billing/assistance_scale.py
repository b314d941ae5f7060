"""The sliding scale of assistance: who gets how much off, and that more income never gets more (FA-3, COLL-T).

Discounts and caps are whole percents. A scale is data: the practice edits it, and every version stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from billing.money import Money
from billing.poverty import is_at_most

FULL = 100  # percent: nothing is left to pay
FREE_AT_LEAST = 100  # percent of the poverty line up to which nobody's scale may ask for anything


@dataclass(frozen=True, slots=True)
class Tier:
    """Up to and at `up_to` percent of the poverty line: so much off, and at most so much in a year.

    `cap` is percent of a year's income; None is no cap.
    """

    up_to: int
    discount: int
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class Hardship:
    """For whom the bills of twelve months are too much, whatever the income.

    `debt_over`: what is owed, as percent of income; `paid_over`: what was paid out of pocket.
    """

    debt_over: int = 25
    paid_over: int = 10
    discount: int = 25
    cap: int = 10


@dataclass(frozen=True, slots=True)
class Scale:
    """Tiers from the lowest income to the highest, and the hardship route (None: there is none)."""

    tiers: tuple[Tier, ...]
    hardship: Hardship | None = Hardship()


DEFAULT_SCALE = Scale(
    (Tier(200, 100, 0), Tier(250, 75, 5), Tier(300, 60, 5), Tier(350, 40, 10), Tier(400, 25, 10))
)


class ScaleRefused(ValueError):
    """The scale may not be used; the message says which row and why."""


def check_scale(scale: Scale) -> None:
    """Refuse a scale by which anybody could get more with more income. Raises ScaleRefused.

    Tiers rise, discounts fall, caps rise, and the hardship route is no kinder than the last tier: so at every
    income what is asked for is at least what is asked for below it.
    """
    if not scale.tiers:
        raise ScaleRefused("A scale has at least one row.")
    for tier in scale.tiers:
        _check_tier(tier)
    for lower, higher in zip(scale.tiers, scale.tiers[1:], strict=False):
        if higher.up_to <= lower.up_to:
            raise ScaleRefused(f"{higher.up_to}% stands after {lower.up_to}%: rows go up.")
        if higher.discount > lower.discount:
            raise ScaleRefused(
                f"Up to {higher.up_to}% would get {higher.discount}% off, more than the"
                f" {lower.discount}% of a lower income."
            )
        if _looser(higher.cap, lower.cap):
            raise ScaleRefused(
                f"Up to {higher.up_to}% would pay less in a year than a lower income does."
            )
    if not any(tier.up_to >= FREE_AT_LEAST and tier.discount == FULL for tier in scale.tiers[:1]):
        raise ScaleRefused(f"Up to {FREE_AT_LEAST}% of the poverty line nothing is asked for.")
    _check_hardship(scale)


def _check_tier(tier: Tier) -> None:
    if tier.up_to < 1 or not 0 <= tier.discount <= FULL:
        raise ScaleRefused("A row has an income above 0% and a discount from 0% to 100%.")
    if tier.cap is not None and not 0 <= tier.cap <= FULL:
        raise ScaleRefused("A cap is from 0% to 100% of a year’s income.")
    if (tier.discount == FULL) != (tier.cap == 0):
        raise ScaleRefused("100% off and a cap of 0% go together.")


def _check_hardship(scale: Scale) -> None:
    last, hardship = scale.tiers[-1], scale.hardship
    if hardship is None:
        return
    if not (1 <= hardship.debt_over <= FULL and 1 <= hardship.paid_over <= FULL):
        raise ScaleRefused("Hardship begins between 1% and 100% of a year’s income.")
    if not 0 <= hardship.discount <= FULL or not 1 <= hardship.cap <= FULL:
        raise ScaleRefused("Hardship has a discount up to 100% and a cap from 1% to 100%.")
    if hardship.discount > last.discount or _looser(hardship.cap, last.cap):
        raise ScaleRefused("Hardship is no kinder than the last row: incomes above it are higher.")


def _looser(cap: int | None, lower: int | None) -> bool:
    """Whether the cap asks for less than that of a lower income."""
    return cap is not None and (lower is None or cap < lower)


@dataclass(frozen=True, slots=True)
class Floor:
    """What the law of a state gives at least, from a day on (COLL-T); it can only be kinder than the scale.

    `reviewed`: a qualified person has read it against the law. It counts either way.
    """

    state: str
    rule: str
    tiers: tuple[Tier, ...]
    since: date
    words: str
    reviewed: bool = False


FLOORS: tuple[Floor, ...] = (
    Floor(
        "MD",
        "COLL-T7",
        (Tier(200, 100, 0), Tier(300, 75), Tier(400, 50), Tier(500, 35)),
        date(2025, 1, 1),
        "Maryland: free up to 200%, and 75% to 35% off up to 500%",
    ),
    Floor(
        "CA",
        "COLL-T1",
        (Tier(400, 25),),
        date(2025, 1, 1),
        "California: help up to 400%",
    ),
    Floor(
        "NY",
        "COLL-T2",
        (Tier(400, 25),),
        date(2025, 1, 1),
        "New York: help up to 400%",
    ),
    Floor(
        "CO",
        "COLL-T5",
        (Tier(250, 75),),
        date(2025, 1, 1),
        "Colorado: help up to 250%",
    ),
)


def floors_for(states: Iterable[str], day: date) -> tuple[Floor, ...]:
    """The floors of where somebody lives and of where the practice is: all count (CORE-2)."""
    asked = {state.strip().upper() for state in states}
    return tuple(floor for floor in FLOORS if floor.state in asked and floor.since <= day)


def tier_of(tiers: Sequence[Tier], *, income: Money, line: Money) -> Tier | None:
    """The first row that the income is at or under."""
    for tier in tiers:
        if is_at_most(tier.up_to, income=income, line=line):
            return tier
    return None
