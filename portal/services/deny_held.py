"""Treat a held answer as a denial: the exception ends, the work of the denial begins, nothing is posted."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.carc import explain
from billing.exceptions import Category, Cause, ordered, pattern_of, payer_key
from billing.free_text import check_free_text
from billing.money import ZERO
from portal.db import transaction
from portal.models.claims import Claim, Visit
from portal.models.remittances import LineAdjustment, RemittanceClaim, RemittanceLine
from portal.models.work import WorkItem, WorkNote
from portal.queries.suspense import waiting_in_suspense
from portal.queries.viewer import StaffViewer
from portal.services.lock_posting import lock_posting
from portal.services.open_denials import open_denials
from portal.services.practice_date import practice_date
from portal.services.record_work_change import record_work_change
from portal.services.refusal import NotFound, Refusal
from portal.services.take_item import Turn, take_item
from portal.services.write_remittance import add_work_items

FIRST_TOUCH = timedelta(days=2)  # OPS-6, in days of the calendar
DENIED = "denied"
NEXT_STEP = "Read the reasons, then correct and send it again, or appeal."


class DenyRefused(Refusal):
    """It cannot be treated as a denial; the message says why."""

    title = "This is not treated as a denial"


def deny_held(*, item_id: int, note: str, staff: StaffViewer, now: datetime, turn: Turn) -> None:
    """Close the exception as denied; the claim gets its denial record and an open item of kind `denial`.

    The money stays with the payer: nothing moves to the patient, nothing is written off.
    Raises DenyRefused, ActedMeanwhile, CardNumberRefused or NotFound.
    """
    note = check_free_text(note)
    if not note:
        raise DenyRefused("Say why it is a denial: the note stays with the item.")
    with transaction() as session:
        lock_posting(session)
        item = take_item(session, item_id, turn, staff=staff)
        if item is None:
            return
        row = session.get(RemittanceClaim, item.remittance_claim_id or 0, with_for_update=True)
        if row is None:
            raise NotFound
        if row.claim_id is None:
            raise DenyRefused("Nobody knows yet which claim it is about. Match it first.")
        waiting = waiting_in_suspense(session, row.id)
        if waiting != ZERO:
            raise DenyRefused(f"The payer paid {waiting} on it. Match or split that money first.")
        _open_denial(session, item, row, now)
        open_denials(session, [row.id], now=now, by_hand=True)
        session.add(WorkNote(work_item_id=item_id, login_id=staff.login_id, text=note, at=now))
        row.disposition, row.denied_at = DENIED, now  # from now on it is known to be one (KPI-8)
        item.closed_at, item.closed_by_id, item.outcome = now, staff.login_id, DENIED
        record_work_change(
            session,
            item,
            staff=staff,
            reason=DENIED,
            now=now,
            kind=DENIED,
            words="treated it as a denial",
            form_id=turn.form_id,
            fix={"note": note},
        )


def _open_denial(session: Session, item: WorkItem, row: RemittanceClaim, now: datetime) -> None:
    claim = session.execute(
        select(Claim.payer_id, Claim.visit_id, Visit.guarantor_account_id)
        .join(Visit, Visit.id == Claim.visit_id)
        .where(Claim.id == row.claim_id)
    ).one()
    found = session.execute(
        select(
            LineAdjustment.group_code,
            LineAdjustment.carc,
            LineAdjustment.amount,
            RemittanceLine.procedure,
        )
        .join(RemittanceLine, RemittanceLine.id == LineAdjustment.remittance_line_id)
        .where(RemittanceLine.remittance_claim_id == row.id)
        .order_by(RemittanceLine.id, LineAdjustment.id)
    ).all()
    codes = ordered(f"{group}-{carc}" for group, carc, _, _ in found)
    cause = Cause(Category.DENIAL, codes or (f"status {row.status_code}",))
    reasons = [
        f"{group}-{carc} {amount}" + (f" on {procedure}" if procedure else "")
        for group, carc, amount, procedure in found
    ]
    add_work_items(
        session,
        [
            {
                "dedupe_key": f"era:{row.id}:denial:0",
                "kind": "denial",
                "category": cause.category.value,
                "pattern": pattern_of(payer_key(claim.payer_id, ""), cause),
                "reasons": reasons or ["the claim was denied"],
                "next_step": explain(*found[0][:2]).next_step if found else NEXT_STEP,
                "amount": row.billed,
                "guarantor_account_id": claim.guarantor_account_id,
                "visit_id": claim.visit_id,
                "claim_id": row.claim_id,
                "remittance_id": row.remittance_id,
                "remittance_claim_id": row.id,
                "holds_bill": item.holds_bill,
                "opened_at": now,
                "due_on": practice_date(session, now) + FIRST_TOUCH,
            }
        ],
    )
