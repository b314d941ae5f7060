"""Take an amount off what a patient owes on one line, for a written reason; reversible."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.adjustments import RULES, AdjustmentKind, AdjustmentRefused, check_adjustment
from billing.entries import Line, adjustment
from billing.free_text import check_free_text
from billing.ledger import Party
from billing.money import Money
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.claims import Charge, Visit
from portal.models.ledger import JournalEntry
from portal.queries.balances import balances
from portal.queries.viewer import StaffViewer
from portal.services.post_entry import AlreadyPosted, post_entry
from portal.services.record_access import Access, add_access
from portal.services.refusal import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjusted:
    """The entry that stands in the ledger; `repeated` when the same form came twice."""

    entry_id: UUID
    amount: Money
    repeated: bool


def adjust_balance(
    *,
    form_id: UUID,
    account_id: int,
    charge_id: int,
    kind: AdjustmentKind,
    amount: Money,
    reason: str,
    staff: StaffViewer,
    on: date,
    now: datetime,
) -> Adjusted:
    """Post one adjustment; never below zero, and the same form twice is one entry.

    Raises AdjustmentRefused, CardNumberRefused or NotFound.
    """
    reason = check_free_text(reason)
    source_ref = f"staff:{form_id}"
    with transaction() as session:
        # The account row is the lock of everything that changes what it owes.
        found = session.scalar(
            select(GuarantorAccount.id).where(GuarantorAccount.id == account_id).with_for_update()
        )
        line = session.execute(
            select(Charge.visit_id, Visit.patient_id)
            .join(Visit, Visit.id == Charge.visit_id)
            .where(Charge.id == charge_id, Visit.guarantor_account_id == account_id)
        ).one_or_none()
        if found is None or line is None:
            raise NotFound
        posted_before = session.scalar(
            select(JournalEntry.id).where(JournalEntry.source_ref == source_ref)
        )
        if posted_before is not None:
            return Adjusted(entry_id=posted_before, amount=amount, repeated=True)
        check_adjustment(
            kind=kind,
            role=staff.role,
            amount=amount,
            open_amount=_open_amount(session, line.visit_id, charge_id, on),
            reason=reason,
        )
        outcome = post_entry(
            session,
            adjustment(
                source_ref=source_ref,
                occurred_on=on,
                account=RULES[kind].account,
                lines=[
                    Line(
                        Party(
                            guarantor_account_id=account_id,
                            visit_id=line.visit_id,
                            charge_id=charge_id,
                        ),
                        amount,
                    )
                ],
                memo=f"{RULES[kind].label}: {reason}",
            ),
        )
        add_access(
            session,
            Access(
                face="staff",
                login_id=staff.login_id,
                role=staff.role,
                action="create",
                object_type="adjustment",
                object_id=str(outcome.entry_id),
                account_ids=(account_id,),
                patient_ids=(line.patient_id,),
                reason=kind.value,
            ),
            now=now,
        )
    repeated = isinstance(outcome, AlreadyPosted)
    return Adjusted(entry_id=outcome.entry_id, amount=amount, repeated=repeated)


def _open_amount(session: Session, visit_id: int, charge_id: int, on: date) -> Money:
    """What the patient owes on the line now, by the one balance function."""
    for account in balances(session, on=on, visit_ids=[visit_id]):
        for visit in account.visits:
            for charge in visit.charges:
                if charge.charge_id == charge_id:
                    return charge.patient_due
    raise AdjustmentRefused("This line has no balance to adjust.")
