"""What a person with assistance owes, line by line and to the cent: scale, floors, hardship, AGB, cap (FA-2..4, FA-8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from billing.assistance_scale import FULL, Hardship, Scale, floors_for, tier_of
from billing.money import ZERO, Money, total_of
from billing.poverty import (
    Region,
    guideline_on,
    hundredths_of_line,
    poverty_line,
    region_of,
)


class Presumed(StrEnum):
    """What by itself proves that everything is forgiven (FA-7, FA-8)."""

    MEDICAID = "medicaid"  # eligible on another date
    SNAP = "snap"
    WIC = "wic"
    TANF = "tanf"
    LIHEAP = "liheap"
    HOMELESS = "homeless"
    NO_ESTATE = "no_estate"
    INCAPACITY = "incapacity"
    PRIOR = "prior"  # an approval of the last six months


class Route(StrEnum):
    """By which rule somebody got what they got."""

    PRESUMED = "presumed"
    SCALE = "scale"
    FLOOR = "floor"
    HARDSHIP = "hardship"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What is known of a household on the day of its application. Amounts are of twelve months.

    `owed_in_year`: medical bills still owed, `paid_in_year`: paid out of pocket. `states`: where they live, and
    where the practice is.
    """

    household: int
    income: Money
    states: tuple[str, ...]  # the patient's own first
    applied_on: date
    presumed: Presumed | None = None
    owed_in_year: Money = ZERO
    paid_in_year: Money = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What somebody gets, and the rules that gave it. `cap` is what they pay at most in a year."""

    route: Route
    discount: int
    cap: Money | None
    line: Money  # 100 % of the poverty line
    percent: int  # income in hundredths of a percent of it
    year: int  # of the guideline
    region: Region
    because: tuple[str, ...]  # rule ids, in the order that they were asked

    @property
    def helps(self) -> bool:
        return self.route is not Route.NONE


def terms(means: Means, scale: Scale) -> Terms:
    """The kindest of scale, state floors and hardship; presumed is everything.

    Raises ValueError for a household below one or an income below zero, NoGuideline for a day before the first table.
    """
    if means.income < ZERO:
        raise ValueError("a year's income is not below zero")
    measure = _measure(means)
    line = measure.line
    if means.presumed is not None:
        return measure.give(Route.PRESUMED, FULL, ZERO, ("FA-8",))
    found: list[tuple[Route, int, Money | None, str]] = []
    tier = tier_of(scale.tiers, income=means.income, line=line)
    if tier is not None:
        found.append((Route.SCALE, tier.discount, _share(means.income, tier.cap), "FA-3"))
    for floor in floors_for(means.states, means.applied_on):
        least = tier_of(floor.tiers, income=means.income, line=line)
        if least is not None:
            cap = _share(means.income, least.cap)
            found.append((Route.FLOOR, least.discount, cap, floor.rule))
    if scale.hardship is not None and in_hardship(means, scale.hardship):
        cap = _share(means.income, scale.hardship.cap)
        found.append((Route.HARDSHIP, scale.hardship.discount, cap, "FA-3 hardship"))
    if not found:
        return measure.give(Route.NONE, 0, None, ("FA-3",))
    best = max(found, key=lambda one: one[1])  # the first of equals: the practice's own scale
    caps = [cap for _, _, cap, _ in found if cap is not None]
    lowest = min(caps) if caps else None
    because = tuple(dict.fromkeys(rule for _, _, _, rule in found))
    return measure.give(best[0], best[1], lowest, because)


def in_hardship(means: Means, hardship: Hardship) -> bool:
    """Whether a year's medical bills are too much of the income (exactly; nothing over nothing is not)."""
    income = means.income.cents
    owes = means.owed_in_year.cents * 100 > hardship.debt_over * income
    paid = means.paid_in_year.cents * 100 > hardship.paid_over * income
    return owes or paid


def _share(income: Money, percent: int | None) -> Money | None:
    """So many percent of a year's income, rounded down: never a cent more than it says."""
    return None if percent is None else Money(income.cents * percent // 100)


@dataclass(frozen=True, slots=True)
class _Measure:
    """A household beside the poverty line of its day and region."""

    line: Money
    percent: int
    year: int
    region: Region

    def give(
        self, route: Route, discount: int, cap: Money | None, because: tuple[str, ...]
    ) -> Terms:
        return Terms(
            route=route,
            discount=discount,
            cap=cap,
            line=self.line,
            percent=self.percent,
            year=self.year,
            region=self.region,
            because=because,
        )


def _measure(means: Means) -> _Measure:
    guideline = guideline_on(means.applied_on)
    region = region_of(means.states[0] if means.states else "")
    line = poverty_line(means.household, region, guideline)
    return _Measure(line, hundredths_of_line(means.income, line), guideline.year, region)


def agb_hundredths(*, allowed: Money, gross: Money) -> int | None:
    """Amounts generally billed as hundredths of a percent of gross, rounded down; None without claims (FA-4).

    `allowed` is what plans and patients together were to pay, of claims decided within twelve months.
    """
    if gross <= ZERO or allowed < ZERO:
        return None
    return min(allowed.cents * 100 * 100 // gross.cents, 100 * 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveredLine:
    """One service of a patient: what was billed for it, what their own share is, what of it they paid."""

    charge_id: int
    gross: Money
    due: Money  # still open
    paid: Money  # by the patient, whoever took it

    @property
    def share(self) -> Money:
        return self.due + self.paid


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardedLine:
    """The line with help: `off` is taken off, `owes` is the whole share that is left, `back` was paid beyond it.

    `off + owes = share` and `owes + back - paid = due left`, to the cent.
    """

    line: CoveredLine
    owes: Money
    agb: Money | None

    @property
    def off(self) -> Money:
        return self.line.share - self.owes

    @property
    def due_after(self) -> Money:
        return max(self.owes - self.line.paid, ZERO)

    @property
    def back(self) -> Money:
        return max(self.line.paid - self.owes, ZERO)


@dataclass(frozen=True, slots=True)
class Award:
    """All lines of one decision."""

    lines: tuple[AwardedLine, ...]

    @property
    def before(self) -> Money:
        return total_of(one.line.share for one in self.lines)

    @property
    def off(self) -> Money:
        return total_of(one.off for one in self.lines)

    @property
    def owes(self) -> Money:
        return total_of(one.owes for one in self.lines)

    @property
    def due_after(self) -> Money:
        return total_of(one.due_after for one in self.lines)

    @property
    def back(self) -> Money:
        return total_of(one.back for one in self.lines)


def award(
    lines: Sequence[CoveredLine],
    *,
    discount: int,
    agb: int | None,
    cap: Money | None = None,
    counted: Money = ZERO,
) -> Award:
    """What each line owes: the share less the discount, never above AGB, all together never above the cap.

    `agb` in hundredths of a percent of gross; `counted` is what this year's awards left to pay before. Lines whose
    share is zero or less are left as they are. The discount is of the whole share and rounded for the patient; its
    cents go to the lines by largest remainder.
    """
    if not 0 <= discount <= FULL:
        raise ValueError("a discount is from 0 to 100 percent")
    shares = [max(line.share, ZERO) for line in lines]
    owed = _discounted(shares, discount)
    limits = [None if agb is None else Money(line.gross.cents * agb // 10_000) for line in lines]
    owed = [
        amount if limit is None else min(amount, max(limit, ZERO))
        for amount, limit in zip(owed, limits, strict=True)
    ]
    if cap is not None:
        room = max(cap - counted, ZERO)
        over = total_of(owed) - room
        if over > ZERO:
            cuts = over.allocate([amount.cents for amount in owed])
            owed = [amount - cut for amount, cut in zip(owed, cuts, strict=True)]
    return Award(
        tuple(
            AwardedLine(line=line, owes=amount if line.share > ZERO else line.share, agb=limit)
            for line, amount, limit in zip(lines, owed, limits, strict=True)
        )
    )


def _discounted(shares: Sequence[Money], discount: int) -> list[Money]:
    whole = total_of(shares)
    if not whole:
        return list(shares)
    off = Money(-(-whole.cents * discount // 100))  # up: a broken cent is the patient's
    cuts = off.allocate([share.cents for share in shares])
    return [share - cut for share, cut in zip(shares, cuts, strict=True)]
