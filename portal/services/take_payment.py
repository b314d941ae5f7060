"""A patient starts to pay: the wish is checked and kept first, then the provider is asked for its page."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.payment_choice import LARGEST_EXTRA, SMALLEST, Choice, Objection, Scope, agree
from billing.payment_choice import Agreed as AgreedAmount
from billing.proxy_access import ProxyScope
from billing.transitions import PAYMENT, PaymentEvent, PaymentState, next_state
from portal.db import read_only, transaction
from portal.models.payments import LIVE_STATES, PAGE_OPEN, Payment
from portal.models.practice import Practice
from portal.ports import GatewayError, Outcome, OutcomeUnknown, PaymentGateway, Refused
from portal.queries.payments import payable
from portal.queries.plan_paid import plan_of_payment
from portal.queries.prepaid import prepayable
from portal.queries.proxy_grants import grant_standing
from portal.queries.viewer import GuestViewer, PatientViewer, PayerViewer, PayingViewer
from portal.queue import enqueue
from portal.services.add_method import Agreed
from portal.services.card_notice import (
    NeedsCardNotice,
    NoticeRead,
    keep_card_notice,
    needs_card_notice,
)
from portal.services.keep_while_paying import keep_yes, make_ready, save_for
from portal.services.note_declines import account_cools_until, note_declines
from portal.services.practice_date import practice_date
from portal.services.record_payment import lock_account
from portal.services.refusal import NotFound, Refusal, TooManyTries
from portal.services.settle_payment import keep_facts, nothing_there, settle_payment

LEASE = timedelta(minutes=2)  # how long a started call may take before the sweep looks
TRIES_AN_HOUR = 20


class CannotPay(Refusal):
    """The wish does not fit what is due now."""

    title = "You were not charged"


class StillChecking(Refusal):
    """An earlier payment of the account may have gone through."""

    title = "We are still checking your last payment"


WORDS = {
    Objection.NOTHING_DUE: "You owe nothing right now.",
    Objection.NOT_DUE: "This bill is not due. Go back to see what is.",
    Objection.CHANGED: "The amount you owe has changed since you opened the page. Go back to see it.",
    Objection.TOO_MUCH: "That is more than you owe. You were not charged. Choose a smaller amount.",
    Objection.FAR_TOO_MUCH: f"That is far more than you owe. Add {LARGEST_EXTRA} at most.",
    Objection.REST_TOO_LITTLE: f"Leave {SMALLEST} or more for the other card, or pay all with one.",
    Objection.NOT_AHEAD: "Nothing can be paid toward this visit now. Go back to see your bills.",
    Objection.TOO_MUCH_AHEAD: "That is more than this visit can cost you. Choose a smaller amount.",
    Objection.TOO_LITTLE: f"The smallest amount a card can pay is {SMALLEST}.",
}


@dataclass(frozen=True, slots=True)
class Started:
    """Where to send the patient: the provider's page, or None when our own page tells the rest."""

    payment_id: UUID
    checkout_url: str | None


@dataclass(frozen=True, slots=True)
class Way:
    """From a bank account alone, or by whatever the provider's page offers; what was read before a card."""

    bank_only: bool = False
    read: NoticeRead | None = None
    keep: Agreed | None = None  # what is paid with is kept for next time (PLAN-9)


ANY_WAY = Way()


def take_payment(
    *,
    viewer: PayingViewer,
    account_id: int,
    payment_id: UUID,
    choice: Choice,
    gateway: PaymentGateway,
    public_url: str,
    now: datetime,
    way: Way = ANY_WAY,
) -> Started:
    """Start the payment whose id the page made; the same id again leads to the same page.

    An earlier open payment of the account is closed first. Nothing is charged here: the patient
    pays on the provider's page. Raises NeedsCardNotice where a card asks for words first (PLAN-18).
    """
    if account_id not in viewer.account_ids:
        raise NotFound
    make_ready(viewer, account_id, way.keep, gateway=gateway)
    for _ in range(2):  # another tab may have begun between closing and claiming
        _close_earlier(account_id, payment_id, gateway, public_url, now)
        with transaction() as session:
            payment = _claim(
                session, viewer, payment_id, account_id=account_id, choice=choice, way=way, now=now
            )
            customer = save_for(session, payment) if payment else None
        if payment is not None:
            break
    else:
        raise StillChecking(_CHECKING)
    if payment.session_id or payment.state != PaymentState.SUBMITTING:
        return _resume(payment, gateway, public_url, now)
    try:
        facts = gateway.start_checkout(
            payment_id=payment_id,
            amount=payment.amount,
            expires_at=payment.created_at + PAGE_OPEN,
            bank_only=payment.bank_only,
            save_for=customer,
        )
    except Refused:
        # A clear answer: nothing was made there, so this try is over.
        keep_facts(nothing_there(payment_id), public_url=public_url, now=now)
        raise
    except OutcomeUnknown:
        with transaction() as session:
            enqueue(session, "settle_payment", payment_id=str(payment_id))
        return Started(payment_id, None)
    keep_facts(facts, public_url=public_url, now=now)
    return Started(payment_id, facts.checkout_url)


def _claim(
    session: Session,
    viewer: PayingViewer,
    payment_id: UUID,
    *,
    account_id: int,
    choice: Choice,
    way: Way,
    now: datetime,
) -> Payment | None:
    """The payment under this id: the one there is, or a new one if the wish fits the live balance.

    None while another payment of the account is live.
    """
    lock_account(session, account_id)
    _still_may(session, viewer, account_id, now)
    wishes = _hash(account_id, choice)
    known = session.get(Payment, payment_id)
    if known is not None:
        if known.request_hash != wishes:
            raise CannotPay("This page was sent twice with different amounts. Go back and reload.")
        return known
    if _live(session, account_id) is not None:
        return None
    lately = select(func.count()).where(
        Payment.guarantor_account_id == account_id, Payment.created_at > now - timedelta(hours=1)
    )
    if (session.scalar(lately) or 0) >= TRIES_AN_HOUR:
        raise TooManyTries(
            "Many payments were started this hour. Try again in an hour, or call us."
        )
    _refuse_tested(session, account_id, way, now)
    today = practice_date(session, now)
    lines, ahead = payable(session, account_id, on=today)
    before = prepayable(session, account_id, choice.appointment_id)
    agreed = agree(choice, lines, ahead=ahead, prepay=before)
    if not isinstance(agreed, AgreedAmount):
        raise CannotPay(WORDS[agreed])
    if not way.bank_only and way.read is None and needs_card_notice(session, account_id):
        raise NeedsCardNotice
    submitted = next_state(PAYMENT, PaymentState.CREATED, PaymentEvent.SUBMIT)
    payment = Payment(
        id=payment_id,
        guarantor_account_id=account_id,
        login_id=viewer.login_id if isinstance(viewer, PatientViewer) else None,
        text_link_id=viewer.text_link_id if isinstance(viewer, GuestViewer) else None,
        pay_link_id=viewer.pay_link_id if isinstance(viewer, PayerViewer) else None,
        proxy_grant_id=viewer.grant_id,
        plan_id=None
        if choice.scope is Scope.PREPAY
        else plan_of_payment(session, account_id, choice.visit_id),
        amount=agreed.amount,
        scope=choice.scope.value,
        visit_id=choice.visit_id,
        appointment_id=choice.appointment_id,
        charge_ids=list(choice.charge_ids),
        split=choice.part is not None,
        bank_only=way.bank_only,
        request_hash=wishes,
        state=str(submitted),
        created_at=now,
        state_at=now,
        lease_until=now + LEASE,
    )
    session.add(payment)
    keep_yes(session, viewer, payment, way.keep, now=now)
    if way.read is not None and not way.bank_only:
        session.flush()
        keep_card_notice(
            session,
            account_id=account_id,
            payment_id=payment_id,
            login_id=payment.login_id,
            read=way.read,
            now=now,
        )
    return payment


def _refuse_tested(session: Session, account_id: int, way: Way, now: datetime) -> None:
    """Five declines within an hour: no card for an hour more (payments.md 4). A bank account stays open."""
    until = account_cools_until(session, account_id, now=now)
    if until is None or way.bank_only:
        return
    zone, phone = session.execute(select(Practice.time_zone, Practice.phone)).one()
    clock = f"{until.astimezone(ZoneInfo(zone)):%I:%M %p}".lstrip("0")
    raise TooManyTries(
        f"Several cards were declined. You were not charged. To keep you safe we take no card until"
        f" {clock}. Your bank can tell you why. Call us at {phone} if you want to pay now."
    )


def _still_may(session: Session, viewer: PayingViewer, account_id: int, now: datetime) -> None:
    """A proxy whose access ended since the page was opened starts no payment: asked under a lock (HIPAA-9)."""
    if not isinstance(viewer, PatientViewer) or viewer.grant_id is None:
        return
    found = grant_standing(session, viewer.grant_id, login_id=viewer.login_id, now=now, lock=True)
    if found is None or found.account_id != account_id or ProxyScope.PAY not in found.scopes:
        raise NotFound


_CHECKING = (
    "Your last payment may have gone through. We will know soon. Please do not pay again until"
    " your bills show it."
)


def _hash(account_id: int, choice: Choice) -> str:
    """The wish in one value: the same id with another wish is refused."""
    charged = choice.part or choice.amount
    spelled = f"{account_id}|{choice.scope}|{choice.visit_id}|{choice.charge_ids}|{charged}"
    if choice.appointment_id is not None:
        spelled += f"|{choice.appointment_id}"
    return hashlib.sha256(spelled.encode()).hexdigest()


def _live(session: Session, account_id: int) -> Payment | None:
    return session.scalars(
        select(Payment).where(
            Payment.guarantor_account_id == account_id, Payment.state.in_(LIVE_STATES)
        )
    ).one_or_none()


def _close_earlier(
    account_id: int, payment_id: UUID, gateway: PaymentGateway, public_url: str, now: datetime
) -> None:
    """Close the account's earlier page, so that two can never both be paid; what it says is kept."""
    with read_only() as session:
        earlier = _live(session, account_id)
    if earlier is None or earlier.id == payment_id:
        return
    try:
        settled = settle_payment(
            payment_id=earlier.id, gateway=gateway, public_url=public_url, now=now
        )
        facts = settled.facts
        if facts and facts.outcome is Outcome.OPEN and facts.session_id:
            facts = gateway.expire_checkout(facts.session_id)
            keep_facts(facts, public_url=public_url, now=now)
        # Before its event comes: whoever opens page after page is counted all the same.
        note_declines(payment_id=earlier.id, gateway=gateway, public_url=public_url, now=now)
    except GatewayError as error:
        raise StillChecking(_CHECKING) from error


def _resume(payment: Payment, gateway: PaymentGateway, public_url: str, now: datetime) -> Started:
    """The page of a payment begun before, if it still waits: asked for anew, never from memory."""
    settled = settle_payment(payment_id=payment.id, gateway=gateway, public_url=public_url, now=now)
    return Started(payment.id, settled.facts.checkout_url if settled.facts else None)
