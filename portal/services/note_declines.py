"""Keep what banks refused on our pages, close a page with too many refusals, and call a person when they are everywhere."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.card_testing import A_PAGE, COOL_DOWN, WINDOW, cools_until, looks_like_testing
from portal.db import read_only, transaction
from portal.models.payments import LIVE_STATES, CardDecline, Payment
from portal.ports import PaymentGateway
from portal.services.open_work import open_work
from portal.services.settle_payment import keep_facts

KIND = "card_testing"
SUSPECTED = "Many cards are declined on our payment pages. Somebody may be testing stolen cards."
NEXT_STEP = (
    "Look at the declined payments in the card company’s pages, block what comes from one place, and"
    " tell whoever runs this system. Patients are asked to wait or call by themselves."
)


def note_declines(
    *, payment_id: UUID, gateway: PaymentGateway, public_url: str, now: datetime
) -> int:
    """Ask which tries of a payment were refused, and keep what is news; how many that is.

    A page on which five cards were refused is closed: nobody can try a sixth there.
    """
    with read_only() as session:
        payment = session.get(Payment, payment_id)
    if payment is None or not payment.intent_id or payment.draft_id is not None:
        return 0  # what autopay or a plan tries has rules of its own (PLAN-10)
    declined = gateway.declines_of(payment.intent_id)
    fresh = 0
    with transaction() as session:
        for one in declined:
            done = (
                insert(CardDecline)
                .values(
                    provider_id=one.provider_id,
                    payment_id=payment_id,
                    guarantor_account_id=payment.guarantor_account_id,
                    code=one.code,
                    declined_at=one.at,
                )
                .on_conflict_do_nothing()
            )
            fresh += session.scalar(done.returning(CardDecline.id)) is not None
    if len(declined) >= A_PAGE and payment.session_id and payment.state in LIVE_STATES:
        keep_facts(gateway.expire_checkout(payment.session_id), public_url=public_url, now=now)
    return fresh


def account_cools_until(session: Session, account_id: int, *, now: datetime) -> datetime | None:
    """Until when no payment of the account is started; None when one may be."""
    declined = session.scalars(
        select(CardDecline.declined_at).where(
            CardDecline.guarantor_account_id == account_id,
            CardDecline.declined_at > now - WINDOW - COOL_DOWN,
        )
    ).all()
    return cools_until(declined, now)


def watch_declines(*, now: datetime) -> int:
    """How many were declined within the hour, when that looks like testing; a person is called once an hour."""
    with transaction() as session:
        declines = _count(
            session,
            select(func.count(CardDecline.id)).where(CardDecline.declined_at > now - WINDOW),
        )
        paid = _count(
            session,
            select(func.count(Payment.id)).where(
                Payment.succeeded_at > now - WINDOW, Payment.draft_id.is_(None)
            ),
        )
        if not looks_like_testing(declines, paid):
            return 0
        open_work(
            session,
            key=f"{KIND}:{now:%Y-%m-%dT%H}",
            kind=KIND,
            reasons=[SUSPECTED, f"{declines} declined and {paid} paid within an hour."],
            next_step=NEXT_STEP,
            now=now,
        )
    return declines


def _count(session: Session, query: Select[int]) -> int:
    return session.scalar(query) or 0
