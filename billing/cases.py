"""A case is an account in arrears: the stage that it has reached on its way, and how old its youngest bill is."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Stage(StrEnum):
    """The furthest step that is on record; one before it may still lack, and the case says which."""

    STATEMENTS = "statements"
    SCREENED = "screened"
    HELP_TOLD = "help_told"
    NOTICED = "noticed"
    GATE_OPEN = "gate_open"
    PACKET = "packet"
    PLACED = "placed"
    RECALLED = "recalled"


STAGE_WORDS: Mapping[Stage, str] = {
    Stage.STATEMENTS: "Statements",
    Stage.SCREENED: "Screened for help",
    Stage.HELP_TOLD: "Told of help",
    Stage.NOTICED: "Final notice",
    Stage.GATE_OPEN: "Gate open",
    Stage.PACKET: "Packet",
    Stage.PLACED: "At an agency",
    Stage.RECALLED: "Called back",
}
# Days since the first statement of the youngest bill, each band to its last day; the last has no end.
AGES: tuple[tuple[str, int, int | None], ...] = (
    ("0-60", 0, 60),
    ("61-90", 61, 90),
    ("91-120", 91, 120),
    ("121", 121, None),
)
AGE_WORDS: Mapping[str, str] = {
    "0-60": "60 days or less",
    "61-90": "61 to 90 days",
    "91-120": "91 to 120 days",
    "121": "More than 120 days",
}


def age_band(days: int) -> str:
    """The band of an age in days."""
    return next(name for name, _, last in AGES if last is None or days <= last)
