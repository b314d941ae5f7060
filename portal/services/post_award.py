"""Put an award on its lines: entries with code FA, what was paid beyond it as credit, and its refund asked for (FA-11, COLL-9)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing import entries
from billing.entries import Line
from billing.ledger import Account, Party
from billing.money import ZERO, Money, total_of
from portal.models.assistance_decisions import AssistanceAward, AssistanceDecision
from portal.models.identity import Login
from portal.queries.award_plan import AwardPlan, PlannedLine
from portal.services.apply_credit import apply_credit
from portal.services.ask_back import ask_back
from portal.services.post_entry import AlreadyPosted, post_entry

REFUND_FROM = Money(5_00)  # COLL-9: $4.99 stays as credit, $5.00 goes back
BY_RULE = "the practice’s rule for clear cases"


def post_award(
    session: Session,
    decision: AssistanceDecision,
    plan: AwardPlan,
    *,
    ref: str,
    on: date,
    now: datetime,
) -> Money:
    """Post what is more than stands already, account by account; what was taken off now.

    The caller holds the accounts. `ref` names the fact: the same again posts nothing.
    """
    memo = _memo(session, decision)
    by_account: dict[int, list[PlannedLine]] = defaultdict(list)
    for one in plan.lines:
        by_account[one.covered.account_id].append(one)
    posted = ZERO
    for account_id, lines in sorted(by_account.items()):
        source = f"{ref}:{account_id}"
        entry_id = None
        if any(one.more for one in lines):
            outcome = post_entry(
                session,
                entries.adjustment(
                    source_ref=source,
                    occurred_on=on,
                    account=Account.FINANCIAL_ASSISTANCE,
                    lines=[Line(_party(one), one.more) for one in lines if one.more],
                    memo=memo,
                ),
            )
            if isinstance(outcome, AlreadyPosted):
                continue
            entry_id = outcome.entry_id
            posted += total_of(one.more for one in lines)
        _keep(session, decision, lines, entry_id, on)
        _give_back(session, decision, account_id, lines, source=source, on=on, now=now)
    return posted


def _give_back(
    session: Session,
    decision: AssistanceDecision,
    account_id: int,
    lines: list[PlannedLine],
    *,
    source: str,
    on: date,
    now: datetime,
) -> None:
    """What a line was paid beyond what it owes becomes its visit's credit, pays what else is owed, and goes back."""
    over = [(one, one.covered.due - one.more) for one in lines]
    credit = [Line(_party(one), left) for one, left in over if left < ZERO]
    if not credit:
        return
    post_entry(
        session,
        entries.credit_application(source_ref=f"{source}:back", occurred_on=on, lines=credit),
    )
    apply_credit(session, guarantor_account_ids={account_id}, on=on, source=source)
    beyond = -total_of(line.amount for line in credit)
    visits = {line.party.visit_id for line in credit if line.party.visit_id is not None}
    ask_back(
        session,
        account_id,
        visits,
        at_most=beyond,
        least=REFUND_FROM,
        login_id=decision.made_by_id,
        on=on,
        now=now,
    )


def _keep(
    session: Session,
    decision: AssistanceDecision,
    lines: list[PlannedLine],
    entry_id: UUID | None,
    on: date,
) -> None:
    session.add_all(
        AssistanceAward(
            decision_id=decision.id,
            guarantor_account_id=one.covered.account_id,
            visit_id=one.covered.visit_id,
            charge_id=one.covered.line.charge_id,
            on=on,
            gross=one.covered.line.gross,
            share=one.covered.line.share,
            paid=one.covered.line.paid,
            off=one.off,
            owes=one.owes,
            agb=one.awarded.agb,
            entry_id=entry_id if one.more else None,
        )
        for one in lines
    )
    session.flush()


def _party(one: PlannedLine) -> Party:
    return Party(
        guarantor_account_id=one.covered.account_id,
        visit_id=one.covered.visit_id,
        charge_id=one.covered.line.charge_id,
    )


def _memo(session: Session, decision: AssistanceDecision) -> str:
    """The code and who approved it (FA-11)."""
    ids = [one for one in (decision.made_by_id, decision.second_id) if one is not None]
    names = session.execute(select(Login.id, Login.email).where(Login.id.in_(ids))).all()
    said = dict(names)
    approvers = " and ".join(said[one] for one in ids) or BY_RULE
    return f"FA: financial assistance, {decision.discount}% off; approved by {approvers}"
