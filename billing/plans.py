"""Payment plans before anybody signs: terms, the schedule to the cent, and the practice's policy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import islice

from billing.due_days import due_days
from billing.money import ZERO, Money, total_of

MOST_INSTALMENTS = 60
FEDERAL_BOX_FROM = 5
_BASIS_POINTS = 10_000
_SCREEN_ABOVE = Money(500_00)
_DAYS_OF_MONTH = range(1, 32)


@dataclass(frozen=True, slots=True)
class Tier:
    """For balances up to an amount: the longest plan, and the smallest instalment (PLAN-12)."""

    up_to: Money | None  # None: every larger balance
    longest_months: int
    smallest: Money | None
    smallest_share_bp: int | None = None  # of the balance, in hundredths of a percent

    def least(self, total: Money) -> Money:
        """The smallest instalment for this balance, rounded up to a cent."""
        share = (self.smallest_share_bp or 0) * total.cents
        return max(self.smallest or ZERO, Money(-(-share // _BASIS_POINTS)))


TIERS = (
    Tier(Money(99_99), 2, Money(25_00)),
    Tier(Money(300_00), 4, Money(25_00)),
    Tier(Money(600_00), 6, Money(50_00)),
    Tier(Money(1_500_00), 12, Money(50_00)),
    Tier(Money(3_000_00), 18, Money(75_00)),
    Tier(Money(6_000_00), 24, Money(100_00)),
    Tier(None, 36, None, 250),
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed: how much, what is paid at signing, in how many months, and when."""

    total: Money
    down: Money
    instalments: int
    first_on: date
    day: int  # of each following month; a shorter month takes its last day


@dataclass(frozen=True, slots=True)
class Instalment:
    """One amount on one day. Number 0 is the down payment."""

    number: int
    due_on: date
    amount: Money


@dataclass(frozen=True, slots=True)
class Schedule:
    """The down payment at signing and the instalments: together the whole balance, to the cent."""

    down: Money
    instalments: tuple[Instalment, ...]

    @property
    def total(self) -> Money:
        return self.down + total_of(one.amount for one in self.instalments)


def schedule(terms: Terms) -> Schedule:
    """Equal instalments by largest remainder, so that the last is never larger than another (ADR 0019).

    Raises ValueError for terms that `judge` refuses as impossible.
    """
    impossible = _impossible(terms)
    if impossible:
        raise ValueError(f"no schedule: {', '.join(impossible)}")
    amounts = (terms.total - terms.down).allocate([1] * terms.instalments)
    days = islice(due_days(terms.first_on, terms.day), terms.instalments)
    made = Schedule(
        terms.down,
        tuple(
            Instalment(number, due_on, amount)
            for number, (due_on, amount) in enumerate(zip(days, amounts, strict=True), start=1)
        ),
    )
    if made.total != terms.total:
        raise AssertionError(f"a schedule of {terms.total} sums to {made.total}")
    return made


def by_months(total: Money, months: int, down: Money, first_on: date, day: int) -> Terms:
    """The balance less the down payment over so many months."""
    return Terms(total, down, months, first_on, day)


def by_budget(total: Money, budget: Money, down: Money, first_on: date, day: int) -> Terms:
    """The fewest instalments of which none is above the monthly budget."""
    if budget <= ZERO:
        raise ValueError("a monthly budget is above zero")
    months = max(1, -(-(total - down).cents // budget.cents))
    return Terms(total, down, months, first_on, day)


def needs_federal_box(made: Schedule) -> bool:
    """Five instalments or more: the closed-end disclosure comes before the signature (PLAN-2)."""
    return len(made.instalments) >= FEDERAL_BOX_FROM


class Offer(StrEnum):
    """Who may agree to terms."""

    WITHIN = "within"  # the patient alone
    NEEDS_APPROVAL = "needs_approval"  # the practice's policy says no; a person may say yes
    REFUSED = "refused"  # nobody


class Reason(StrEnum):
    """Why terms are not simply agreed; the page has words for each."""

    NOTHING_OWED = "nothing_owed"
    DOWN_TOO_LARGE = "down_too_large"
    NO_SUCH_DAY = "no_such_day"
    TOO_FEW_INSTALMENTS = "too_few_instalments"
    BELOW_A_CENT = "below_a_cent"
    TOO_MANY_INSTALMENTS = "too_many_instalments"  # more than any plan may have
    FIRST_IN_THE_PAST = "first_in_the_past"
    FIRST_TOO_LATE = "first_too_late"
    LONGER_THAN_POLICY = "longer_than_policy"
    SMALLER_THAN_POLICY = "smaller_than_policy"
    DOWN_TOO_SMALL = "down_too_small"
    ABOVE_INCOME_CAP = "above_income_cap"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The offer with its reasons; within has none."""

    offer: Offer
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the practice lets a patient agree to alone, and who may agree to more (PLAN-12..14)."""

    tiers: tuple[Tier, ...] = TIERS
    first_within: timedelta = timedelta(days=30)
    least_down_bp: int = 0  # of the balance, in hundredths of a percent
    longest_by_law: int | None = None  # a state's own longest, when it is longer than the tier's
    longest_with_income_cap: int = MOST_INSTALMENTS
    assistance_first_above: Money = _SCREEN_ABOVE  # ask about financial help before a plan
    approvers: tuple[str, ...] = ("manager",)
    grace_days: int = 10  # New Jersey: 60
    default_after_days: int = 60
    missed_for_default: int = 2
    longest_pause: timedelta = timedelta(days=92)

    def tier(self, total: Money) -> Tier:
        return next(tier for tier in self.tiers if tier.up_to is None or total <= tier.up_to)

    def longest(self, total: Money, *, income_cap: bool = False) -> int:
        """The longest of the tier, the state's own and, with an income cap, the longest of all."""
        capped = self.longest_with_income_cap if income_cap else 0
        return max(self.tier(total).longest_months, self.longest_by_law or 0, capped)


def judge(terms: Terms, policy: Policy, today: date, *, income_cap: Money | None = None) -> Verdict:
    """Whether the patient may sign these terms alone, a person must agree first, or nobody may.

    `income_cap` is the most a month that the state lets us ask of a stated income: it makes a plan
    longer and its instalments smaller than the tier's, and caps them.
    """
    impossible = _impossible(terms)
    if terms.first_on < today:
        impossible.append(Reason.FIRST_IN_THE_PAST)
    if impossible:
        return Verdict(Offer.REFUSED, tuple(impossible))
    outside = _outside(terms, policy, today, income_cap)
    return Verdict(Offer.NEEDS_APPROVAL if outside else Offer.WITHIN, tuple(outside))


def _impossible(terms: Terms) -> list[Reason]:
    """What no approval can mend; the first in the past depends on the day and is not here."""
    rest = terms.total - terms.down
    found = {
        Reason.NOTHING_OWED: terms.total <= ZERO,
        Reason.DOWN_TOO_LARGE: terms.down < ZERO or (terms.total > ZERO and rest <= ZERO),
        Reason.NO_SUCH_DAY: terms.day not in _DAYS_OF_MONTH,
        Reason.TOO_FEW_INSTALMENTS: terms.instalments < 1,
        Reason.TOO_MANY_INSTALMENTS: terms.instalments > MOST_INSTALMENTS,
        Reason.BELOW_A_CENT: ZERO < rest < Money(terms.instalments),
    }
    return [reason for reason, holds in found.items() if holds]


def _outside(terms: Terms, policy: Policy, today: date, income_cap: Money | None) -> list[Reason]:
    """What the policy does not leave to the patient alone."""
    amounts = [one.amount for one in schedule(terms).instalments]
    least_down = Money(-(-policy.least_down_bp * terms.total.cents // _BASIS_POINTS))
    longest = policy.longest(terms.total, income_cap=income_cap is not None)
    # Paying the rest at once is always open, however little it is.
    too_small = len(amounts) > 1 and amounts[-1] < policy.tier(terms.total).least(terms.total)
    found = {
        Reason.FIRST_TOO_LATE: terms.first_on > today + policy.first_within,
        Reason.LONGER_THAN_POLICY: terms.instalments > longest,
        Reason.SMALLER_THAN_POLICY: too_small and income_cap is None,
        Reason.DOWN_TOO_SMALL: terms.down < least_down,
        Reason.ABOVE_INCOME_CAP: income_cap is not None and amounts[0] > income_cap,
    }
    return [reason for reason, holds in found.items() if holds]
