"""Look for credit that no bill needs, and give its return a clock of 30 days (OPS-20)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.money import ZERO, Money
from portal.db import transaction
from portal.models.work import WorkItem
from portal.queries.balances import balances
from portal.queries.credit import (
    ASKED,
    FOUND,
    GONE,
    KEPT,
    SENT_WITHIN,
    accounts_with_credit,
    free_credit,
)

REASON = "The patient has credit that no bill needs."
NEXT_STEP = "Refund it from a card payment on the account’s page, then by check, or ask the patient. It is never written off to income."


def note_credits(*, on: date, now: datetime) -> int:
    """Open one item for each such account, close those whose credit is gone; how many are open.

    Finding it is the determination from which the days count; closing the item by hand does not begin them anew.
    """
    with transaction() as session:
        ids = accounts_with_credit(session)
        credit = {
            account.guarantor_account_id: amount
            for account in (balances(session, on=on, account_ids=ids) if ids else ())
            if (amount := free_credit(account)) > ZERO
        }
        standing = _standing(session, credit, now)
        due_before = _due_before(session, credit)
        rows = [
            {
                "dedupe_key": f"{FOUND}:{account_id}:{on.isoformat()}",
                "kind": FOUND,
                "reasons": [REASON],
                "next_step": NEXT_STEP,
                "amount": amount,
                "guarantor_account_id": account_id,
                "opened_at": now,
                "due_on": due_before.get(account_id, on + SENT_WITHIN),
            }
            for account_id, amount in credit.items()
            if account_id not in standing
        ]
        if rows:
            session.execute(insert(WorkItem).values(rows).on_conflict_do_nothing())
    return len(credit)


def _standing(session: Session, credit: dict[int, Money], now: datetime) -> set[int]:
    """Accounts whose item is open and still true, with the amount of today; the others are closed."""
    items = session.scalars(
        select(WorkItem).where(WorkItem.kind.in_((ASKED, FOUND)), WorkItem.closed_at.is_(None))
    )
    standing: set[int] = set()
    for item in items:
        account_id = item.guarantor_account_id or 0
        if account_id in credit:
            item.amount = credit[account_id]
            standing.add(account_id)
        else:
            item.closed_at, item.outcome = now, GONE
    return standing


def _due_before(session: Session, credit: dict[int, Money]) -> dict[int, date]:
    """The clock of an item that somebody closed although the credit is still there."""
    closed = session.execute(
        select(WorkItem.guarantor_account_id, WorkItem.due_on, WorkItem.outcome)
        .where(
            WorkItem.kind.in_((ASKED, FOUND)),
            WorkItem.closed_at.is_not(None),
            WorkItem.guarantor_account_id.in_(credit),
        )
        .order_by(WorkItem.id)
    )
    newest = {row.guarantor_account_id: row for row in closed}
    return {
        account_id: row.due_on
        for account_id, row in newest.items()
        if row.due_on is not None and row.outcome not in {GONE, KEPT}
    }
