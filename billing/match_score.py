"""How likely a claim of ours is the one that a payer answered: 0 to 100, with the reason in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Sign(StrEnum):
    """One fact that both sides have, in the order in which it is told."""

    NUMBER = "number"  # our claim number or the payer's
    PATIENT = "patient"
    DAY = "day"
    AMOUNT = "amount"
    PAYER = "payer"


# A number names one claim; a person narrows to a few; a day, an amount and a payer only confirm.
WEIGHTS: Mapping[Sign, int] = {
    Sign.NUMBER: 40,
    Sign.PATIENT: 25,
    Sign.DAY: 15,
    Sign.AMOUNT: 10,
    Sign.PAYER: 5,
}
WAITING = 5  # the claim still waits for an answer


@dataclass(frozen=True, slots=True, order=True)
class MatchScore:
    """Out of 100, and why: "same patient, day and amount; number differs"."""

    points: int
    reason: str


def score_match(same: Mapping[Sign, bool], *, waits: bool) -> MatchScore:
    """Score one claim by what agrees. A sign that either side lacks is left out of `same`."""
    agrees = [sign for sign in Sign if same.get(sign)]
    differs = [sign for sign in Sign if sign in same and not same[sign]]
    points = sum(WEIGHTS[sign] for sign in agrees) + (WAITING if waits else 0)
    parts = []
    if agrees:
        parts.append(f"same {_and(agrees)}")
    if differs:
        parts.append(f"{_and(differs)} {'differs' if len(differs) == 1 else 'differ'}")
    if not waits:
        parts.append("answered before")
    return MatchScore(points, "; ".join(parts))


def _and(signs: list[Sign]) -> str:
    words = [sign.value for sign in signs]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
