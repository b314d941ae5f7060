"""What is true of a statement at the moment when a text or e-mail about it is to leave (MSG-16, CORE-5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.holds import Condition
from billing.money import ZERO, Money, total_of
from portal.models.claims import Charge
from portal.models.payments import LIVE_STATES, Payment
from portal.models.statements import Statement, StatementDelivery, StatementLine
from portal.queries.balances import balances
from portal.queries.statement_due import statement_due_on


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFacts:
    """The statement as it stands now. `due` counts only what it asked for and is still asked."""

    sent_on: date | None  # None: it never went out, or came back
    due_on: date  # of its newest copy
    is_newest: bool
    due: Money
    open_share: Money  # the same, held or not
    conditions: frozenset[Condition]  # of its open visits and the account
    payment_state: str  # of a payment under way, else empty


def notice_facts(session: Session, *, statement_id: int, on: date) -> NoticeFacts:
    """The facts of one statement, from the one balance function."""
    statement = session.get_one(Statement, statement_id)
    account_id = statement.guarantor_account_id
    sent = select(func.min(StatementDelivery.delivered_on)).where(
        StatementDelivery.statement_id == statement_id, StatementDelivery.returned_on.is_(None)
    )
    newest = (
        select(func.max(Statement.id))
        .join(StatementDelivery, StatementDelivery.statement_id == Statement.id)
        .where(Statement.guarantor_account_id == account_id)
    )
    visit_ids = session.scalars(
        select(Charge.visit_id)
        .distinct()
        .join(StatementLine, StatementLine.charge_id == Charge.id)
        .where(StatementLine.statement_id == statement_id, StatementLine.amount > ZERO)
    ).all()
    # A visit may have moved to another account since: then this reader is not asked for it.
    [account] = balances(session, on=on, account_ids=[account_id])
    own = [v for v in account.visits if v.visit_id in visit_ids and v.patient_due > ZERO]
    credit = {Condition.CREDIT_BALANCE} if account.in_credit else set()
    live = select(Payment.state).where(
        Payment.guarantor_account_id == account_id, Payment.state.in_(LIVE_STATES)
    )
    return NoticeFacts(
        sent_on=session.scalar(sent),
        due_on=session.execute(
            select(statement_due_on()).where(Statement.id == statement_id)
        ).scalar_one(),
        is_newest=session.scalar(newest) == statement_id,
        due=total_of(visit.due_now for visit in own),
        open_share=total_of(visit.patient_due for visit in own),
        conditions=frozenset(c for visit in own for c in visit.conditions) | credit,
        payment_state=session.scalar(live.limit(1)) or "",
    )
