"""A second person approves a batch of write-offs, or declines it; each bill posts in a transaction of its own (OPS-22)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.bad_debt import Basis, BatchKind, BatchState, BillState
from billing.duties import Duty, same_person
from billing.free_text import check_free_text
from billing.holds import Denied
from billing.placement import Lost, bad_debt
from portal.db import read_only, transaction
from portal.models.bad_debt import BadDebtBatch, BadDebtBill
from portal.queries.bad_debt_bills import candidates
from portal.queries.open_lines import open_lines
from portal.queries.viewer import StaffViewer
from portal.services.ask_write_off import ask_write_off
from portal.services.close_work import close_work
from portal.services.lock_posting import lock_accounts, lock_posting
from portal.services.post_entry import post_entry
from portal.services.post_payer_rests import post_payer_rests
from portal.services.post_small_balances import post_small_balances
from portal.services.prepare_bad_debt import BadDebtRefused, note_batch
from portal.services.refusal import NotFound


def approve_bad_debt(*, batch_id: UUID, staff: StaffViewer, on: date, now: datetime) -> int:
    """How many bills were written off now. Pressed again after a stop, it goes on with those that wait.

    The gate is asked once more for each bill, and what is open must be what was prepared; a bill that fails is refused
    alone, with its reason. Raises BadDebtRefused or NotFound.
    """
    with transaction() as session:
        batch = _batch(session, batch_id, staff)
        if batch.state == BatchState.DECLINED:
            raise BadDebtRefused("This batch was declined.")
        if same_person(Duty.BAD_DEBT, batch.prepared_by_id, staff.login_id):
            raise BadDebtRefused("You prepared this batch. Another person approves it.")
        if batch.state == BatchState.WAITING:
            batch.state = BatchState.APPROVED.value
            batch.decided_by_id, batch.decided_at = staff.login_id, now
            rows = _bills(session, batch_id)
            note_batch(session, batch, rows, action="approve", staff=staff, now=now)
            close_work(
                session, f"{batch.kind}:{batch_id}", by=staff.login_id, outcome="approved", now=now
            )
    if batch.kind == BatchKind.SMALL_BALANCE:
        return post_small_balances(batch_id, on=on) + post_payer_rests(batch_id, on=on, now=now)
    with read_only() as session:
        waiting = [row.id for row in _bills(session, batch_id) if row.state == BillState.WAITING]
    return sum(_post(bill_id, staff=staff, on=on) for bill_id in waiting)


def decline_bad_debt(*, batch_id: UUID, reason: str, staff: StaffViewer, now: datetime) -> None:
    """Nothing moves; whoever prepared it may call it off so too. Raises BadDebtRefused or NotFound."""
    reason = check_free_text(reason)
    if not reason:
        raise BadDebtRefused("Say why: whoever prepared it reads the reason.")
    with transaction() as session:
        batch = _batch(session, batch_id, staff, first="collections.work")
        if batch.state == BatchState.DECLINED:
            return
        if batch.state != BatchState.WAITING:
            raise BadDebtRefused("This batch was approved. Take bills back one by one.")
        rows = _bills(session, batch_id)
        for row in rows:
            if row.state == BillState.WAITING:
                row.state = BillState.DECLINED.value
        batch.state, batch.note = BatchState.DECLINED.value, reason
        batch.decided_by_id, batch.decided_at = staff.login_id, now
        note_batch(session, batch, rows, action="decline", staff=staff, now=now)
        close_work(
            session, f"{batch.kind}:{batch_id}", by=staff.login_id, outcome="declined", now=now
        )


def _post(bill_id: int, *, staff: StaffViewer, on: date) -> bool:
    with transaction() as session:
        lock_posting(session)
        account_id = session.scalar(
            select(BadDebtBill.guarantor_account_id).where(BadDebtBill.id == bill_id)
        )
        lock_accounts(session, [account_id or 0])
        row = session.get_one(BadDebtBill, bill_id, with_for_update=True)
        if row.state != BillState.WAITING:
            return False  # another press of the same button
        lines = open_lines(session, row.visit_id, on=on)
        refused = _refused(session, row, lines, staff, on)
        if refused is not None:
            row.state = BillState.REFUSED.value
            row.why, row.rule_ids = refused
            return False
        entry = bad_debt(
            source_ref=f"bad_debt:{row.id}",
            occurred_on=on,
            lines=lines,
            memo="written off as bad debt",
        )
        row.entry_id = post_entry(session, entry).entry_id
        row.state = BillState.POSTED.value
    return True


def _refused(
    session: Session, row: BadDebtBill, lines: tuple[Lost, ...], staff: StaffViewer, on: date
) -> tuple[str, list[str]] | None:
    """Why it is not written off now, and the rules; None where it is."""
    total = sum((line.amount.cents for line in lines), 0)
    if total != row.amount.cents:
        return "what is open changed since it was prepared", []
    # On what it stands may have changed too: a bill that came home needs the gate's own answer.
    row.state = BillState.REFUSED.value
    session.flush()
    (now_is,) = candidates(session, [row.visit_id])
    answer = ask_write_off(
        session,
        account_id=row.guarantor_account_id,
        visit_id=row.visit_id,
        basis=Basis(now_is.basis),
        on=on,
        login_id=staff.login_id,
    )
    if isinstance(answer, Denied):
        return "the gate says no now", list(answer.rule_ids)
    return None


def _batch(
    session: Session, batch_id: UUID, staff: StaffViewer, *, first: str = "collections.sign"
) -> BadDebtBatch:
    if not staff.may("collections.sign") and not staff.may(first):
        raise BadDebtRefused("Your role does not decide about write-offs. Ask a manager.")
    batch = session.get(BadDebtBatch, batch_id, with_for_update=True)
    if batch is None:
        raise NotFound
    return batch


def _bills(session: Session, batch_id: UUID) -> list[BadDebtBill]:
    return list(
        session.scalars(
            select(BadDebtBill).where(BadDebtBill.batch_id == batch_id).order_by(BadDebtBill.id)
        )
    )
