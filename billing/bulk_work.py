"""What may be done to many items of work at once: nothing that moves money or frees a bill."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

MOST = 500  # items in one press


class Act(StrEnum):
    """The closed list."""

    GIVE = "give"
    DAY = "day"
    NOTE = "note"
    CLOSE = "close"


ACT_WORDS: Mapping[Act, str] = {
    Act.GIVE: "Give them to somebody",
    Act.DAY: "Set the day by which they are looked at",
    Act.NOTE: "Write one note to each",
    Act.CLOSE: "Close them as done",
}
ALONE = "Money or a bill hangs on it: look at it by itself."
# Another person decides these on their own pages.
DECIDED_ELSEWHERE = frozenset(
    {
        *("refund", "adjustment_request", "card_refund", "payer_refund", "card_dispute", "review"),
        *("estimate_due", "estimate_over", "estimate_unclear", "estimate_dispute"),
    }
)


def refuses_close(
    kind: str, *, holds_bill: bool, of_remittance: bool
) -> str:  # the words of the refusal
    """Why an item is not closed in a heap with others; empty when it may be."""
    return ALONE if holds_bill or of_remittance or kind in DECIDED_ELSEWHERE else ""
