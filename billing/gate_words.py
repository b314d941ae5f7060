"""What lacks before a notice, a placement or a lawsuit, rule by rule, in words that staff act on (OPS-22)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from billing.holds import REASONS, RULES, Condition


@dataclass(frozen=True, slots=True)
class Lack:
    """One line that is not proven: what it is, and who does what about it."""

    rule: str
    what: str
    next: str


_WORDS: dict[str, tuple[str, str]] = {
    "CORE-2": (
        "a row of state law that nobody here has read",
        "A manager reads it under State law.",
    ),
    "CORE-3": ("a first statement that arrived", "The daily run sends it."),
    "COLL-3": ("121 days since the first statement of each bill", "Wait."),
    "COLL-4": (
        "a final notice 30 days ago, its last day over",
        "The daily run or a person sends it, from day 90 on. Then wait 30 days.",
    ),
    "COLL-5": (
        "an attempt to tell of help by phone, 30 days ago",
        "Call. After the call, wait 30 days.",
    ),
    "COLL-12": ("an agency whose contract two people approved", "Approve its contract first."),
    "COLL-23": ("a bill young enough", "It stays here."),
    "COLL-27": ("a military affidavit not older than 30 days", "Ask the military database."),
    "DISP-2": ("fourteen days since a dispute ended", "Wait."),
    "FA-8": ("a screening for help, and a decision about what it presumes", "Screen, or decide."),
    "STMT-9": ("an itemised bill within 30 days", "It stays here."),
    "STMT-10": (
        "four statements that arrived, and 90 days since the first",
        "The daily run sends them.",
    ),
    "STMT-11": ("something that is owed", "Nothing more is to be done."),
}
_STATE = (
    "what the state asks for: a longer wait, a larger sum, or an offer of a plan",
    "See state law.",
)


def lacks(rules: Collection[str], conditions: Collection[Condition] = ()) -> tuple[Lack, ...]:
    """In the order of the rules; the rules of holds that stand are said in the words of the holds."""
    held = tuple(Lack(RULES[one], REASONS[one], "See the holds.") for one in sorted(conditions))
    said = {one.rule for one in held}
    return (
        *(Lack(rule, *_WORDS.get(rule, _STATE)) for rule in sorted(rules) if rule not in said),
        *held,
    )


def in_words(rules: Collection[str], conditions: Collection[Condition] = ()) -> str:
    """One sentence: what lacks, each with its rule."""
    found = lacks(rules, conditions)
    return "; ".join(f"{one.what} ({one.rule})" for one in found)
