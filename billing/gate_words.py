"""What lacks before a notice, a placement or a lawsuit, rule by rule, in words that staff act on, and where (COLL-2, OPS-22)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from billing.holds import REASONS, RULES, Action, Condition, rule_of


class Where(StrEnum):
    """A kind of page where a step is taken or looked at."""

    NOWHERE = ""  # time alone opens it, or nothing does
    ACCOUNT = "account"
    CALLS = "calls"
    CASE = "case"
    HELP = "help"
    HOLDS = "holds"
    DISPUTES = "disputes"
    LAW = "law"
    AGENCIES = "agencies"


@dataclass(frozen=True, slots=True)
class Lack:
    """One line that is not proven: what it is, who does what about it, and on which page."""

    rule: str
    what: str
    next: str
    where: Where = Where.NOWHERE


_STAYS = "It stays here."
WORDS: Mapping[str, Lack] = {
    one.rule: one
    for one in (
        Lack(
            "CORE-2",
            "a row of this state’s law, or of yours, that nobody here has read",
            "A manager reads it under State law.",
            Where.LAW,
        ),
        Lack(
            "CORE-3",
            "a first statement that arrived, and the plan’s answer on record",
            "The daily run sends the statement.",
            Where.ACCOUNT,
        ),
        Lack("CORE-6", "a look at the holds in this packet", "Look at them.", Where.HOLDS),
        Lack("COLL-3", "121 days since the first statement of each bill", "Wait."),
        Lack(
            "COLL-4",
            "a final notice that arrived 30 days ago and named an agency, its last day over",
            "The daily run or a person sends it, from day 90 on. Then wait 30 days.",
            Where.CASE,
        ),
        Lack(
            "COLL-5",
            "an attempt to tell of help by phone, 30 days ago",
            "Call. After the call, wait 30 days.",
            Where.CALLS,
        ),
        Lack("COLL-11", "an agency that may be used", "See the agency.", Where.AGENCIES),
        Lack(
            "COLL-12",
            "an agency whose contract two people approved",
            "Approve its contract first.",
            Where.AGENCIES,
        ),
        Lack("COLL-18", "a statement that arrived and itemises this bill", "Wait for the next."),
        Lack("COLL-19", "a bill that no agency has, owed as the packet says", "Make a new packet."),
        Lack("COLL-23", "a bill young enough", _STAYS),
        Lack(
            "COLL-27", "a military affidavit not older than 30 days", "Ask the military database."
        ),
        Lack("DISP-2", "fourteen days since a dispute ended", "Wait.", Where.DISPUTES),
        Lack(
            "FA-8",
            "a screening for help since the first statement, and a decision about what it presumes",
            "Screen, or decide.",
            Where.HELP,
        ),
        Lack("HIPAA-7", "a role that may do this", "Ask a manager."),
        Lack("OPS-6", "the end of a denial that is in hand", "See Denials."),
        Lack("OPS-13", "the signature of a second person", "Somebody else signs the packet."),
        Lack("STMT-9", "an itemised bill within 30 days", _STAYS, Where.ACCOUNT),
        Lack(
            "STMT-10",
            "four statements that arrived, each on its own day, and 90 days since the first",
            "The daily run sends them.",
            Where.ACCOUNT,
        ),
        Lack("STMT-11", "something that is owed", "Nothing more is to be done."),
    )
}
STATE = (
    "what the state asks for: a longer wait, a larger sum, or an offer of a plan",
    "See state law.",
)


def lacks(
    rules: Collection[str],
    held: Collection[Condition] = (),
    action: Action = Action.PLACEMENT,
) -> tuple[Lack, ...]:
    """The holds that stand in the action's way first, each said once; then the rules in their order.

    A rule that has no words of its own is a state's.
    """
    holds = tuple(
        Lack(rule_of(one, action), f"on hold: {REASONS[one]}", "See the holds.", Where.HOLDS)
        for one in sorted(held)
    )
    said = {one.rule for one in holds}
    return (*holds, *(_lack(rule) for rule in sorted(set(rules) - said)))


def _lack(rule: str) -> Lack:
    return WORDS.get(rule, Lack(rule, *STATE, Where.LAW))


def in_words(
    rules: Collection[str],
    held: Collection[Condition] = (),
    action: Action = Action.PLACEMENT,
) -> str:
    """One sentence: what lacks, each with its rule."""
    return "; ".join(f"{one.what} ({one.rule})" for one in lacks(rules, held, action))


def denied_in_words(rules: Collection[str]) -> str:
    """The same where only the rules were kept; what stands on one rule is said as either."""
    said = "; ".join(f"{_either(rule)} ({rule})" for rule in sorted(rules))
    return said[:1].upper() + said[1:]


def _either(rule: str) -> str:
    held = [REASONS[one] for one in Condition if RULES[one] == rule]
    lacks_it = rule in WORDS or not held
    return " or ".join((*held, *((f"still missing: {_lack(rule).what}",) if lacks_it else ())))
