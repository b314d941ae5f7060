"""Which line of the bank's statement is which promised payment (OPS-10): scored with its reasons, pure.

Only what agrees in trace, amount and payer matches itself, or a card payout of the very amount on its day;
all else is proposed to a person, and nothing that two candidates could be is ever taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import combinations

from billing.bank_lines import read_addenda
from billing.money import Money, total_of

WINDOW = timedelta(days=10)  # between a payer's date and the bank's
SOON = timedelta(days=5)  # between a card payout or a batch and the bank
TRACE_AT_LEAST = 6  # a shorter number stands in any text by chance
WORD_AT_LEAST = 4
EIN_WITH_PREFIX = 10
BATCHES_AT_MOST = 8  # of a deposit slip, and parts of them
PROCESSORS = ("STRIPE",)


class Kind(StrEnum):
    """What a line may answer."""

    REMITTANCE = "remittance"
    PAYOUT = "payout"
    BATCH = "batch"  # checks and cash that staff counted
    CHECK = "check"  # a refund by check that was cashed
    PAYER_CHECK = "payer_check"  # our check to a payer that was cashed
    AGENCY = "agency"  # a collection agency's own check or transfer


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A payment that the papers promise; below zero, money that leaves the bank."""

    kind: Kind
    id: str
    amount: Money
    on: date
    name: str  # payer, or what staff call it
    trace: str = ""  # TRN02, or the number of a check
    payer: str = ""  # TRN03


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A line as the matching sees it."""

    id: int
    on: date
    amount: Money
    trace: str  # as entered or read from the addenda; empty: looked for in the text
    payer: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One candidate. `certain`: trace, amount and payer agree."""

    expected: Expected
    score: int
    certain: bool
    reasons: tuple[str, ...]


def seen_line(*, line_id: int, on: date, amount: Money, trace: str, text: str) -> Seen:
    """A line with what its addenda say; a trace that somebody typed counts first."""
    addenda = read_addenda(text)
    return Seen(
        id=line_id,
        on=on,
        amount=amount,
        trace=(trace or addenda.trace).upper(),
        payer=addenda.payer,
        text=text.upper(),
    )


def proposals(line: Seen, expected: Iterable[Expected]) -> tuple[Proposal, ...]:
    """The candidates, the likeliest first."""
    found = [one for each in expected if (one := _judge(line, each)) is not None]
    return tuple(sorted(found, key=lambda one: (-one.score, abs(one.expected.on - line.on))))


def certain_pairs(
    lines: Sequence[Seen], expected: Collection[Expected]
) -> list[tuple[Seen, Expected]]:
    """The pairs that match themselves: each line has one certain candidate, each candidate one line."""
    sure: list[tuple[Seen, Expected]] = []
    for line in lines:
        mine = [one.expected for one in proposals(line, expected) if one.certain]
        if len(mine) == 1:
            sure.append((line, mine[0]))
    wanted = Counter((one.kind, one.id) for _, one in sure)
    return [(line, one) for line, one in sure if wanted[one.kind, one.id] == 1]


def together(line: Seen, expected: Iterable[Expected]) -> tuple[Expected, ...]:
    """An agency's check with counted batches of those days that make the line to the cent; nothing where two sets do."""
    near = [one for one in expected if abs(line.on - one.on) <= SOON and one.amount.cents > 0]
    batches = [one for one in near if one.kind is Kind.BATCH][:BATCHES_AT_MOST]
    found = [
        (check, *some)
        for check in near
        if check.kind is Kind.AGENCY
        for size in range(1, len(batches) + 1)
        for some in combinations(batches, size)
        if check.amount + total_of(one.amount for one in some) == line.amount and _apart(some)
    ]
    return found[0] if len(found) == 1 else ()


def _apart(batches: Iterable[Expected]) -> bool:
    """Whether no batch is among them twice, as a whole or by its parts: the parts together are the whole."""
    named = [one.id.partition(":")[0] for one in batches]
    return len(set(named)) == len(named)


def same_payer(one: str, other: str) -> bool:
    """Whether two company ids are one: TRN03 is an EIN behind a 1, which some banks leave out."""
    return bool(one) and _ein(one) == _ein(other)


def _ein(number: str) -> str:
    plain = "".join(filter(str.isalnum, number)).upper()
    return plain[1:] if len(plain) == EIN_WITH_PREFIX and plain.startswith("1") else plain


def _judge(line: Seen, one: Expected) -> Proposal | None:
    if one.kind is Kind.REMITTANCE:
        return _remittance(line, one)
    if line.amount != one.amount or abs(line.on - one.on) > SOON:
        return None
    if one.kind is Kind.PAYOUT:
        named = any(name in line.text for name in PROCESSORS) or line.trace == one.trace.upper()
        return Proposal(
            expected=one,
            score=70 if named else 40,
            certain=named,
            reasons=(
                "same amount",
                f"arrives on {one.on:%b %-d}",
                *(("named by the bank",) if named else ()),
            ),
        )
    if one.kind is Kind.AGENCY:
        named = bool(one.trace) and one.trace.upper() in f"{line.trace} {line.text}"
        why = ("same amount", f"trace {one.trace}" if named else "no trace in the text")
        return Proposal(expected=one, score=65 if named else 35, certain=False, reasons=why)
    if one.kind in {Kind.CHECK, Kind.PAYER_CHECK}:
        numbered = bool(one.trace) and one.trace in line.text
        why = ("same amount", f"check {one.trace}" if numbered else "no number in the text")
        return Proposal(expected=one, score=60 if numbered else 30, certain=False, reasons=why)
    return Proposal(
        expected=one,
        score=35,
        certain=False,
        reasons=("same total", f"received on {one.on:%b %-d}"),
    )


def _remittance(line: Seen, one: Expected) -> Proposal | None:
    near = abs(line.on - one.on) <= WINDOW
    same = line.amount == one.amount
    trace = _same_trace(line, one.trace)
    by_id, by_name = same_payer(line.payer, one.payer), _named(line.text, one.name)
    other = bool(line.payer) and not by_id
    if not trace and not (same and near):
        return None
    if (line.amount.cents > 0) != (one.amount.cents > 0):
        return None
    reasons = [
        f"trace {one.trace}" if trace else "no trace in common",
        "same amount" if same else f"the bank shows {line.amount}, the remittance {one.amount}",
        "same payer number"
        if by_id
        else "another payer's number"
        if other
        else f"names {one.name}"
        if by_name
        else "the bank names no payer that we know",
    ]
    if not near:
        reasons.append(f"{abs((line.on - one.on).days)} days apart")
    score = 50 * trace + 30 * same + 15 * by_id + 8 * by_name + 5 * near - 25 * other
    return Proposal(
        expected=one,
        score=score,
        certain=trace and same and by_id and near,
        reasons=tuple(reasons),
    )


def _same_trace(line: Seen, trace: str) -> bool:
    trace = trace.upper()
    if line.trace:
        return line.trace == trace
    return len(trace) >= TRACE_AT_LEAST and trace in line.text.split()


def _named(text: str, name: str) -> bool:
    words = [word for word in name.upper().split() if len(word) >= WORD_AT_LEAST]
    return bool(words) and words[0] in text
