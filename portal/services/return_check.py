"""A check came back unpaid: its receipt is reversed, its bills are due again, and nobody is charged a fee (PLAN-20)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from billing import entries
from billing.ledger import Party
from portal.db import transaction
from portal.models.accounts import Patient
from portal.models.payments import PracticeReceipt
from portal.queries.viewer import StaffViewer
from portal.services.apply_credit import apply_credit
from portal.services.day_lock import hold_days, refuse_closed
from portal.services.post_batch import DESK
from portal.services.post_entry import post_entry
from portal.services.record_access import add_staff_act
from portal.services.record_payment import lock_account
from portal.services.refusal import NotFound, Refusal


class CannotReturn(Refusal):
    """Only a check comes back, and only once."""

    title = "Nothing was changed"


def return_check(
    *, batch_id: UUID, receipt_id: str, staff: StaffViewer, on: date, now: datetime
) -> None:
    """Reverse it today; the receipt itself stays as it was. Raises CannotReturn, NotFound or DayClosed."""
    with transaction() as session:
        hold_days(session)
        refuse_closed(session, on)
        mine = (PracticeReceipt.batch_id == batch_id, PracticeReceipt.receipt_id == receipt_id)
        account_id = session.scalar(
            select(Patient.guarantor_account_id)
            .join(PracticeReceipt, PracticeReceipt.patient_id == Patient.id)
            .where(*mine)
        )
        if account_id is None:
            raise NotFound
        lock_account(session, account_id)
        receipt = session.scalars(select(PracticeReceipt).where(*mine)).one()
        again = select(PracticeReceipt.id).where(PracticeReceipt.reverses_receipt_id == receipt_id)
        if receipt.method != "check" or session.scalar(again) is not None:
            raise CannotReturn("Only a check can come back, and this one may have before.")
        back = f"{receipt_id}-BACK"
        posted = post_entry(
            session,
            entries.receipt(
                source_ref=f"{DESK}:{back}",
                occurred_on=on,
                amount=-receipt.amount,
                party=Party(guarantor_account_id=account_id, reference=back),
            ),
        )
        session.add(
            PracticeReceipt(
                receipt_id=back,
                patient_id=receipt.patient_id,
                received_on=on,
                method=receipt.method,
                kind=receipt.kind,
                amount=-receipt.amount,
                reverses_receipt_id=receipt_id,
                entry_id=posted.entry_id,
                batch_id=batch_id,
                check_number=receipt.check_number,
            )
        )
        session.flush()
        apply_credit(session, guarantor_account_ids=[account_id], on=on, source=f"batch:{back}")
        add_staff_act(
            session,
            staff,
            action="send_back",
            object_type="receipt_batch",
            object_id=receipt_id,
            account_ids=(account_id,),
            now=now,
        )
