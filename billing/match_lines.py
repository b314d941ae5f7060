"""Which of our charge lines each line of a decision answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from billing.decision import DecisionLine, OpenCharge
from billing.money import total_of


class Procedure(NamedTuple):
    """A procedure code with its modifiers, from "HC:99213:25"."""

    code: str
    modifiers: tuple[str, ...]


@lru_cache(maxsize=4096)
def procedure_of(written: str) -> Procedure:
    """The code and up to four modifiers; a lone component is the code itself."""
    parts = written.split(":")
    code, rest = (parts[1], parts[2:6]) if len(parts) > 1 else (parts[0], [])
    return Procedure(code.upper(), tuple(m.upper() for m in rest if m))


Test = Callable[[DecisionLine, OpenCharge], bool]


def _code(line: DecisionLine, charge: OpenCharge) -> bool:
    written = line.submitted_procedure or line.procedure
    return procedure_of(written).code == charge.procedure.upper()


def _modifiers(line: DecisionLine, charge: OpenCharge) -> bool:
    written = line.submitted_procedure or line.procedure
    return set(procedure_of(written).modifiers) == {m.upper() for m in charge.modifiers}


def _day(line: DecisionLine, charge: OpenCharge) -> bool:
    return line.service_on is None or line.service_on == charge.service_on


def _amount(line: DecisionLine, charge: OpenCharge) -> bool:
    return abs(line.billed.cents) == charge.billed.cents


def _control(line: DecisionLine, charge: OpenCharge) -> bool:
    return bool(line.control_number) and line.control_number == charge.control_number


# From the surest evidence to the least. Day and amount without the code are no evidence: another
# code may be another price or another rule, so a person says once that it stands for ours (C-18).
_PASSES: tuple[tuple[Test, ...], ...] = (
    (_control, _amount),
    (_code, _modifiers, _day, _amount),
    (_code, _day, _amount),
    (_code, _amount),
)


def match_lines(
    lines: Sequence[DecisionLine], charges: Sequence[OpenCharge]
) -> tuple[DecisionLine, ...] | None:
    """The lines with their charges, or None when any line fits none of ours.

    Several lines may answer one charge that the payer split: their amounts sum to it.
    """
    found, _ = match_what_fits(lines, charges)
    # A line of no money that we never billed, such as a quality code, says nothing about ours.
    kept = [line for line in found if line.charge_id is not None or says_money(line)]
    return None if any(line.charge_id is None for line in kept) else tuple(kept)


def match_what_fits(
    lines: Sequence[DecisionLine], charges: Sequence[OpenCharge]
) -> tuple[list[DecisionLine], list[OpenCharge]]:
    """The lines, those that fit with their charge, and the charges that none of them answers."""
    found = list(lines)
    free = {charge.charge_id: charge for charge in charges}
    for line in found:
        if line.charge_id is not None:
            free.pop(line.charge_id, None)
    for tests in _PASSES:
        loose = [position for position, line in enumerate(found) if line.charge_id is None]
        if not loose:
            break
        for position in loose:
            hit = _first(tests, found[position], free.values())
            if hit is not None:
                found[position] = replace(found[position], charge_id=hit.charge_id)
                del free[hit.charge_id]
    _match_split_lines(found, free)
    return found, list(free.values())


def _first(
    tests: Iterable[Test], line: DecisionLine, charges: Iterable[OpenCharge]
) -> OpenCharge | None:
    return next((c for c in charges if all(test(line, c) for test in tests)), None)


def says_money(line: DecisionLine) -> bool:
    """Whether the line moves or explains any amount."""
    return bool(line.billed or line.paid or line.adjustments)


def _match_split_lines(found: list[DecisionLine], free: dict[int, OpenCharge]) -> None:
    def submitted(position: int) -> tuple[str, str]:
        line = found[position]
        written = line.submitted_procedure or line.procedure
        code = "" if line.control_number else procedure_of(written).code
        return line.control_number, code

    loose = sorted((p for p, line in enumerate(found) if line.charge_id is None), key=submitted)
    for _, group in groupby(loose, key=submitted):
        positions = list(group)
        total = total_of(abs(found[p].billed) for p in positions)
        first = found[positions[0]]
        for charge in free.values():
            if charge.billed == total and (_control(first, charge) or _code(first, charge)):
                for position in positions:
                    found[position] = replace(found[position], charge_id=charge.charge_id)
                del free[charge.charge_id]
                break
