"""The short words of the tables in docs/plans.md, as facts of a plan."""

import re
from collections.abc import Callable
from datetime import date

from billing.money import ZERO, Money
from billing.plan_events import (
    Awarded,
    BillAdded,
    Canceled,
    ChangeDeclined,
    DateChanged,
    Defaulted,
    Died,
    Disputed,
    DisputeEnded,
    GuarantorChanged,
    MethodChanged,
    Paid,
    Paused,
    PaymentReturned,
    PlanEvent,
    Refunded,
    Resumed,
    ShareDown,
    ShareUp,
    Signed,
    Skipped,
)
from billing.plans import Terms

MONEY = r"\$[\d,]+\.\d\d"
PLAIN = {
    "resumes": Resumed,
    "changes card": MethodChanged,
    "says no": ChangeDeclined,
    "guarantor changes": GuarantorChanged,
    "defaults": Defaulted,
    "is canceled": Canceled,
}


def money(text: str) -> Money:
    sign = -1 if text.startswith("-") else 1
    return Money(sign * int(re.sub(r"\D", "", text)))


def day(text: str) -> date:
    return date.fromisoformat(text)


def terms(words: str) -> Terms:
    """`$600.00 in 6 from 2027-01-15`, and `with $60.00 down` or `on day 31` where they differ."""
    found = re.search(rf"({MONEY}) in (\d+) from (\S+)", words)
    assert found, words
    down = re.search(rf"with ({MONEY}) down", words)
    on_day = re.search(r"on day (\d+)", words)
    return Terms(
        money(found[1]),
        money(down[1]) if down else ZERO,
        int(found[2]),
        day(found[3]),
        int(on_day[1]) if on_day else day(found[3]).day,
    )


def _chosen(words: str | None) -> tuple[int, ...]:
    return tuple(int(n) for n in re.findall(r"\d+", words or ""))


PATTERNS: list[tuple[str, Callable[[date, re.Match[str]], PlanEvent]]] = [
    (
        rf"pays ({MONEY})(?: as (\w+))?(?: for (.+))?",
        lambda on, m: Paid(
            on=on, payment=m[2] or f"p{on}", amount=money(m[1]), numbers=_chosen(m[3])
        ),
    ),
    (
        rf"bank takes ({MONEY}) of (\w+) back",
        lambda on, m: PaymentReturned(on=on, payment=m[2], amount=money(m[1])),
    ),
    (
        rf"we refund ({MONEY}) of (\w+)(?: for (\d+))?",
        lambda on, m: Refunded(
            on=on, payment=m[2], amount=money(m[1]), number=int(m[3]) if m[3] else None
        ),
    ),
    (rf"a new bill of ({MONEY})", lambda on, m: BillAdded(on=on, amount=money(m[1]), bill="new")),
    (rf"the share rises by ({MONEY})", lambda on, m: ShareUp(on=on, amount=money(m[1]))),
    (rf"the share falls by ({MONEY})", lambda on, m: ShareDown(on=on, amount=money(m[1]))),
    (rf"an award of ({MONEY})", lambda on, m: Awarded(on=on, amount=money(m[1]))),
    (
        rf"({MONEY}) is disputed",
        lambda on, m: Disputed(on=on, dispute="d", amount=money(m[1])),
    ),
    (r"the dispute ends", lambda on, m: DisputeEnded(on=on, dispute="d")),
    (r"skips (\d+)", lambda on, m: Skipped(on=on, number=int(m[1]))),
    (r"pauses until (\S+)", lambda on, m: Paused(on=on, until=day(m[1]))),
    (r"chooses day (\d+)", lambda on, m: DateChanged(on=on, day=int(m[1]))),
    (r"dies", lambda on, m: Died(on=on)),
    (r"another patient dies", lambda on, m: Died(on=on, signer=False)),
    (r"signs (.+) anew", lambda on, m: Signed(on=on, terms=terms(m[1]))),
]


def events(on: date, words: str) -> list[PlanEvent]:
    """Every fact of one row, joined by semicolons; a dash is a day on which nothing happens."""
    found: list[PlanEvent] = []
    for part in (part.strip() for part in words.split(";")):
        if part in PLAIN:
            found.append(PLAIN[part](on=on))
            continue
        matches = [(re.fullmatch(pattern, part), make) for pattern, make in PATTERNS]
        made = [make(on, match) for match, make in matches if match]
        assert made or part == "-", f"no such words: {part}"
        found += made[:1]
    return found
