"""A plan's name that no label announces: a short line that ends in the kind of plan."""

from __future__ import annotations

import re
from collections.abc import Sequence

from portal.card_ports import CardLine
from portal.services.card_values import PLAN_KINDS

UNLABELLED = 0.7
WORDS = range(2, 6)  # the kind alone is no name


def plan_on(lines: Sequence[CardLine]) -> tuple[str, float] | None:
    """Such as `Choice PPO`, with less confidence than a labelled one. The tallest line is the payer's own name."""
    if not lines:
        return None
    tallest = max(lines, key=lambda line: line.bottom - line.top)
    for line in lines:
        words = line.text.split()
        if line is not tallest and len(words) in WORDS and _kind(words[-1]) in PLAN_KINDS:
            return line.text, round(line.confidence * UNLABELLED, 3)
    return None


def _kind(word: str) -> str:
    return re.sub(r"[^A-Z-]", "", word.upper())
