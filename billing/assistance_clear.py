"""Cases so clear that nobody need wait for a person; this path approves or says nothing, it never denies (FA-8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from billing.assistance import Means, Presumed, Route, Terms, terms
from billing.assistance_scale import FULL, Scale
from billing.money import Money

PRIOR_COUNTS = timedelta(days=183)  # six months
# A letter of one of these programs speaks for the household (FA-7).
BY_LETTER = frozenset(
    {Presumed.MEDICAID, Presumed.SNAP, Presumed.WIC, Presumed.TANF, Presumed.LIHEAP}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is known when an application is complete.

    `proven`: whether a paper of the program lies with it, or our own books say so. `attested`: signed by the
    applicant. `open_amount`: what they could be asked to pay. `doubts`: what a person should look at.
    """

    means: Means
    proven: bool
    attested: bool
    open_amount: Money
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clear:
    """Decide now, with these terms; `why` is kept beside the decision."""

    terms: Terms
    why: str


@dataclass(frozen=True, slots=True)
class ForAPerson:
    """Somebody reads it first; nothing is decided, least of all against anybody."""

    why: str


def prior_counts(approved_on: date, on: date) -> bool:
    """Whether an approval of everything is recent enough to stand for a new one (FA-8)."""
    return approved_on <= on <= approved_on + PRIOR_COUNTS


def decide_clear_case(
    case: Case, scale: Scale, *, up_to: Money, income_up_to: int
) -> Clear | ForAPerson:
    """Approve in full what is proven by a program, or attested and far below the first tier's end.

    `up_to`: above it a person decides, whatever is proven. `income_up_to`: percent of the poverty line that an
    attested income is clearly within.
    """
    found = terms(case.means, scale)
    unclear = _unclear(case, found, up_to=up_to, income_up_to=income_up_to)
    if unclear:
        return ForAPerson(unclear)
    if found.route is Route.PRESUMED:
        return Clear(found, "a program’s letter proves it (FA-8)")
    return Clear(found, f"income at or under {income_up_to}% of the poverty line, signed (FA-7)")


def _unclear(case: Case, found: Terms, *, up_to: Money, income_up_to: int) -> str:
    """What a person must look at first; empty when nothing."""
    presumed = found.route is Route.PRESUMED
    reasons = (
        (bool(case.doubts), "; ".join(case.doubts)),
        (case.open_amount > up_to, f"{case.open_amount} is more than the {up_to} decided at once"),
        (presumed and not case.proven, "the program’s letter is not here yet"),
        (found.discount != FULL, "not everything would be forgiven"),
        (not presumed and not case.attested, "the application is not signed"),
        (
            not presumed and found.percent > income_up_to * 100,
            "the income is near the limit, so its proof is read",
        ),
    )
    return next((words for applies, words in reasons if applies), "")
