"""Whether a Medicare deductible or coinsurance may be claimed as a bad debt (COLL-32, 42 CFR 413.89). Pure.

The practice's own cost report claims it, if it files one; nothing here is sent anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from billing.money import ZERO, Money

BILLED_WITHIN = timedelta(days=120)  # of the plan's last answer
EFFORT = timedelta(days=120)  # from the first bill, and anew from each payment


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenOff:
    """One bill that was written off. `answered_on`: the last answer of its plans; `paid_on`: the last payment before."""

    answered_on: date | None
    first_bill_on: date | None
    paid_on: date | None
    written_off_on: date
    with_agency: bool
    left: Money  # still bad debt
    share: Money  # deductible and coinsurance that Medicare left to the patient


def effort_days(one: WrittenOff) -> int | None:
    """From the first bill, or the last payment after it, to the write-off; None where no bill was sent."""
    if one.first_bill_on is None:
        return None
    since = max(one.first_bill_on, one.paid_on or one.first_bill_on)
    return (one.written_off_on - since).days


def lacks(one: WrittenOff) -> tuple[str, ...]:
    """What stands against claiming it, each in words; none where it may be claimed."""
    wrong = []
    if one.answered_on is None:
        wrong.append("no answer of Medicare on record")
    days = effort_days(one)
    if one.first_bill_on is None or days is None:
        wrong.append("no first bill on record")
    else:
        if one.answered_on and one.first_bill_on - one.answered_on > BILLED_WITHIN:
            wrong.append(
                f"first billed {(one.first_bill_on - one.answered_on).days} days after the answer"
            )
        if days < EFFORT.days:
            wrong.append(f"{days} days of effort, 120 are needed")
    if one.with_agency:
        wrong.append("an agency still has it")
    if one.share <= ZERO:
        wrong.append("no deductible and no coinsurance in it")
    if one.left <= ZERO:
        wrong.append("all of it came back")
    return tuple(wrong)


def claimable(one: WrittenOff) -> Money:
    """What may be claimed: what is left of it, and never more than the deductible and coinsurance."""
    return ZERO if lacks(one) else min(one.left, one.share)
