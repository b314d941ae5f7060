"""What a household might get, from its size and a band of income alone: an offer, never a no (FA-5, FA-6).

Nothing of it is kept. A band is judged by its lowest income, so nobody is told less than they might get.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from billing.assistance import Means, terms
from billing.assistance_scale import FULL, Scale
from billing.money import ZERO, Money

MOST_PEOPLE = 15


class Offer(StrEnum):
    """What is said of it."""

    ALL = "all"  # a bill may go away whole
    PART = "part"
    APPLY = "apply"  # above the scale; large bills may still count


@dataclass(frozen=True, slots=True)
class Band:
    """A month's income before tax: from `above`, not itself included, up to and at `up_to` (None: without end)."""

    key: str
    above: Money
    up_to: Money | None

    @property
    def least_in_year(self) -> Money:
        """The lowest income of twelve months that somebody in the band may have."""
        return ZERO if self.above == ZERO else Money(self.above.cents * 12 + 1)


_EDGES = (1_000, 1_500, 2_000, 2_500, 3_000, 4_000, 5_000, 6_500, 8_000, 10_000)
BANDS: tuple[Band, ...] = tuple(
    Band(str(n), Money(low * 100), Money(high * 100) if high else None)
    for n, (low, high) in enumerate(zip((0, *_EDGES), (*_EDGES, 0), strict=True))
)


def band_of(key: str) -> Band | None:
    """By the value of its choice."""
    return next((band for band in BANDS if band.key == key), None)


def precheck(household: int, band: Band, *, scale: Scale, states: Iterable[str], on: date) -> Offer:
    """Raises ValueError for a household below one, NoGuideline for a day before the first table."""
    found = terms(
        Means(
            household=household,
            income=band.least_in_year,
            states=tuple(states),
            applied_on=on,
        ),
        scale,
    )
    if not found.helps:
        return Offer.APPLY
    return Offer.ALL if found.discount == FULL else Offer.PART
