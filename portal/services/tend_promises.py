"""The day's run over promises: kept as the ledger says, or work on the day after; nobody's money is touched (COLL-13)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from billing.promises import PromiseState, judged
from portal.db import read_only, transaction
from portal.models.promises import Promise
from portal.queries.promised import open_promises, promises_of
from portal.services.note_promise import end_promise, owed_on
from portal.services.open_work import open_work
from portal.services.start_call import lock_for_call

WORK = "promise_broken"


def tend_promises(*, on: date, now: datetime) -> int:
    """Judge every open promise; how many ended. A second run of the day ends no more."""
    with read_only() as session:
        found = [(row.account_id, row.id) for row in open_promises(session)]
    return sum(_tended(account_id, promise_id, on, now) for account_id, promise_id in found)


def _tended(account_id: int, promise_id: UUID, on: date, now: datetime) -> bool:
    with transaction() as session:
        lock_for_call(session, account_id)
        row = session.get_one(Promise, promise_id)
        if row.state != PromiseState.OPEN:
            return False
        paid = next(p.paid for p in promises_of(session, [account_id]) if p.id == promise_id)
        owed = owed_on(session, account_id, on)
        state = judged(row.amount, row.pay_by, paid=paid, owed=owed, today=on)
        if state is PromiseState.OPEN:
            return False
        end_promise(session, row, state, reason=f"{paid} came in", by=None, now=now)
        if state is PromiseState.BROKEN:
            open_work(
                session,
                key=f"promise:{promise_id}",
                kind=WORK,
                reasons=[f"{row.amount} was promised by {row.pay_by:%m/%d/%Y}; {paid} came in."],
                next_step="Ask kindly what happened. Offer help with the bill, or a plan.",
                amount=row.amount - paid,
                account_id=account_id,
                due_on=on,
                now=now,
            )
        return True
