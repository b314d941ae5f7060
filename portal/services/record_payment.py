"""Fold what the provider says into our payment: the one function behind webhook, return page and sweep."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing import entries
from billing.allocation import Allocation, OpenLine
from billing.ledger import Entry, Party
from billing.money import ZERO
from billing.payment_choice import Scope, settles
from billing.transitions import PAYMENT, PaymentEvent, PaymentState, Refused, next_state
from portal.models.accounts import GuarantorAccount
from portal.models.payment_methods import MethodConsent
from portal.models.payments import Payment, PaymentAllocation
from portal.ports import Outcome, PaymentFacts
from portal.queries.payments import lines_of
from portal.queries.plan_paid import plan_charges
from portal.queries.prepaid import reference
from portal.queue import enqueue
from portal.services import letters
from portal.services.apply_credit import apply_credit
from portal.services.draftable import lines_to_settle
from portal.services.open_work import open_work
from portal.services.post_entry import post_entry
from portal.services.practice_date import practice_date
from portal.services.record_access import Access, add_access, guest_role, pay_role
from portal.services.settle_draft import settle_draft
from portal.services.tell_of_payment import tell_of_payment

EVENTS = {
    Outcome.NEEDS_ACTION: PaymentEvent.NEEDS_ACTION,
    Outcome.PROCESSING: PaymentEvent.PROCESS,
    Outcome.SUCCEEDED: PaymentEvent.SUCCEED,
    Outcome.FAILED: PaymentEvent.FAIL,
    Outcome.CLOSED: PaymentEvent.CANCEL,
}


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was done with the facts: moved, unchanged, late, mismatch or not_ours."""

    outcome: str
    state: PaymentState | None


def record_payment(
    session: Session, facts: PaymentFacts, *, public_url: str, now: datetime
) -> Recorded:
    """Bring the payment to the state the provider tells, and post its money once, whoever calls."""
    payment = lock_payment(session, facts.payment_id)
    if payment is None:
        return Recorded("not_ours", None)
    state = PaymentState(payment.state)
    payment.session_id = payment.session_id or facts.session_id
    payment.intent_id = payment.intent_id or facts.intent_id
    if payment.session_id:
        payment.lease_until = None  # the call has answered; the sweep need not hurry
    event = EVENTS.get(facts.outcome)
    if event is None:
        return Recorded("unchanged", state)
    following = next_state(PAYMENT, state, event)
    if isinstance(following, Refused):
        return Recorded("late", state)
    wrong = _mismatch(payment, facts)
    if wrong:
        _report(session, payment, facts, wrong, now)
        return Recorded("mismatch", state)
    if following is state:
        return Recorded("unchanged", state)
    if following is PaymentState.SUCCEEDED:
        _post(session, payment, facts, public_url=public_url, now=now)
    payment.state, payment.state_at, payment.lease_until = following.value, now, None
    if following is PaymentState.FAILED:
        payment.failure = "Your bank did not pay. No money was taken."
    payment.decline = facts.decline
    settle_draft(session, payment, following, public_url=public_url, now=now)
    if following is PaymentState.SUCCEEDED and payment.scope == Scope.PREPAY:
        enqueue(session, "settle_prepayment", payment_id=str(payment.id))
    return Recorded("moved", following)


def is_news(payment: Payment, facts: PaymentFacts) -> bool:
    """Whether recording these facts of the payment would change or report anything."""
    event = EVENTS.get(facts.outcome)
    if event is None:
        return False
    state = PaymentState(payment.state)
    following = next_state(PAYMENT, state, event)
    if isinstance(following, Refused):
        return False
    return following is not state or bool(_mismatch(payment, facts))


def lock_payment(session: Session, payment_id: UUID | None) -> Payment | None:
    """The payment, its account locked first, as everywhere (account, payment, refund)."""
    if payment_id is None:
        return None
    account_id = session.scalar(
        select(Payment.guarantor_account_id).where(Payment.id == payment_id)
    )
    if account_id is None:
        return None
    lock_account(session, account_id)
    return session.scalars(select(Payment).where(Payment.id == payment_id).with_for_update()).one()


def lock_account(session: Session, account_id: int) -> None:
    """Hold the guarantor account: whatever reads its balance to act on it comes one by one."""
    session.execute(
        select(GuarantorAccount.id).where(GuarantorAccount.id == account_id).with_for_update()
    )


def _post(
    session: Session, payment: Payment, facts: PaymentFacts, *, public_url: str, now: datetime
) -> None:
    account_id, charge_id = payment.guarantor_account_id, facts.charge_id
    today = practice_date(session, now)
    if payment.draft_id is None:
        lines = lines_of(session, account_id, on=today)
    else:
        lines = lines_to_settle(session, account_id, on=today, plan_id=payment.plan_id)
    first = plan_charges(session, payment.plan_id)
    split = _split(payment, lines, first)
    entry = _entry(payment, split, source_ref=f"stripe:{charge_id}", on=today)
    payment.entry_id = post_entry(session, entry).entry_id
    if payment.scope == Scope.AHEAD:  # the plan may have decided meanwhile
        apply_credit(
            session,
            guarantor_account_ids=[account_id],
            on=today,
            source=f"stripe:{charge_id}:ahead",
        )
    session.add_all(
        PaymentAllocation(
            payment_id=payment.id, charge_id=share.line.charge_id, amount=share.amount
        )
        for share in split.shares
    )
    payment.charge_id, payment.method = charge_id, facts.method
    payment.brand, payment.last4 = facts.brand, facts.last4
    payment.succeeded_at = now
    payment.receipt_number = f"R-{payment.id.hex[:10].upper()}"
    _send_receipt(session, payment, public_url=public_url, now=now)
    _keep_what_was_agreed(session, payment)
    access = Access(
        face="patient",
        login_id=payment.login_id,
        role=_role(payment),
        action="payment_posted",
        object_type="payments",
        object_id=str(payment.id),
        account_ids=(account_id,),
        acting_for=payment.proxy_grant_id,
    )
    add_access(session, access, now=now)


def _entry(payment: Payment, split: Allocation, *, source_ref: str, on: date) -> Entry:
    """Over the lines that it settles; what is paid before a visit lies apart from every bill (SCH-12)."""
    account_id = payment.guarantor_account_id
    if payment.scope == Scope.PREPAY:
        party = Party(guarantor_account_id=account_id, reference=reference(payment.id))
        return entries.prepayment(
            source_ref=source_ref, occurred_on=on, amount=payment.amount, party=party
        )
    return entries.payment(
        source_ref=source_ref,
        occurred_on=on,
        lines=_ledger_lines(split, account_id),
        leftover=_leftover(payment, split),
    )


def _role(payment: Payment) -> str:
    """By which link somebody without a sign-in paid; empty for a patient."""
    if payment.pay_link_id:
        return pay_role(payment.pay_link_id)
    return guest_role(payment.text_link_id) if payment.text_link_id else ""


def _keep_what_was_agreed(session: Session, payment: Payment) -> None:
    """Whoever agreed to keep what they pay with finds it among their ways to pay."""
    consent_id = session.scalar(
        select(MethodConsent.id).where(MethodConsent.payment_id == payment.id)
    )
    if consent_id is not None:
        enqueue(session, "keep_method", consent_id=str(consent_id))


def _ledger_lines(split: Allocation, account_id: int) -> tuple[entries.Line, ...]:
    return tuple(
        entries.Line(
            Party(
                guarantor_account_id=account_id,
                visit_id=share.line.visit_id,
                charge_id=share.line.charge_id,
            ),
            share.amount,
        )
        for share in split.shares
    )


def _split(payment: Payment, lines: Sequence[OpenLine], first: Collection[int]) -> Allocation:
    """What the payment settles now; toward a visit that is no bill yet it settles nothing."""
    if payment.scope in (Scope.AHEAD, Scope.PREPAY):
        return Allocation((), payment.amount)
    return settles(
        payment.visit_id, payment.amount, lines, charge_ids=payment.charge_ids, first=first
    )


def _leftover(payment: Payment, split: Allocation) -> entries.Line | None:
    """What no line took is the patient's credit; what was paid ahead is kept for its visit."""
    if split.leftover == ZERO:
        return None
    visit_id = payment.visit_id if payment.scope == Scope.AHEAD else None
    party = Party(guarantor_account_id=payment.guarantor_account_id, visit_id=visit_id)
    return entries.Line(party, split.leftover)


def _send_receipt(session: Session, payment: Payment, *, public_url: str, now: datetime) -> None:
    """A receipt number and a link; what was paid for how much stands behind the sign-in (MSG-18)."""
    head = letters.letterhead(session, public_url=public_url)
    letter = letters.receipt(head, number=payment.receipt_number or "")
    tell_of_payment(session, payment, letter, about=f"receipt:{payment.id}", now=now)


def _mismatch(payment: Payment, facts: PaymentFacts) -> str:
    """What is wrong with money that arrived; empty when it is what was asked for, once (PCI-6)."""
    if facts.outcome is not Outcome.SUCCEEDED:
        return ""
    if payment.charge_id and facts.charge_id != payment.charge_id:
        return "The card company took a second charge for one payment."
    if facts.amount != payment.amount or facts.charge_id is None:
        return f"The card company reports {facts.amount}, the payment was {payment.amount}."
    return ""


def _report(
    session: Session, payment: Payment, facts: PaymentFacts, wrong: str, now: datetime
) -> None:
    """A person decides about such money; nothing is posted."""
    open_work(
        session,
        key=f"payment_mismatch:{facts.charge_id or payment.id}",
        kind="payment_mismatch",
        reasons=[wrong],
        next_step="Compare with the card company's record, then refund or post by hand.",
        amount=facts.amount or ZERO,
        account_id=payment.guarantor_account_id,
        now=now,
    )
