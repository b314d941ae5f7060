"""How the payer's lines differ from ours where they do not fit: the pairs to propose, and the reason in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from billing.decision import DecisionLine, OpenCharge
from billing.exceptions import Category, Cause, ordered
from billing.match_lines import match_what_fits, procedure_of, says_money
from billing.money import total_of

NO_CODE = "no code"
FITS_NONE = "a line fits none of our charges"


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact in which a line of the payer's is not ours."""

    what: str  # code, modifiers, day, amount
    theirs: str
    ours: str

    def __str__(self) -> str:
        return f"{self.what}: the payer says {self.theirs}, we billed {self.ours}"


@dataclass(frozen=True, slots=True)
class LinePair:
    """A line of the payer's beside the one of ours that it seems to answer; either may be missing."""

    theirs: DecisionLine | None
    ours: OpenCharge | None
    differences: tuple[Difference, ...] = ()
    sure: bool = False  # matched by the rules of the import; else only proposed


def written_code(procedure: str) -> str:
    """A code with its modifiers as people write it: "99213-25"."""
    code, modifiers = procedure_of(procedure)
    return "-".join((code, *modifiers)) or NO_CODE


def our_code(charge: OpenCharge) -> str:
    """Our own code with its modifiers."""
    return "-".join((charge.procedure.upper(), *(m.upper() for m in charge.modifiers)))


def differences(line: DecisionLine, charge: OpenCharge) -> tuple[Difference, ...]:
    """Everything in which the two lines disagree, in the order in which a person checks it."""
    written = line.submitted_procedure or line.procedure
    theirs = procedure_of(written)
    found = []
    if theirs.code != charge.procedure.upper():
        found.append(Difference("code", theirs.code or NO_CODE, charge.procedure.upper()))
    ours = {m.upper() for m in charge.modifiers}
    if set(theirs.modifiers) != ours:
        found.append(
            Difference("modifiers", _listed(theirs.modifiers), _listed(tuple(sorted(ours))))
        )
    if line.service_on is not None and line.service_on != charge.service_on:
        found.append(Difference("day", _day(line.service_on), _day(charge.service_on)))
    if abs(line.billed) != charge.billed:
        found.append(Difference("amount", str(abs(line.billed)), str(charge.billed)))
    return tuple(found)


def propose_pairs(
    lines: Sequence[DecisionLine], charges: Sequence[OpenCharge]
) -> tuple[LinePair, ...]:
    """Every line of both sides once: what fits, what may fit (the fewest differences first), the rest."""
    found, free = match_what_fits(lines, charges)
    ours = {charge.charge_id: charge for charge in charges}
    pairs: dict[int, LinePair] = {}
    loose = []
    for position, line in enumerate(found):
        charge = ours.get(line.charge_id or 0)
        if charge is None:
            loose.append(position)
        else:
            pairs[position] = LinePair(line, charge, differences(line, charge), sure=True)
    nearest = sorted(
        (_distance(found[position], charge), position, number)
        for position in loose
        for number, charge in enumerate(free)
        # Another code at another price is another line, whatever day it stands on.
        if not {"code", "amount"} <= {one.what for one in differences(found[position], charge)}
    )
    taken: set[int] = set()
    for _, position, number in nearest:
        if position not in pairs and number not in taken:
            taken.add(number)
            apart = differences(found[position], free[number])
            pairs[position] = LinePair(found[position], free[number], apart)
    told = tuple(pairs.get(p, LinePair(line, None)) for p, line in enumerate(found))
    left = [charge for number, charge in enumerate(free) if number not in taken]
    return told + tuple(LinePair(None, charge) for charge in left)


def why_no_line_fits(
    lines: Sequence[DecisionLine], charges: Sequence[OpenCharge]
) -> tuple[tuple[str, ...], Cause]:
    """The reason for a person, line by line, and its category; codes swapped, or lines cut otherwise (C-18)."""
    told = [line for line in lines if says_money(line)]
    open_pairs = [p for p in propose_pairs(told, charges) if not p.sure]
    loose = [p.theirs for p in open_pairs if p.theirs is not None]
    free = [p.ours for p in open_pairs if p.ours is not None]
    swapped = [
        (p.theirs, p.ours)
        for p in open_pairs
        if p.theirs and p.ours and {d.what for d in p.differences} <= {"code", "modifiers"}
    ]
    if len(swapped) == len(loose):
        words = [
            f"the payer says {written_code(theirs.submitted_procedure or theirs.procedure)}"
            f" where we billed {our_code(ours)}; day and amount are the same"
            for theirs, ours in swapped
        ]
        return tuple(words), Cause(Category.CHANGED_CODE, ordered(swap(t, o) for t, o in swapped))
    known = {charge.procedure.upper() for charge in charges}
    strange = [line for line in loose if procedure_of(line.procedure).code not in known]
    theirs = ordered(procedure_of(line.procedure).code or NO_CODE for line in loose)
    same_money = total_of(abs(line.billed) for line in loose) == total_of(c.billed for c in free)
    if strange and not same_money:
        return (FITS_NONE,), Cause(Category.CHANGED_CODE, theirs)
    return (FITS_NONE,), Cause(Category.SPLIT_OR_BUNDLED, theirs)


def swap(theirs: DecisionLine, ours: OpenCharge) -> str:
    """The change of code as a pattern names it, ours first."""
    return f"{our_code(ours)}>{written_code(theirs.submitted_procedure or theirs.procedure)}"


def _distance(line: DecisionLine, charge: OpenCharge) -> tuple[int, int]:
    apart = {difference.what for difference in differences(line, charge)}
    # Another amount is the surest sign of another line, another modifier the least.
    weights = {"amount": 4, "code": 3, "day": 2, "modifiers": 1}
    return sum(weights[what] for what in apart), abs(abs(line.billed.cents) - charge.billed.cents)


def _listed(modifiers: tuple[str, ...]) -> str:
    return ", ".join(modifiers) or "none"


def _day(day: date | None) -> str:
    return f"{day:%m/%d/%Y}" if day else "none"
