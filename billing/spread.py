"""Spreads claim-level adjustments over lines by largest remainder, and never below zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from billing.decision import Adjustment, Decision, DecisionLine, OpenCharge
from billing.money import ZERO, Money, total_of


def spread(decision: Decision, charges: Sequence[OpenCharge]) -> tuple[DecisionLine, ...]:
    """The decision's lines with their part of the claim-level adjustments.

    A claim without SVC is answered over our own lines, by billed amount. Each line keeps
    `billed - adjustments = paid`, so `paid` becomes SVC03 less its part.
    """
    lines = decision.lines or tuple(
        DecisionLine(
            procedure=charge.procedure,
            billed=-charge.billed if decision.billed < ZERO else charge.billed,
            paid=-charge.billed if decision.billed < ZERO else charge.billed,
            service_on=charge.service_on,
            charge_id=charge.charge_id,
        )
        for charge in charges
    )
    if not lines or not decision.adjustments:
        return lines
    parts = _parts(lines, decision.adjustments)
    return tuple(
        replace(
            line,
            adjustments=line.adjustments + tuple(share for share in shares if share.amount),
            paid=line.paid - total_of(share.amount for share in shares),
        )
        for line, shares in zip(lines, parts, strict=True)
    )


def _parts(
    lines: Sequence[DecisionLine], adjustments: Sequence[Adjustment]
) -> list[list[Adjustment]]:
    """One amount after the other by what is left of each line, so that no cent goes below zero."""
    sign = -1 if total_of(line.billed for line in lines) < ZERO else 1
    left = [sign * line.paid.cents for line in lines]
    billed = [abs(line.billed.cents) for line in lines]
    parts: list[list[Adjustment]] = [[] for _ in lines]
    for adjustment in adjustments:
        weights = [max(0, cents) for cents in left]
        if not any(weights):
            weights = billed if any(billed) else [1] * len(lines)
        amounts = Money(sign * adjustment.amount.cents).allocate(weights)
        for position, amount in enumerate(amounts):
            left[position] -= amount.cents
            parts[position].append(replace(adjustment, amount=Money(sign * amount.cents)))
    return parts
