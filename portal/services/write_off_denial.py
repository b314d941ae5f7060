"""Take what a payer will not pay off the books: never off a patient, within the role's limit, for a reason (OPS-6)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing import entries
from billing.adjustments import AdjustmentKind, check_adjustment
from billing.carc import PATIENT_GROUP
from billing.denial_states import DenialEvent
from billing.denials import NEVER_THE_PATIENT
from billing.entries import Line
from billing.free_text import check_free_text
from billing.ledger import Account, Party
from billing.money import ZERO, Money, total_of
from portal.db import transaction
from portal.models.claims import Claim, Visit
from portal.models.denials import Denial
from portal.models.ledger import JournalEntry, LedgerAccount, PostingRow
from portal.models.remittances import LineAdjustment, RemittanceLine
from portal.queries.adjustment_rules import rules_on
from portal.queries.taken_off import taken_lately
from portal.queries.viewer import StaffViewer
from portal.services.lock_posting import lock_accounts, lock_posting
from portal.services.move_denial import (
    DenialRefused,
    check_step,
    lock_denial,
    move_denial,
)
from portal.services.post_entry import post_entry
from portal.services.record_access import add_staff_act
from portal.services.reopen_denial import off_by_denial


def write_off_denial(
    *,
    form_id: UUID,
    denial_id: int,
    version: int,
    reason: str,
    staff: StaffViewer,
    on: date,
    now: datetime,
) -> Money:
    """What is still open of it comes off; how much. The same form twice is one entry.

    Raises AdjustmentRefused over the role's limit or without a reason, SomebodyElse, DenialRefused,
    CardNumberRefused or NotFound. An amount in group PR is decided by a review, never here (STMT-24).
    """
    reason = check_free_text(reason)
    source_ref = f"staff:{form_id}"
    with transaction() as session:
        lock_posting(session)
        before = session.scalar(
            select(JournalEntry.id).where(JournalEntry.source_ref == source_ref)
        )
        if before is not None:
            return _amount_of(session, before)
        denial = lock_denial(session, denial_id, version=version)
        check_step(denial, DenialEvent.WRITE_OFF)
        if denial.group_code == PATIENT_GROUP:
            raise DenialRefused("The payer put this on the patient: decide it in its review.")
        party = _party(session, denial)
        lock_accounts(session, {party.guarantor_account_id or 0})
        lines = _lines(session, denial, party)
        amount = total_of(line.amount for line in lines)
        kind = (
            AdjustmentKind.FILED_LATE
            if denial.carc in NEVER_THE_PATIENT
            else AdjustmentKind.OUR_ERROR
        )
        rules = rules_on(session, on)
        check_adjustment(
            kind=kind,
            role=staff.role,
            amount=amount,
            open_amount=amount,
            reason=reason,
            rules=rules,
            taken=taken_lately(session, denial.charge_ids, staff.login_id, on=on),
        )
        posted = post_entry(
            session,
            entries.adjustment(
                source_ref=source_ref,
                occurred_on=on,
                account=rules[kind].account,
                of=Account.INSURANCE_RECEIVABLE,
                lines=lines,
                memo=off_by_denial(denial) + reason,
            ),
        )
        move_denial(
            session,
            denial,
            DenialEvent.WRITE_OFF,
            staff=staff,
            note=reason,
            amount=amount,
            now=now,
        )
        add_staff_act(
            session,
            staff,
            action="create",
            object_type="adjustment",
            object_id=posted.entry_id,
            account_ids=(party.guarantor_account_id,) if party.guarantor_account_id else (),
            reason=kind.value,
            now=now,
        )
    return amount


def _party(session: Session, denial: Denial) -> Party:
    account_id, visit_id = session.execute(
        select(Visit.guarantor_account_id, Visit.id)
        .join(Claim, Claim.visit_id == Visit.id)
        .where(Claim.id == denial.claim_id)
    ).one()
    return Party(
        guarantor_account_id=account_id,
        visit_id=visit_id,
        claim_id=denial.claim_id,
        payer_id=denial.payer_id,
    )


def _lines(session: Session, denial: Denial, party: Party) -> list[Line]:
    """By line the part that was refused, but never more than this payer still owes there."""
    refused: dict[int, Money] = {}
    rows = session.execute(
        select(RemittanceLine.charge_id, LineAdjustment.amount)
        .join(LineAdjustment, LineAdjustment.remittance_line_id == RemittanceLine.id)
        .where(
            RemittanceLine.remittance_claim_id == denial.remittance_claim_id,
            RemittanceLine.charge_id.in_(denial.charge_ids),
            LineAdjustment.group_code == denial.group_code,
            LineAdjustment.carc == denial.carc,
        )
    )
    for charge_id, amount in rows:
        if charge_id is not None:
            refused[charge_id] = refused.get(charge_id, ZERO) + amount
    still = _open(session, denial)
    left = denial.amount
    lines = []
    for charge_id in sorted(denial.charge_ids):
        wanted = refused.get(charge_id, ZERO) if refused else left
        part = max(ZERO, min(wanted, still.get(charge_id, ZERO), left))
        if part:
            left -= part
            lines.append(Line(party.on_charge(charge_id), part))
    if not lines:
        raise DenialRefused("Nothing of it is open any more. The morning closes it by itself.")
    return lines


def _open(session: Session, denial: Denial) -> dict[int, Money]:
    """What this payer still owes by line."""
    signed = func.sum(PostingRow.amount)
    rows = session.execute(
        select(PostingRow.charge_id, PostingRow.side, signed.label("amount"))
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(
            PostingRow.charge_id.in_(denial.charge_ids),
            PostingRow.payer_id == denial.payer_id,
            LedgerAccount.code == Account.INSURANCE_RECEIVABLE,
        )
        .group_by(PostingRow.charge_id, PostingRow.side)
    )
    found: dict[int, Money] = {}
    for charge_id, side, amount in rows:
        if charge_id is not None:
            found[charge_id] = found.get(charge_id, ZERO) + (amount if side == "debit" else -amount)
    return found


def _amount_of(session: Session, entry_id: UUID) -> Money:
    amount = session.scalar(
        select(func.sum(PostingRow.amount)).where(
            PostingRow.entry_id == entry_id, PostingRow.side == "debit"
        )
    )
    return amount or ZERO
