"""What a bill's packet must hold before it may go to an agency, and how long a signed one counts (COLL-3 to COLL-5, OPS-22).

Pure. The gate says whether a bill may be placed; the packet keeps what it was shown, so that it can be looked at later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from billing.money import Money
from billing.statement_calendar import STATEMENTS_FIRST

LASTS = timedelta(days=30)  # after it was prepared; then it is prepared anew


class Part(StrEnum):
    """The parts of a packet, in the order in which they are read."""

    ENTRIES = "entries"  # the itemisation: each entry, and what was owed after it
    DECISIONS = "decisions"  # what each plan said
    STATEMENTS = "statements"  # with the day on which each arrived
    NOTICES = "notices"  # with what became of each
    HOLDS = "holds"  # each condition, and whether it held
    CALLS = "calls"  # to tell of help
    SCREENING = "screening"
    OFFERS = "offers"  # of plans and of help


# How many rows a part needs, and the rule that denies without them.
NEEDED: Mapping[Part, tuple[int, str]] = {
    Part.ENTRIES: (1, "STMT-9"),
    Part.STATEMENTS: (STATEMENTS_FIRST, "STMT-10"),
    Part.NOTICES: (1, "COLL-4"),
    Part.HOLDS: (1, "CORE-6"),
    Part.CALLS: (1, "COLL-5"),
    Part.SCREENING: (1, "FA-8"),
}


def lacking(rows: Mapping[Part, int], *, insured: bool) -> tuple[str, ...]:
    """The rules whose evidence is not in the packet. A bill that a plan was billed for shows what the plan said."""
    found = {rule for part, (least, rule) in NEEDED.items() if rows.get(part, 0) < least}
    if insured and not rows.get(Part.DECISIONS, 0):
        found.add("CORE-3")
    return tuple(sorted(found))


class Standing(StrEnum):
    """Where a packet stands on a day."""

    TO_SIGN = "to_sign"
    SIGNED = "signed"
    CHANGED = "changed"  # something posted to the bill since
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """What of a packet says whether it still counts. `position` is the bill's last posting then."""

    prepared_on: date
    balance: Money
    position: int
    is_signed: bool


def standing(packet: Frozen, *, balance: Money, position: int, on: date) -> Standing:
    """A change goes before age: it says that the figures are wrong. The 30th day still counts, the 31st does not."""
    if balance != packet.balance or position != packet.position:
        return Standing.CHANGED
    if on > packet.prepared_on + LASTS:
        return Standing.EXPIRED
    return Standing.SIGNED if packet.is_signed else Standing.TO_SIGN
