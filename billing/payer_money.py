"""Money that goes back to payers: takebacks matched to their claim, our checks, and the clock of OPS-21."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from billing.entries import Line
from billing.ledger import Account, Entry, Party, transfer
from billing.money import Money

RETURN_WITHIN = 60  # days from the day it was identified, Medicare and Medicaid (OPS-21)
SUSPENDED_AT_MOST = 180  # days of a timely investigation in good faith
ALERTS = (30, 45, 55)  # days of the clock on which it is somebody's work


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnClock:
    """The days of one identified overpayment; a suspension stands still until it is resumed or used up."""

    identified_on: date
    suspended_on: date | None = None
    resumed_on: date | None = None

    def stood_still(self, on: date) -> int:
        """Days that do not count, up to `on`."""
        if self.suspended_on is None:
            return 0
        until = min(on, self.resumed_on or on)
        return min(SUSPENDED_AT_MOST, max(0, (until - self.suspended_on).days))

    def suspended(self, on: date) -> bool:
        """Whether the clock stands still now."""
        if self.suspended_on is None or self.resumed_on is not None or on < self.suspended_on:
            return False
        return (on - self.suspended_on).days < SUSPENDED_AT_MOST

    def day(self, on: date) -> int:
        """Which day of the clock it is."""
        return max(0, (on - self.identified_on).days - self.stood_still(on))

    def reaches(self, day: int, on: date) -> date:
        """When the clock shows this day, as it stands on `on`: a suspension that runs is counted whole."""
        plain = self.identified_on + timedelta(days=day)
        if self.suspended_on is None or plain <= self.suspended_on:
            return plain
        still = SUSPENDED_AT_MOST if self.suspended(on) else self.stood_still(on)
        return plain + timedelta(days=still)

    def due_on(self, on: date) -> date:
        """The last day on which it may be returned."""
        return self.reaches(RETURN_WITHIN, on)

    def next_alert(self, on: date) -> date:
        """The next day on which somebody must look: day 30, 45 or 55, and then the last one."""
        days = [self.reaches(day, on) for day in ALERTS]
        return next((day for day in days if day >= on), self.due_on(on))


def takeback_matched(
    *,
    source_ref: str,
    occurred_on: date,
    payer_id: int | None,
    reference: str,
    lines: Sequence[Line],
    memo: str,
) -> Entry:
    """A person says which claim a takeback was for: the payer owes that claim again."""
    legs = [
        leg
        for line in lines
        for leg in transfer(
            line.amount,
            debit_to=(Account.INSURANCE_RECEIVABLE, line.party),
            credit_to=(
                Account.PAYER_RECOUPMENT,
                replace(line.party, payer_id=payer_id, reference=reference or None),
            ),
        )
    ]
    return Entry("takeback_matched", source_ref, occurred_on, tuple(legs), memo=memo)


def payer_refund(
    *,
    source_ref: str,
    occurred_on: date,
    payer_id: int,
    reference: str,
    amount: Money,
    memo: str,
) -> Entry:
    """Our check to a payer; the claim that it was for is matched like any takeback."""
    party = Party(payer_id=payer_id, reference=reference or None)
    legs = transfer(
        amount,
        debit_to=(Account.PAYER_RECOUPMENT, party),
        credit_to=(Account.BANK, party),
    )
    return Entry("payer_refund", source_ref, occurred_on, legs, memo=memo)
