"""Fold what the provider says of a dispute into ours, and post what it moved: once for each line."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from billing import disputes
from billing.disputes import Decision
from billing.money import ZERO
from billing.transitions import DISPUTE, DisputeEvent, DisputeState, Refused, next_state
from portal.db import transaction
from portal.models.disputes import Dispute
from portal.models.payments import Payment
from portal.models.work import WorkItem
from portal.ports import DisputeFacts, DisputeOutcome
from portal.services.lock_refund import lock_paid
from portal.services.open_work import open_work
from portal.services.post_entry import PostedEntry, post_entry
from portal.services.practice_date import practice_date
from portal.services.record_evidence import keep_answer
from portal.services.refund_notices import notice_returned
from portal.services.settle_dispute import settle_dispute, unsettle_dispute
from portal.services.settle_draft import end_after_dispute

EVENTS = {
    DisputeOutcome.OPEN: DisputeEvent.WAIT,
    DisputeOutcome.WON: DisputeEvent.WIN,
    DisputeOutcome.LOST: DisputeEvent.LOSE,
}
OPENED = "A payment is disputed by the card's bank."
ASKED = "The card's bank asks about a payment. No money was taken."
RETURNED = "A bank debit that was paid came back. The bills that it paid are due again."
LOST = "The bank took a payment back for good."
BANK = "us_bank_account"
NEXT_STEPS = {
    RETURNED: "The patient was told by e-mail. Do not take it from the bank account again by yourself.",
    OPENED: "Open it under Disputes and answer the bank before its date. Nobody asks the patient"
    " for the money while the bank decides.",
    ASKED: "Open it under Disputes and answer before its date, or refund the payment. Without an"
    " answer the bank may take the money.",
    LOST: "Decide whether the patient owes the amount again. Until then nobody asks for it.",
}


def keep_dispute(facts: DisputeFacts, *, public_url: str, now: datetime) -> str:
    """Record what the provider said, in a transaction of its own: moved, unchanged, late or not_ours."""
    with transaction() as session:
        return record_dispute(session, facts, public_url=public_url, now=now)


def record_dispute(session: Session, facts: DisputeFacts, *, public_url: str, now: datetime) -> str:
    """Bring the dispute to the state the provider tells, and post each line of its money once."""
    payment_id = session.scalar(select(Payment.id).where(Payment.intent_id == facts.intent_id))
    if payment_id is None or not facts.intent_id or facts.amount is None:
        return "not_ours"
    payment = lock_paid(session, payment_id)
    dispute, fresh = _row(session, facts, payment, now)
    end_after_dispute(session, payment, public_url=public_url, now=now)
    news = _note_standing(dispute, facts) or fresh
    keep_answer(session, facts, now=now)
    moved = _post(session, dispute, payment, facts, now)
    if moved:
        _settle(session, dispute, payment, public_url=public_url, now=now)
    following = next_state(DISPUTE, DisputeState(dispute.state), EVENTS[facts.outcome])
    if isinstance(following, Refused):
        return "moved" if moved else "late"
    if following == dispute.state and not news:
        return "moved" if moved else "unchanged"
    if following != dispute.state:
        dispute.state, dispute.state_at = following.value, now
    _tell_staff(session, dispute, payment, now)
    return "moved"


def _row(
    session: Session, facts: DisputeFacts, payment: Payment, now: datetime
) -> tuple[Dispute, bool]:
    """The dispute's row, and whether it is new; the payment's lock makes us the only one here."""
    found = session.scalar(
        select(Dispute).where(Dispute.provider_id == facts.provider_id).with_for_update()
    )
    if found is not None:
        return found, False
    dispute = Dispute(
        provider_id=facts.provider_id,
        payment_id=payment.id,
        amount=facts.amount or ZERO,
        withdrawn=ZERO,
        returned=ZERO,
        fee=ZERO,
        state=DisputeState.OPEN.value,
        state_at=now,
        opened_at=now,
    )
    session.add(dispute)
    session.flush()
    return dispute, True


def _note_standing(dispute: Dispute, facts: DisputeFacts) -> bool:
    """Keep what the bank says of it and until when; whether that is news."""
    known = (dispute.standing, dispute.due_by)
    dispute.standing, dispute.due_by = facts.standing, facts.due_by
    dispute.bank_reason = facts.bank_reason
    return known != (facts.standing, facts.due_by)


def _post(
    session: Session, dispute: Dispute, payment: Payment, facts: DisputeFacts, now: datetime
) -> bool:
    """Each line by its own reference, the first of a category by the one that its payout looks for."""
    today, seen, moved = practice_date(session, now), set[str](), False
    for move in facts.moves:
        ref = f"stripe:{facts.provider_id}:{move.category}"
        if move.category in seen:
            ref = f"{ref}:{move.provider_id}"
        seen.add(move.category)
        if move.amount:
            entry = disputes.dispute(
                source_ref=ref,
                occurred_on=today,
                amount=-move.amount,
                account_id=payment.guarantor_account_id,
            )
            if isinstance(post_entry(session, entry), PostedEntry):
                dispute.withdrawn += max(ZERO, -move.amount)
                dispute.returned += max(ZERO, move.amount)
                moved = True
        if move.fee:
            fee = disputes.dispute_fee(source_ref=f"{ref}:fee", occurred_on=today, fee=move.fee)
            if isinstance(post_entry(session, fee), PostedEntry):
                dispute.fee += move.fee
                moved = True
    return moved


def _settle(
    session: Session, dispute: Dispute, payment: Payment, *, public_url: str, now: datetime
) -> None:
    """What follows by itself: a returned bank debit is due again, and money given back undoes a decision.

    A bank debit is not argued about: its return means that the bill was not paid (payments.md rule 12).
    """
    held = dispute.withdrawn - dispute.returned
    if held <= ZERO:
        unsettle_dispute(session, dispute, now=now)
    elif payment.method == BANK and not dispute.decision:
        settle_dispute(session, dispute, payment, Decision.RETURNED, now=now)
        _open(session, dispute, payment, key=returned_key(dispute), told=RETURNED, now=now)
        notice_returned(session, payment, public_url=public_url, now=now)


def returned_key(dispute: Dispute) -> str:
    """The work that a returned debit makes."""
    return f"debit_returned:{dispute.provider_id}"


def lost_key(provider_id: str) -> str:
    """The work that a lost dispute makes."""
    return f"dispute_lost:{provider_id}"


def inquiry_key(provider_id: str) -> str:
    """The work that a bank's question makes."""
    return f"dispute_inquiry:{provider_id}"


def opened_key(provider_id: str) -> str:
    """The work that a dispute makes until the bank was answered."""
    return f"stripe:charge.dispute.created:{provider_id}"


def _tell_staff(session: Session, dispute: Dispute, payment: Payment, now: datetime) -> None:
    """One item while the bank waits for us, another when it was lost; what is over closes by itself."""
    opened, asked = opened_key(dispute.provider_id), inquiry_key(dispute.provider_id)
    lost = lost_key(dispute.provider_id)
    if dispute.decision == Decision.RETURNED:
        return  # told already, and there is nothing to decide
    if dispute.state == DisputeState.OPEN and dispute.standing == "warning_needs_response":
        _open(session, dispute, payment, key=asked, told=ASKED, now=now)
    elif dispute.state == DisputeState.OPEN and dispute.standing == "needs_response":
        close_items(session, [asked], outcome="dispute_opened", now=now)
        _open(session, dispute, payment, key=opened, told=OPENED, now=now)
    elif dispute.state == DisputeState.OPEN:
        close_items(session, [opened, asked], outcome="answered", now=now)
    else:
        keys = [opened, asked, lost]
        close_items(session, keys, outcome=f"dispute_{dispute.state}", now=now)
    if dispute.state == DisputeState.LOST and dispute.withdrawn > dispute.returned:
        _open(session, dispute, payment, key=lost, told=LOST, now=now)


def close_items(session: Session, keys: list[str], *, outcome: str, now: datetime) -> None:
    """Close the items of a dispute that is decided."""
    session.execute(
        update(WorkItem)
        .where(WorkItem.dedupe_key.in_(keys), WorkItem.closed_at.is_(None))
        .values(closed_at=now, outcome=outcome)
    )


def _open(
    session: Session, dispute: Dispute, payment: Payment, *, key: str, told: str, now: datetime
) -> None:
    open_work(
        session,
        key=key,
        kind="card_dispute",
        reasons=[told],
        next_step=NEXT_STEPS[told],
        amount=dispute.amount,
        account_id=payment.guarantor_account_id,
        due_on=practice_date(session, dispute.due_by)
        if told in (OPENED, ASKED) and dispute.due_by
        else None,
        now=now,
    )
