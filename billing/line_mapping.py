"""A person says which of our lines each line of the payer's answers: checked to the cent, then judged as any other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from billing.decision import Decision, DecisionLine, OpenCharge
from billing.line_differences import NO_CODE, our_code, written_code
from billing.match_lines import match_lines, match_what_fits, says_money
from billing.money import Money, total_of
from billing.spread import spread

LineMap = Mapping[int, Sequence[int]]  # number of the payer's line, from 1 -> our charges


class LinesDoNotAddUp(ValueError):
    """The lines do not sum to ours; the message says which and by how much."""


def assign_lines(decision: Decision, mapping: LineMap, charges: Sequence[OpenCharge]) -> Decision:
    """The decision with each line on the charges named for it; several payer lines may share one of ours.

    A line that answers several of ours is cut by what we billed, each adjustment by largest
    remainder, so that every piece keeps billed - adjustments = paid. Raises LinesDoNotAddUp.
    """
    ours = {charge.charge_id: charge for charge in charges}
    named = Counter(charge_id for ids in mapping.values() for charge_id in set(ids))
    lines: list[DecisionLine] = []
    for number, line in enumerate(decision.lines, start=1):
        chosen = [ours[one] for one in dict.fromkeys(mapping.get(number, ())) if one in ours]
        if not chosen:
            if says_money(line):
                raise LinesDoNotAddUp(f"Say which of our lines the payer's line {number} answers.")
            lines.append(line)
        elif len(chosen) == 1:
            lines.append(replace(line, charge_id=chosen[0].charge_id))
        else:
            if any(named[charge.charge_id] > 1 for charge in chosen):
                raise LinesDoNotAddUp(
                    f"Line {number} answers several of ours; no other line may answer them too."
                )
            lines += _cut(number, line, chosen)
    _check_sums(lines, ours)
    return replace(decision, lines=tuple(lines))


def _cut(number: int, line: DecisionLine, chosen: Sequence[OpenCharge]) -> tuple[DecisionLine, ...]:
    billed = total_of(charge.billed for charge in chosen)
    if line.billed != billed:
        raise LinesDoNotAddUp(
            f"The payer's line {number} bills {line.billed}, the lines chosen for it {billed}."
        )
    pieces = tuple(
        replace(
            line,
            billed=charge.billed,
            paid=charge.billed,
            adjustments=(),
            charge_id=charge.charge_id,
        )
        for charge in chosen
    )
    whole = Decision(
        status="1", billed=billed, paid=line.paid, adjustments=line.adjustments, lines=pieces
    )
    return spread(whole, chosen)


def _check_sums(lines: Sequence[DecisionLine], ours: Mapping[int, OpenCharge]) -> None:
    sums: dict[int, Money] = {}
    for line in lines:
        if line.charge_id is not None:
            sums[line.charge_id] = sums.get(line.charge_id, Money(0)) + abs(line.billed)
    for charge_id, told in sums.items():
        charge = ours[charge_id]
        if told != charge.billed:
            raise LinesDoNotAddUp(
                f"The payer's lines for our {our_code(charge)} sum to {told}; we billed"
                f" {charge.billed}."
            )


def map_by_codes(
    decision: Decision, charges: Sequence[OpenCharge], swaps: Mapping[str, str]
) -> LineMap | None:
    """The same swap of codes (theirs -> ours) on another claim; None when a line still fits none of ours."""
    found, free = match_what_fits(decision.lines, charges)
    mapping: dict[int, list[int]] = {}
    for number, line in enumerate(found, start=1):
        charge_id = line.charge_id
        if charge_id is None:
            theirs = written_code(line.submitted_procedure or line.procedure)
            hit = next((c for c in free if _stands_for(line, c, swaps.get(theirs))), None)
            if hit is None:
                if says_money(line):
                    return None
                continue
            free.remove(hit)
            charge_id = hit.charge_id
        mapping[number] = [charge_id]
    return mapping or None


def by_standing_codes(
    decision: Decision, charges: Sequence[OpenCharge], swaps: Mapping[str, str]
) -> tuple[Decision, tuple[str, ...]]:
    """The decision with its lines matched by what stands for this payer, and the codes that were swapped, in words.

    It comes back as it was, with no words, where it fits without that, or where it fits not even so. A code
    stands for ours only on the same day and for the same amount billed: all else stays for a person (C-18).
    """
    written = {written_code(line.submitted_procedure or line.procedure) for line in decision.lines}
    known = written & swaps.keys()
    if not known or match_lines(spread(decision, charges), charges) is not None:
        return decision, ()
    mapping = map_by_codes(decision, charges, swaps)
    if mapping is None:
        return decision, ()
    try:
        matched = assign_lines(decision, mapping, charges)
    except LinesDoNotAddUp:
        return decision, ()
    return matched, tuple(
        f"by our rule for this payer: its {theirs} is our {swaps[theirs]}"
        for theirs in sorted(known)
    )


def standing_swaps(
    decision: Decision, mapping: LineMap, charges: Sequence[OpenCharge]
) -> tuple[tuple[str, str], ...]:
    """The pairs (theirs, ours) of a match by hand that may stand from now on: one line for one, day and amount the same."""
    ours = {charge.charge_id: charge for charge in charges}
    found = set()
    for number, line in enumerate(decision.lines, start=1):
        chosen = [ours[one] for one in mapping.get(number, ()) if one in ours]
        theirs = written_code(line.submitted_procedure or line.procedure)
        if len(chosen) != 1 or theirs in {our_code(chosen[0]), NO_CODE}:
            continue
        if _stands_for(line, chosen[0], our_code(chosen[0])):
            found.add((theirs, our_code(chosen[0])))
    return tuple(sorted(found))


def _stands_for(line: DecisionLine, charge: OpenCharge, ours: str | None) -> bool:
    same_day = line.service_on in {None, charge.service_on}
    return our_code(charge) == ours and same_day and abs(line.billed) == charge.billed
