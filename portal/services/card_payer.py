"""Which payer of the practice's list a card is from, by the names printed on it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from rapidfuzz import fuzz

from portal.card_ports import CardLine

ALIKE = 82  # of 100
CLOSE_SECOND = 6  # a second name this near makes the first a guess
BRAND_ONLY = 0.93  # the card says less than the list: "Blue Harbor" for "Blue Harbor Health Plan"
# Words that many names share say little of which one it is.
COMMON_WORDS = (
    "health plan plans insurance company co inc of the care healthcare group life mutual llc"
)
COMMON = frozenset(COMMON_WORDS.split())
BRAND_WORDS = 2  # fewer could be anybody's


def payer_on(lines: Sequence[CardLine], payers: Sequence[str]) -> tuple[str, float] | None:
    """The name as the practice's list has it and how sure we are; None when no line is like one."""
    said = [(line.text, line.confidence, line.bottom - line.top) for line in lines]
    # Names too long for one line stand on two.
    said += [
        (f"{one.text} {two.text}", min(one.confidence, two.confidence), one.bottom - one.top)
        for one, two in pairwise(lines)
    ]
    if not said:
        return None
    tallest = max(1.0, *(height for _, _, height in said))
    scores: dict[str, float] = {}
    for text, sure, height in said:
        # A payer prints its own name large; another's stands in the small print.
        size = 0.9 + 0.1 * height / tallest
        for payer in payers:
            score = likeness(text, payer) * sure * size
            scores[payer] = max(score, scores.get(payer, 0))
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    if not ranked or ranked[0][1] < ALIKE:
        return None
    name, score = ranked[0]
    contested = len(ranked) > 1 and score - ranked[1][1] < CLOSE_SECOND
    return name, round(score / 100 * (0.6 if contested else 1), 3)


def likeness(text: str, payer: str) -> float:
    """0 to 100; spaces that a reader lost cost nothing."""
    one, other = _words(text), _words(payer)
    together = fuzz.ratio("".join(one), "".join(other))
    brand = [word for word in one if word not in COMMON]
    wanted = [word for word in other if word not in COMMON]
    if len(brand) >= BRAND_WORDS and brand == wanted[: len(brand)]:
        together = max(together, 100 * BRAND_ONLY)
    return together


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())
