"""Fold what the provider says of a refund into ours: the one function behind call, webhook and sweep.

A refund that somebody made in the provider's own pages is recorded too, for its money has left; a
person is told of it, because nobody approved it here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from billing import entries
from billing.ledger import Account, Entry, Party
from billing.money import ZERO
from billing.refunds import REASON_WORDS, RefundReason, take_back
from billing.transitions import (
    REFUND,
    PaymentState,
    RefundEvent,
    RefundState,
    Refused,
    next_state,
)
from portal.db import transaction
from portal.models.ledger import LedgerAccount, PostingRow
from portal.models.payments import Payment
from portal.models.refunds import Refund
from portal.ports import NoRefund, RefundFacts, RefundOutcome
from portal.queries.prior_decisions import load_entries
from portal.queries.refund_books import refund_books
from portal.queue import enqueue
from portal.services.apply_credit import apply_credit
from portal.services.lock_refund import LockedRefund, lock_paid, lock_refund, step
from portal.services.open_work import open_work
from portal.services.post_entry import post_entry
from portal.services.practice_date import practice_date
from portal.services.refund_notices import notice_failed, notice_sent
from portal.services.request_refund import tell_audit

EVENTS = {
    RefundOutcome.PENDING: RefundEvent.PEND,
    RefundOutcome.SUCCEEDED: RefundEvent.SUCCEED,
    RefundOutcome.FAILED: RefundEvent.FAIL,
}
DENIED = {
    NoRefund.DISPUTED: "The card’s bank is disputing this payment, so it cannot be refunded."
    " The dispute decides who keeps the money.",
    NoRefund.NOTHING_LEFT: "All of this payment was refunded before, at the card company.",
    NoRefund.OTHER: "The card company refused the refund. Look at the payment in its own pages.",
}
NEVER_MADE = "The card company has no such refund, so no money was sent. Ask for it again."


@dataclass(frozen=True, slots=True)
class RefundRecorded:
    """What was done with the facts: moved, unchanged, late, mismatch or not_ours."""

    outcome: str
    state: RefundState | None


def keep_refund(facts: RefundFacts, *, public_url: str, now: datetime) -> RefundRecorded:
    """Record what the provider said, in a transaction of its own."""
    with transaction() as session:
        return record_refund(session, facts, public_url=public_url, now=now)


def record_refund(
    session: Session, facts: RefundFacts, *, public_url: str, now: datetime
) -> RefundRecorded:
    """Bring the refund to the state the provider tells, and post or take back its money once."""
    held = _ours(session, facts) or _outside(session, facts, now)
    if held is None:
        return RefundRecorded("not_ours", None)
    refund, state = held.refund, RefundState(held.refund.state)
    if facts.amount != refund.amount:
        told = f"The card company reports {facts.amount}, the refund was {refund.amount}."
        _report(session, held, "mismatch", told, now)
        return RefundRecorded("mismatch", state)
    following = next_state(REFUND, state, EVENTS[facts.outcome])
    if isinstance(following, Refused):
        return RefundRecorded("late", state)
    refund.provider_id, refund.lease_until = facts.provider_id, None
    if following is state:
        return RefundRecorded("unchanged", state)
    if following is RefundState.SUCCEEDED:
        _post(session, held, public_url=public_url, now=now)
    if following is RefundState.FAILED:
        _take_back(session, held, public_url=public_url, now=now)
    step(session, refund, following, now=now, note=refund.failure)
    return RefundRecorded("moved", following)


def refuse_refund(*, refund_id: UUID, why: NoRefund | None, now: datetime) -> None:
    """The provider's clear no (None: it has no such refund): nothing was sent, and a person reads why."""
    with transaction() as session:
        held = lock_refund(session, refund_id)
        if held is None:
            return
        following = next_state(REFUND, RefundState(held.refund.state), RefundEvent.REFUSE)
        if isinstance(following, Refused) or following == held.refund.state:
            return
        held.refund.failure = NEVER_MADE if why is None else DENIED[why]
        held.refund.lease_until = None
        step(session, held.refund, following, now=now, note=held.refund.failure)
        if why is not None:
            # It may know of refunds that we have not heard of.
            enqueue(session, "list_refunds", payment_id=str(held.payment.id))


def _ours(session: Session, facts: RefundFacts) -> LockedRefund | None:
    """The refund by the provider's id, or by the id that we sent along with our question."""
    known = session.scalar(select(Refund.id).where(Refund.provider_id == facts.provider_id))
    refund_id = known or facts.refund_id
    held = lock_refund(session, refund_id) if refund_id else None
    if held is None or held.refund.provider_id in {None, facts.provider_id}:
        return held
    return None  # a second one under our id: its money left too, so it is kept as one of its own


def _outside(session: Session, facts: RefundFacts, now: datetime) -> LockedRefund | None:
    """A refund of our payment that nobody asked for here; None when there is nothing to keep."""
    payment_id = session.scalar(select(Payment.id).where(Payment.intent_id == facts.intent_id))
    if payment_id is None or not facts.intent_id or facts.amount is None:
        return None
    payment = lock_paid(session, payment_id)
    known = session.scalar(select(Refund).where(Refund.provider_id == facts.provider_id))
    if known is not None:  # two events at once
        return LockedRefund(known, payment)
    if payment.state != PaymentState.SUCCEEDED or facts.outcome is RefundOutcome.FAILED:
        return None  # its payment is not in our books, or its money came back before we heard
    refund = Refund(
        id=uuid4(),
        payment_id=payment.id,
        amount=facts.amount,
        reason=RefundReason.OUTSIDE.value,
        note="",
        state=RefundState.SUBMITTING.value,
        state_at=now,
        requested_at=now,
        submitted_at=now,
        provider_id=facts.provider_id,
    )
    session.add(refund)
    step(session, refund, RefundState.SUBMITTING, now=now)
    held = LockedRefund(refund, payment)
    told = "A refund was made in the card company’s own pages, without approval here."
    _report(session, held, "outside", told, now)
    return held


def _post(session: Session, held: LockedRefund, *, public_url: str, now: datetime) -> None:
    refund, payment = held.refund, held.payment
    today = practice_date(session, now)
    books = refund_books(session, payment, on=today)
    taken = take_back(refund.amount, books.sources, charge_id=refund.taken_from_id)
    entry = entries.refund(
        source_ref=f"stripe:{refund.provider_id}",
        occurred_on=today,
        taken=taken,
        account_id=payment.guarantor_account_id,
        memo=REASON_WORDS[RefundReason(refund.reason)],
    )
    refund.entry_id, refund.sent_at = post_entry(session, entry).entry_id, now
    refund.failure = ""
    if taken.short > ZERO:
        told = f"A refund took back {taken.short} more than the books had of its payment."
        _report(session, held, "short", told, now)
    account_id = payment.guarantor_account_id
    tell_audit(session, refund, None, action="refund_posted", account_id=account_id, now=now)
    notice_sent(session, refund, payment, public_url=public_url, now=now)


def _take_back(session: Session, held: LockedRefund, *, public_url: str, now: datetime) -> None:
    """The money is with us again: what was posted is reversed, never edited."""
    refund, payment = held.refund, held.payment
    refund.failure = "The card’s bank sent the refund back. The patient does not have the money."
    _report(session, held, "failed", "A refund did not arrive at the patient’s bank.", now)
    if refund.entry_id is None:
        return  # it never stood in the books
    entry = load_entries(session, [refund.entry_id]).get(refund.entry_id)
    if entry is None:
        raise AssertionError("a posted refund has its entry")
    today, ref = practice_date(session, now), f"stripe:{refund.provider_id}:failed"
    back = entries.undo(
        entry,
        entry_id=refund.entry_id,
        source_ref=ref,
        occurred_on=today,
        memo="the refund came back from the bank",
    )
    post_entry(session, back)
    credit_overpaid(session, back, ref, today)
    owners = {leg.party.guarantor_account_id for leg in back.postings} - {None}
    apply_credit(
        session,
        guarantor_account_ids=sorted(owner for owner in owners if owner is not None),
        on=today,
        source=ref,
    )
    account_id = payment.guarantor_account_id
    tell_audit(session, refund, None, action="refund_reversed", account_id=account_id, now=now)
    notice_failed(session, refund, payment, public_url=public_url, now=now)


def credit_overpaid(session: Session, back: Entry, ref: str, on: date) -> None:
    """A line that was paid anew meanwhile is paid twice now: the rest is the patient's credit."""
    parties: dict[int, Party] = {
        leg.party.charge_id: leg.party
        for leg in back.postings
        if leg.party.charge_id is not None and leg.account is Account.PATIENT_RECEIVABLE
    }
    signed = case((PostingRow.side == "debit", PostingRow.amount), else_=-PostingRow.amount)
    rows = session.execute(
        select(PostingRow.charge_id, func.sum(signed).label("due"))
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(
            PostingRow.charge_id.in_(parties),
            LedgerAccount.code == Account.PATIENT_RECEIVABLE,
        )
        .group_by(PostingRow.charge_id)
    )
    lines = [entries.Line(parties[row.charge_id], row.due) for row in rows if row.due < ZERO]
    if lines:
        post_entry(
            session,
            entries.credit_application(source_ref=f"{ref}:overpaid", occurred_on=on, lines=lines),
        )


def _report(session: Session, held: LockedRefund, what: str, told: str, now: datetime) -> None:
    """A person looks at it, once for each refund and cause."""
    open_work(
        session,
        key=f"card_refund:{what}:{held.refund.id}",
        kind="card_refund",
        reasons=[told],
        next_step=NEXT_STEPS[what],
        amount=held.refund.amount,
        account_id=held.payment.guarantor_account_id,
        now=now,
    )


NEXT_STEPS = {
    "mismatch": "Compare with the card company’s record, and write down what is right.",
    "outside": "Find out who made it and why. It is in the books as it was made.",
    "short": "Look at the account’s ledger: its credit is below zero.",
    "failed": "Send it by check: the refund’s page leads there. Or ask the patient how they want it.",
}
