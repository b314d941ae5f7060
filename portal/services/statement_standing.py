"""What the gate says of a frozen statement at the moment it would leave (CORE-5, STMT-26)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.holds import Action, Denied
from portal.models.accounts import GuarantorAccount
from portal.models.statements import Statement, StatementLine
from portal.queries.balances import AccountBalance, balances
from portal.services.ask_gate import ask_gate

OVERTAKEN = "STMT-12"  # something was posted after the cut: the figures are old


@dataclass(frozen=True, slots=True)
class Standing:
    """The account as it stands, and the charges that the statement lists."""

    account: AccountBalance
    charge_ids: frozenset[int]


def standing_of(session: Session, statements: Sequence[Statement], on: date) -> dict[int, Standing]:
    """By statement; locks the accounts, so that nothing is posted while the answer is used."""
    account_ids = [statement.guarantor_account_id for statement in statements]
    session.execute(
        select(GuarantorAccount.id)
        .where(GuarantorAccount.id.in_(account_ids))
        .order_by(GuarantorAccount.id)
        .with_for_update()
    )
    accounts = {
        account.guarantor_account_id: account
        for account in balances(session, on=on, account_ids=account_ids)
    }
    charges: dict[int, set[int]] = {statement.id: set() for statement in statements}
    for statement_id, charge_id in session.execute(
        select(StatementLine.statement_id, StatementLine.charge_id).where(
            StatementLine.statement_id.in_(charges)
        )
    ):
        charges[statement_id].add(charge_id)
    return {
        statement.id: Standing(
            accounts[statement.guarantor_account_id], frozenset(charges[statement.id])
        )
        for statement in statements
    }


def denial(
    session: Session, statement: Statement, standing: Standing, action: Action = Action.STATEMENT
) -> tuple[str, ...]:
    """The rules that keep it from leaving now, or none: the gate's, or figures that have moved."""
    rules: set[str] = set()
    for visit in standing.account.visits:
        if standing.charge_ids & {charge.charge_id for charge in visit.charges}:
            answer = ask_gate(
                session,
                visit.conditions,
                action,
                asked_by="statement",
                account_id=standing.account.guarantor_account_id,
                visit_id=visit.visit_id,
            )
            rules |= set(answer.rule_ids) if isinstance(answer, Denied) else set()
    if standing.account.position != statement.ledger_position:
        rules.add(OVERTAKEN)
    return tuple(sorted(rules))
