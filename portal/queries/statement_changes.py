"""What happened between the last statement and this one, summed and told step by step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from billing.money import ZERO, Money, total_of
from portal.queries.payer_decisions import DecisionFact
from portal.queries.statement_content import Change, Summary
from portal.queries.statement_facts import LastStatement, Movement, VisitFact
from portal.queries.statement_lines import is_adjustment, is_payment
from portal.queries.statement_print import day

SHOWN_AT_MOST = 24
DISPUTED = "You told us that the bill for the visit of %s is wrong. That part is not due now."
ANSWERED = "We answered about the visit of %s. It is due again."


@dataclass(frozen=True, kw_only=True)
class Span:
    """The time since the statement that the patient has in hand, or since ever for a first one."""

    last: LastStatement | None
    movements: Sequence[Movement]
    owed: Mapping[int, Money]  # by charge that is a bill now
    balance: Money  # below zero: a credit
    visits: Mapping[int, VisitFact]
    decisions: Mapping[int, Sequence[DecisionFact]]
    # The visit of each charge that is disputed, or was on the last statement.
    disputed: Mapping[int, int] = field(default_factory=dict)

    @cached_property
    def steps(self) -> tuple[Movement, ...]:
        """What changed the bills of either statement; a new bill brings its whole story."""
        old = self.last.lines if self.last else {}
        position = self.last.ledger_position if self.last else 0
        return tuple(
            movement
            for movement in self.movements
            if movement.charge_id in self.owed or movement.charge_id in old
            if movement.charge_id not in old or movement.posting_id > position
        )

    @cached_property
    def corrected_charges(self) -> frozenset[int]:
        """Charges that a statement told of, and whose share a payer has changed since that statement (STMT-19)."""
        told = self.last.told if self.last else {}
        changed: dict[int, Money] = defaultdict(lambda: ZERO)
        for movement in self.movements:
            charge_id = movement.charge_id
            if charge_id in told and movement.posting_id > told[charge_id] and _is_share(movement):
                changed[charge_id] += movement.amount
        return frozenset(c for c, amount in changed.items() if amount and c in self.owed)


def summary(span: Span) -> Summary:
    """Previous balance, new bills, payments, and everything else; it adds up to the balance."""
    old = span.last.lines if span.last else {}
    previous = span.last.balance if span.last else ZERO
    new = total_of(m.amount for m in span.steps if m.charge_id not in old and _is_share(m))
    payments = -total_of(m.amount for m in span.steps if is_payment(m))
    return Summary(
        previous_balance=previous,
        new_charges=new,
        payments=payments,
        adjustments=previous + new - payments - span.balance,
    )


def changes(span: Span) -> tuple[Change, ...]:
    """The same steps in words; nothing for a first statement, where everything is new."""
    if span.last is None:
        return ()
    told: dict[tuple[date, str], Money] = defaultdict(lambda: ZERO)
    for movement in span.steps:
        told[movement.on, _what(span, movement)] += movement.amount
    told = defaultdict(lambda: ZERO, {key: amount for key, amount in told.items() if amount})
    for visit_id, amount in _no_longer_due(span).items():
        service_on = span.visits[visit_id].service_on
        what = f"The visit of {day(service_on)} is being decided again. It is not due now."
        told[span.last.cycle_on, what] -= amount
    for visit_id, amount in _disputed(span).items():
        words = DISPUTED if amount > ZERO else ANSWERED
        told[span.last.cycle_on, words % day(span.visits[visit_id].service_on)] -= amount
    rows = sorted(told.items())
    return tuple(Change(on=on, what=what, amount=amount) for (on, what), amount in rows)[
        -SHOWN_AT_MOST:
    ]


def _is_share(movement: Movement) -> bool:
    return not (is_payment(movement) or is_adjustment(movement))


def _what(span: Span, movement: Movement) -> str:
    visit = span.visits.get(movement.visit_id or 0)
    named = f"the visit of {day(visit.service_on)}" if visit else "a visit"
    if is_payment(movement):
        return (
            f"You paid for {named}. Thank you."
            if movement.amount < ZERO
            else f"Payment returned: {named}."
        )
    if is_adjustment(movement):
        return (
            f"We took this off {named}."
            if movement.amount < ZERO
            else f"We had taken this off {named}. We put it back."
        )
    decided = span.decisions.get(movement.visit_id or 0, ())
    return f"{decided[-1].payer} decided {named}." if decided else f"New bill for {named}."


def _disputed(span: Span) -> dict[int, Money]:
    """What the patient disputes since the last statement, after the steps; below zero: what rejoined (CORE-6)."""
    old = span.last.lines if span.last else {}
    rest: dict[int, Money] = defaultdict(lambda: ZERO)
    for charge_id, visit_id in span.disputed.items():
        steps = total_of(m.amount for m in span.steps if m.charge_id == charge_id)
        rest[visit_id] += old.get(charge_id, ZERO) + steps - span.owed.get(charge_id, ZERO)
    return {visit_id: amount for visit_id, amount in rest.items() if amount}


def _no_longer_due(span: Span) -> dict[int, Money]:
    """What the last statement asked for and nobody may ask for now, after the steps since."""
    old = span.last.lines if span.last else {}
    rest: dict[int, Money] = defaultdict(lambda: ZERO)
    visit_of = {m.charge_id: m.visit_id for m in span.movements if m.charge_id is not None}
    for charge_id, amount in old.items():
        visit_id = visit_of.get(charge_id)
        if charge_id not in span.owed and visit_id is not None:
            steps = [m.amount for m in span.steps if m.charge_id == charge_id]
            rest[visit_id] += amount + total_of(steps)
    return {visit_id: amount for visit_id, amount in rest.items() if amount > ZERO}
