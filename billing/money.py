"""Money as whole cents of the US dollar, and the one way to split it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in cents; there is no way to a float and no division (money law 1)."""

    cents: int

    def __post_init__(self) -> None:
        """Refuse anything that is not a whole number of cents."""
        if type(self.cents) is not int:
            raise TypeError(f"Money holds whole cents, not {type(self.cents).__name__}")

    def __add__(self, other: Money) -> Money:
        return Money(self.cents + other.cents)

    def __sub__(self, other: Money) -> Money:
        return Money(self.cents - other.cents)

    def __neg__(self) -> Money:
        return Money(-self.cents)

    def __abs__(self) -> Money:
        return Money(abs(self.cents))

    # Written out: posting a remittance compares amounts by the hundred thousand.
    def __eq__(self, other: object) -> bool:
        return self.cents == other.cents if type(other) is Money else NotImplemented

    def __lt__(self, other: Money) -> bool:
        return self.cents < other.cents

    def __le__(self, other: Money) -> bool:
        return self.cents <= other.cents

    def __gt__(self, other: Money) -> bool:
        return self.cents > other.cents

    def __ge__(self, other: Money) -> bool:
        return self.cents >= other.cents

    def __hash__(self) -> int:
        return hash(self.cents)

    def __bool__(self) -> bool:
        return self.cents != 0

    def __str__(self) -> str:
        sign = "-" if self.cents < 0 else ""
        dollars, cents = divmod(abs(self.cents), 100)
        return f"{sign}${dollars:,}.{cents:02d}"

    def allocate(self, weights: Sequence[int]) -> list[Money]:
        """Split by largest remainder; ties go to the earlier weight, zero weights get nothing.

        The parts sum exactly to the whole. Raises ValueError when no weight is positive.
        """
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise ValueError("a split needs weights of zero or more, and one above zero")
        sign, amount = (-1 if self.cents < 0 else 1), abs(self.cents)
        shares = [amount * weight // total for weight in weights]
        by_remainder = sorted(
            range(len(weights)), key=lambda i: (-(amount * weights[i] % total), i)
        )
        for position in by_remainder[: amount - sum(shares)]:
            shares[position] += 1
        parts = [Money(sign * share) for share in shares]
        if total_of(parts) != self:
            raise AssertionError(f"split of {self} lost money: {parts}")
        return parts


ZERO = Money(0)


def total_of(amounts: Iterable[Money]) -> Money:
    """The sum, zero for none."""
    return Money(sum([amount.cents for amount in amounts]))
