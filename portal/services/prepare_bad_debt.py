"""Prepare a batch of bills to be written off as bad debt: only what the gate lets through is in it (OPS-22)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.bad_debt import BatchState, BillState
from billing.holds import Denied
from portal.db import transaction
from portal.models.bad_debt import BadDebtBatch, BadDebtBill
from portal.queries.bad_debt_bills import Candidate, candidates
from portal.queries.viewer import StaffViewer
from portal.services.ask_write_off import ask_write_off
from portal.services.lock_posting import lock_accounts
from portal.services.open_work import open_work
from portal.services.record_access import add_staff_act
from portal.services.refusal import Refusal

WORK = "bad_debt"
MOST_AT_ONCE = 50


class BadDebtRefused(Refusal):
    """Nothing was prepared or moved; the words say why."""

    title = "Nothing was written off"


def prepare_bad_debt(
    *,
    form_id: UUID,
    visit_ids: Collection[int],
    staff: StaffViewer,
    on: date,
    now: datetime,
) -> UUID:
    """The batch's id; the same page again answers the same batch. Nothing moves before another person approves it.

    Each bill is asked about alone; one that the gate denies is kept with its rules and is no part of what is approved.
    Raises BadDebtRefused where no bill may be written off; the denials stay on record.
    """
    if not staff.may("collections.work"):
        raise BadDebtRefused("Your role cannot prepare a write-off.")
    if not visit_ids or len(set(visit_ids)) > MOST_AT_ONCE:
        raise BadDebtRefused(f"Choose bills, {MOST_AT_ONCE} at most.")
    with transaction() as session:
        lock_accounts(session, {one.account_id for one in candidates(session, visit_ids)})
        if session.get(BadDebtBatch, form_id) is not None:
            return form_id
        found = candidates(session, visit_ids)  # as they stand under the lock
        rows = [_judged(session, one, form_id, staff, on) for one in found]
        waiting = [row for row in rows if row.state == BillState.WAITING]
        if not waiting:
            rules = sorted({rule for row in rows for rule in row.rule_ids})
            raise BadDebtRefused(
                f"The gate says no to each of them: {', '.join(rules)}."
                if rules
                else "Nothing is open on these bills, or a batch has them already."
            )
        batch = BadDebtBatch(
            id=form_id,
            state=BatchState.WAITING.value,
            prepared_by_id=staff.login_id,
            prepared_at=now,
        )
        session.add(batch)
        session.flush()
        session.add_all(rows)
        open_work(
            session,
            key=f"{WORK}:{form_id}",
            kind=WORK,
            reasons=[f"{len(waiting)} bills to write off as bad debt"],
            next_step="Read it under Bad debt, and approve or decline it. Whoever prepared it cannot.",
            amount=sum((row.amount for row in waiting[1:]), waiting[0].amount),
            due_on=on,
            now=now,
        )
        note_batch(session, batch, rows, action="create", staff=staff, now=now)
    return form_id


def _judged(
    session: Session, one: Candidate, batch_id: UUID, staff: StaffViewer, on: date
) -> BadDebtBill:
    answer = ask_write_off(
        session,
        account_id=one.account_id,
        visit_id=one.visit_id,
        basis=one.basis,
        on=on,
        login_id=staff.login_id,
    )
    denied = isinstance(answer, Denied)
    return BadDebtBill(
        batch_id=batch_id,
        guarantor_account_id=one.account_id,
        visit_id=one.visit_id,
        basis=one.basis.value,
        amount=one.open,
        state=BillState.DENIED.value if denied else BillState.WAITING.value,
        rule_ids=list(answer.rule_ids) if isinstance(answer, Denied) else [],
    )


def note_batch(
    session: Session,
    batch: BadDebtBatch,
    rows: Collection[BadDebtBill],
    *,
    action: str,
    staff: StaffViewer,
    now: datetime,
) -> None:
    """In the trail, with every account that it is about."""
    add_staff_act(
        session,
        staff,
        action=action,
        object_type="bad_debt",
        object_id=batch.id,
        account_ids=tuple(sorted({row.guarantor_account_id for row in rows})),
        reason=batch.note,
        now=now,
    )
