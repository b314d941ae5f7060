"""Close an item of the queue with its outcome; a bill that waited for it may go out again."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from billing.free_text import check_free_text
from billing.money import ZERO, Money
from portal.db import transaction
from portal.models.remittances import RemittanceClaim, RemittanceRow
from portal.models.work import WorkItem, WorkNote
from portal.queries.suspense import waiting_in_suspense
from portal.queries.viewer import StaffViewer
from portal.services.record_work_change import record_work_change
from portal.services.refusal import NotFound, Refusal
from portal.services.take_item import Turn, take_item


class Outcome(StrEnum):
    """How an item ended; a closed list, so that the months can be compared."""

    CORRECTED = "corrected"
    WITH_THE_PAYER = "with_the_payer"
    RIGHT_AS_POSTED = "right_as_posted"
    ADJUSTED = "adjusted"
    REFUNDED = "refunded"
    NOT_OURS = "not_ours"
    RESENT = "resent"


OUTCOME_WORDS = {
    Outcome.CORRECTED: "Corrected: the claim or the record was mended",
    Outcome.WITH_THE_PAYER: "With the payer: appealed, or sent again",
    Outcome.RIGHT_AS_POSTED: "Right as it stands",
    Outcome.ADJUSTED: "Taken off by an adjustment",
    Outcome.REFUNDED: "Sent back to the patient",
    Outcome.NOT_OURS: "Not ours: the money stays apart until it goes back",
    Outcome.RESENT: "Sent again by the payer: the corrected remittance is here",
}


# Given, looked at by two people, tied to its bill, or decided.
ESTIMATES = frozenset({"estimate_due", "estimate_over", "estimate_unclear", "estimate_dispute"})


class ResolutionRefused(Refusal):
    """The item cannot be closed yet; the message says why."""

    title = "This cannot be closed yet"


def resolve_work_item(
    *,
    item_id: int,
    outcome: Outcome,
    note: str,
    staff: StaffViewer,
    now: datetime,
    turn: Turn | None = None,
) -> bool:
    """Close the item with a note; False when it was closed before.

    Raises ResolutionRefused, ActedMeanwhile, CardNumberRefused or NotFound.
    """
    note = check_free_text(note)
    if not note:
        raise ResolutionRefused("Say what was done: the note stays with the item.")
    with transaction() as session:
        item = session.scalar(select(WorkItem).where(WorkItem.id == item_id).with_for_update())
        if item is None:
            raise NotFound
        if item.closed_at is not None:
            return False
        if turn is not None and take_item(session, item_id, turn, staff=staff) is None:
            return False
        waiting = waiting_in_suspense(session, item.remittance_claim_id)
        # What is not ours stays in suspense until it is sent back; all else finds its claim first.
        if waiting and outcome is not Outcome.NOT_OURS:
            raise ResolutionRefused(
                f"{waiting} of the payer's money still waits for this claim."
                " Release it first, then close."
            )
        if outcome is Outcome.RESENT and not _resent(session, item):
            raise ResolutionRefused(
                "No posted remittance of this payer has the same trace number. Ask the payer for it."
            )
        if item.kind in ESTIMATES:
            raise ResolutionRefused("This is ended under Estimates, not here.")
        if item.kind == "review" and _under_review(session, item.remittance_claim_id):
            raise ResolutionRefused(
                "Decide who owes the amount first: bill it, or take it off. That closes the item."
            )
        session.add(WorkNote(work_item_id=item_id, login_id=staff.login_id, text=note, at=now))
        item.closed_at, item.closed_by_id, item.outcome = now, staff.login_id, outcome.value
        record_work_change(
            session,
            item,
            staff=staff,
            reason=outcome.value,
            now=now,
            kind="closed",
            words=f"closed it: {OUTCOME_WORDS[outcome].split(':')[0].lower()}",
            form_id=turn.form_id if turn else None,
            fix={"outcome": outcome.value, "note": note},
        )
    return True


def _resent(session: Session, item: WorkItem) -> bool:
    """Whether the held remittance of this item came again and is posted."""
    held, again = aliased(RemittanceRow), aliased(RemittanceRow)
    found = session.scalar(
        select(again.id)
        .join(held, and_(held.trace == again.trace, held.payer_tax_id == again.payer_tax_id))
        .where(held.id == item.remittance_id, again.id != held.id, again.status == "posted")
        .limit(1)
    )
    return found is not None


def _under_review(session: Session, remittance_claim_id: int | None) -> Money:
    """The patient share of this decision that nobody has decided on."""
    amount = select(RemittanceClaim.under_review).where(RemittanceClaim.id == remittance_claim_id)
    return session.scalar(amount) or ZERO
