"""Cash in the drawer, counted by two people who each count for themselves (OPS-12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from billing.money import Money, total_of

# What a count asks for, in cents of one piece; coins are one sum.
NOTES = (100_00, 50_00, 20_00, 10_00, 5_00, 2_00, 1_00)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One person's count: what lay in the drawer, with the float that stays in it."""

    login_id: int
    by: str
    at: datetime
    total: Money
    float_kept: Money


def counted_total(pieces: Mapping[int, int], coins: Money) -> Money:
    """Notes by their value in cents, and the coins."""
    return total_of([*(Money(value * count) for value, count in pieces.items()), coins])


def agreed(counts: Sequence[Count]) -> Count | None:
    """The newest count, where the newest one of another person says the same; None until then."""
    if not counts:
        return None
    newest = max(counts, key=lambda one: one.at)
    others = [one for one in counts if one.login_id != newest.login_id]
    if not others:
        return None
    other = max(others, key=lambda one: one.at)
    same = (newest.total, newest.float_kept) == (other.total, other.float_kept)
    return newest if same else None
