"""What may be drawn of what an account owes, by the gate, bill by bill: whoever signed is not there to look (CORE-6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from billing.allocation import OpenLine
from billing.holds import Action, Condition, Denied
from billing.money import Money
from billing.payment_choice import due
from portal.queries.balances import balances
from portal.queries.conditions import conditions
from portal.queries.dispute_holds import disputed_whole
from portal.queries.payments import open_lines
from portal.queries.plan_paid import plan_charges
from portal.queries.plan_standing import living_plans
from portal.services.ask_gate import ask_gate


@dataclass(frozen=True, slots=True)
class Draftable:
    """The open lines, those held that may not be drawn for; and why nothing at all may be drawn."""

    lines: tuple[OpenLine, ...]
    denied: Denied | None

    @property
    def amount(self) -> Money:
        return due(self.lines)


def lines_to_settle(
    session: Session, account_id: int, *, on: date, plan_id: UUID | None = None
) -> tuple[OpenLine, ...]:
    """The open lines that money which was drawn settles, unless somebody chose others (STMT-21).

    Never a disputed one (DISP-1), and never one that an agency asks for: what autopay drew for a new bill does not
    go to an older one of which it may draw nothing (COLL-19). What came to hold a bill after its money was drawn
    keeps nothing from it.
    """
    found = balances(session, on=on, account_ids=[account_id])
    if not found:
        return ()
    [account] = found
    kept_out = disputed_whole(session, account_id) | {
        visit.visit_id for visit in account.visits if Condition.PLACED in visit.conditions
    }
    lines = open_lines(account)
    others = _others(session, account_id, plan_id, lines)
    return tuple(
        replace(line, held=line.held or line.visit_id in kept_out or line.charge_id in others)
        for line in lines
    )


def draftable(
    session: Session, account_id: int, *, on: date, plan_id: UUID | None = None
) -> Draftable:
    """The gate's answer now, for the account as a whole and for each of its bills.

    A plan's drafts take what the plan covers; autopay takes everything else. Of a bill whose lines are disputed
    in part, what nobody disputes is drawn (DISP-1).
    """
    found = balances(session, on=on, account_ids=[account_id])
    kinds = conditions(session, on=on, account_ids=[account_id]).of(account_id).kinds
    if found and found[0].in_credit:
        kinds |= {Condition.CREDIT_BALANCE}
    answer = ask_gate(session, kinds, Action.DRAFT, asked_by="draft", account_id=account_id)
    if not found:
        return Draftable((), answer if isinstance(answer, Denied) else None)
    [account] = found
    denied: dict[int, Denied] = {}
    for visit in account.visits:
        of_visit = ask_gate(
            session,
            visit.conditions | kinds,
            Action.DRAFT,
            asked_by="draft",
            account_id=account_id,
            visit_id=visit.visit_id,
        )
        if isinstance(of_visit, Denied):
            denied[visit.visit_id] = of_visit
    whole_bills = disputed_whole(session, account_id)
    # `open_lines` has left out of each line what is disputed of it.
    in_part = {
        visit_id
        for visit_id, no in denied.items()
        if no.conditions == {Condition.DISPUTED} and visit_id not in whole_bills
    }
    others = _others(session, account_id, plan_id, open_lines(account))
    lines = tuple(
        replace(line, held=line.held or line.visit_id in denied.keys() - in_part)
        for line in open_lines(account)
        if line.charge_id not in others
    )
    reason = answer if isinstance(answer, Denied) else None
    if reason is None and lines and all(line.held for line in lines):
        reason = next((denied[line.visit_id] for line in lines if line.visit_id in denied), None)
    return Draftable(lines, reason)


def _others(
    session: Session, account_id: int, plan_id: UUID | None, lines: Sequence[OpenLine]
) -> frozenset[int]:
    """The charges that this draft has nothing to do with."""
    charges = frozenset(line.charge_id for line in lines)
    if plan_id is not None:
        return charges - plan_charges(session, plan_id)
    plan = living_plans(session, [account_id]).get(account_id)
    return charges & plan_charges(session, plan.id if plan else None)
