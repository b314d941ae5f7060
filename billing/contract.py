"""What a payer's contract allows for a line beside what the payer allowed (OPS-16)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from billing.money import ZERO, Money

# They say how or where it was done, and leave the price as it is; an amount without them counts too.
NO_PRICE = ("24", "25", "27", "33", "57", "59", "LT", "RT", "XE", "XP", "XS", "XU")
# What a payer keeps of an amount that it did allow: sequestration, withholds, taxes, our own provider's levy.
KEPT_BACK = ("104", "105", "137", "253")
_WHOLE = 100_00  # a percentage in hundredths


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One line: what the contract says for all its units, what the payer allowed, and the row it stands in."""

    procedure: str
    expected: Money
    allowed: Money
    since: date  # of the row of the schedule

    @property
    def short(self) -> Money:
        """How much less the payer allowed; zero where it allowed as much or more."""
        return max(self.expected - self.allowed, ZERO)

    @property
    def words(self) -> str:
        """As the queue says it, with both numbers and the row of the schedule."""
        since = f"{self.since:%b} {self.since.day}, {self.since.year}"
        return (
            f"{self.procedure}: the contract since {since} allows {self.expected},"
            f" the payer allowed {self.allowed}: {self.short} less"
        )


def is_underpaid(expected: Money, allowed: Money, *, above: Money, percent: int) -> bool:
    """Short by more than the amount, or by more than the share (in hundredths of a percent) (OPS-16)."""
    short = expected.cents - allowed.cents
    return short > above.cents or (short > 0 and short * _WHOLE > expected.cents * percent)
