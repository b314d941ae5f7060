"""Checks and cash that staff counted: posted all together once the total agrees, each with its receipt (PLAN-20)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing import entries
from billing.ledger import Entry, Party
from billing.money import ZERO, Money, total_of
from portal.db import transaction
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.payments import PracticeReceipt, ReceiptBatch
from portal.queries.viewer import StaffViewer
from portal.services.apply_credit import apply_credit
from portal.services.day_lock import hold_days, refuse_closed
from portal.services.post_entry import post_entries
from portal.services.record_access import add_staff_act
from portal.services.refusal import Refusal

DESK = "desk"  # the first word of what such an entry refers to


class BatchRefused(Refusal):
    """Nothing of the batch was posted; the words say why."""

    title = "Nothing was posted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One check, one person's cash, or one card at the terminal."""

    account_id: int
    amount: Money
    method: str  # check, cash, card
    check_number: str = ""  # of a card the terminal's approval, which the settlement report names


def post_batch(
    *,
    batch_id: UUID,
    received_on: date,
    control_total: Money,
    rows: Sequence[Counted],
    staff: StaffViewer,
    on: date,
    now: datetime,
) -> bool:
    """Post every row, or none; the same batch twice is posted once, and answers False.

    Each row is credit of its account and settles what is due, the oldest first, like every receipt.
    Raises BatchRefused or DayClosed.
    """
    if not rows or any(row.amount <= ZERO for row in rows):
        raise BatchRefused("Each row needs an amount above $0.00.")
    counted = total_of(row.amount for row in rows)
    if counted != control_total:
        raise BatchRefused(f"The rows make {counted}, the control total is {control_total}.")
    if received_on > on:
        raise BatchRefused("The date lies ahead of today.")
    with transaction() as session:
        hold_days(session)
        refuse_closed(session, received_on)
        owners = _lock(session, {row.account_id for row in rows})
        if session.get(ReceiptBatch, batch_id) is not None:
            return False
        batch = ReceiptBatch(
            id=batch_id,
            received_on=received_on,
            total=control_total,
            login_id=staff.login_id,
            posted_at=now,
        )
        session.add(batch)
        session.flush()
        receipts = [
            PracticeReceipt(
                receipt_id=f"D-{batch_id.hex[:8].upper()}-{number}",
                patient_id=owners[row.account_id],
                received_on=received_on,
                method=row.method,
                kind="balance",
                amount=row.amount,
                batch_id=batch_id,
                check_number=row.check_number,
            )
            for number, row in enumerate(rows, start=1)
        ]
        session.add_all(receipts)
        accounts = [row.account_id for row in rows]
        _post(session, receipts, accounts, source=f"batch:{batch_id}", on=on)
        _tell(session, batch, accounts, staff, now)
        return True


def _lock(session: Session, account_ids: set[int]) -> dict[int, int]:
    """Hold the accounts, in order; for each a patient, since a receipt names one."""
    session.execute(
        select(GuarantorAccount.id)
        .where(GuarantorAccount.id.in_(account_ids))
        .order_by(GuarantorAccount.id)
        .with_for_update()
    )
    rows = session.execute(
        select(Patient.guarantor_account_id, func.min(Patient.id))
        .where(Patient.guarantor_account_id.in_(account_ids))
        .group_by(Patient.guarantor_account_id)
    )
    found = {row[0]: row[1] for row in rows}
    if missing := account_ids - set(found):
        raise BatchRefused(f"{len(missing)} of the accounts have no patient, or are not here.")
    return found


def _post(
    session: Session,
    receipts: Sequence[PracticeReceipt],
    accounts: Sequence[int],
    *,
    source: str,
    on: date,
) -> None:
    found: list[Entry] = [
        entries.receipt(
            source_ref=f"{DESK}:{receipt.receipt_id}",
            occurred_on=receipt.received_on,
            amount=receipt.amount,
            party=Party(guarantor_account_id=account, reference=receipt.receipt_id),
        )
        for receipt, account in zip(receipts, accounts, strict=True)
    ]
    for receipt, posted in zip(receipts, post_entries(session, found), strict=True):
        receipt.entry_id = posted.entry_id
    session.flush()
    apply_credit(session, guarantor_account_ids=set(accounts), on=on, source=source)


def _tell(
    session: Session,
    batch: ReceiptBatch,
    accounts: Sequence[int],
    staff: StaffViewer,
    now: datetime,
) -> None:
    add_staff_act(
        session,
        staff,
        action="create",
        object_type="receipt_batch",
        object_id=batch.id,
        account_ids=tuple(sorted(set(accounts))),
        now=now,
    )
