"""Each night, walk the provider's own list of payments, refunds and disputes: an event may never have been made.

What is news goes into the webhook's inbox and from there through the same code as any event.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.money import ZERO
from portal.db import read_only, transaction
from portal.models.payments import ObjectWalk, Payment
from portal.ports import (
    Notice,
    NotThere,
    ObjectKind,
    ObjectPage,
    Outcome,
    PaymentFacts,
    PaymentGateway,
)
from portal.services.ask_disputes import ask_for_open_disputes
from portal.services.name_foreign import name_others, name_payment
from portal.services.open_work import open_work
from portal.services.receive_event import PROVIDER, store_notice
from portal.services.record_payment import is_news

FIRST_WALK = timedelta(days=30)
OVERLAP = timedelta(days=7)  # a bank debit made in one walk has ended by a later one
EVERY = timedelta(hours=12)
PAGES_AT_ONCE = 100  # of 100 objects, for each kind
ASKED_AT_ONCE = 100
MONEY_STATES = ("processing", "succeeded")
MONEY = frozenset({Outcome.PROCESSING, Outcome.SUCCEEDED})
ORPHAN = "payment_orphan"
UNKNOWN_HERE = "The card company holds a payment made under our name that is not in our records."
UNKNOWN_THERE = "We recorded a payment that the card company does not know."


@dataclass(slots=True)
class Walked:
    """`objects` were looked at; `found` is news now in the inbox; `foreign` were made by others and left alone."""

    objects: int = 0
    found: int = 0
    foreign: int = 0
    orphans: int = 0  # in one set of books only: each is a work item


def walk_objects(*, gateway: PaymentGateway, now: datetime) -> Walked:
    """Walk whatever was not walked to its end in the last hours (payments.md rule 7).

    Each page is kept with the place that it reached. A provider that cannot be reached raises; the
    next call goes on from there. At most 100 pages of a kind are read at once.
    """
    walked = Walked()
    for kind in ObjectKind:
        if not _walk_kind(kind, gateway, walked, now):
            continue
        if kind is ObjectKind.PAYMENTS:
            walked.orphans += _ask_for_unseen(gateway, now)
        if kind is ObjectKind.DISPUTES:
            walked.found += ask_for_open_disputes(gateway=gateway, now=now)
    return walked


def _walk_kind(kind: ObjectKind, gateway: PaymentGateway, walked: Walked, now: datetime) -> bool:
    """Whether this call came to the end of the list."""
    with transaction() as session:
        walk = _begin(session, kind, now)
    for _ in range(PAGES_AT_ONCE):
        if walk.since is None or walk.until is None:
            return False  # walked to its end not long ago
        page = gateway.list_objects(
            kind=kind, since=walk.since, until=walk.until, after=walk.cursor
        )
        with transaction() as session:
            _fold(session, page, walked, now)
            walk = _reach(session, kind, page.following)
        if page.following is None:
            return True
    return False


def _begin(session: Session, kind: ObjectKind, now: datetime) -> ObjectWalk:
    """The walk under way, or a new one if the last is long enough ago."""
    session.execute(
        insert(ObjectWalk).values(provider=PROVIDER, kind=kind.value).on_conflict_do_nothing()
    )
    walk = session.get_one(ObjectWalk, (PROVIDER, kind.value), with_for_update=True)
    if walk.until is None and (walk.walked_until is None or walk.walked_until <= now - EVERY):
        earliest = now - FIRST_WALK
        walk.since = walk.walked_until - OVERLAP if walk.walked_until else earliest
        walk.until, walk.cursor = now, None
    return walk


def _reach(session: Session, kind: ObjectKind, following: str | None) -> ObjectWalk:
    walk = session.get_one(ObjectWalk, (PROVIDER, kind.value), with_for_update=True)
    walk.cursor = following
    if following is None and walk.until is not None:
        walk.walked_until, walk.since, walk.until = walk.until, None, None
    return walk


def _fold(session: Session, page: ObjectPage, walked: Walked, now: datetime) -> None:
    """One page: news into the inbox, what nobody here knows to a person, nothing else touched."""
    ids = {facts.payment_id for facts in page.payments if facts.payment_id}
    ours = {p.id: p for p in session.scalars(select(Payment).where(Payment.id.in_(ids)))}
    seen = []
    for facts in page.payments:
        payment = ours.get(facts.payment_id) if facts.payment_id else None
        if payment is None:
            name_payment(session, facts, now=now)
        if facts.payment_id is None:
            walked.foreign += 1
        elif payment is None:
            walked.orphans += _name_orphan(session, facts, now)
        else:
            if payment.intent_id == facts.intent_id and payment.walked_at is None:
                seen.append(payment.id)
            if is_news(payment, facts):
                walked.found += store_notice(session, _notice(facts), now=now)
    name_others(session, page.notices, now=now)
    for notice in page.notices:
        walked.found += store_notice(session, notice, now=now)
    walked.objects += len(page.payments) + len(page.notices)
    _mark(session, seen, now)


def _notice(facts: PaymentFacts) -> Notice:
    """As if an event had told us; its id is the fact, so that another walk brings nothing new."""
    intent_id = facts.intent_id or ""
    return Notice(
        event_id=f"walk:{intent_id}:{facts.outcome}:{facts.charge_id or ''}",
        type="payment_intent.walked",
        object_id=intent_id,
        intent_id=intent_id,
    )


def _mark(session: Session, payment_ids: list[UUID], now: datetime) -> None:
    session.execute(
        update(Payment).where(Payment.id.in_(sorted(payment_ids))).values(walked_at=now)
    )


def _ask_for_unseen(gateway: PaymentGateway, now: datetime) -> int:
    """Payments with money here that no walk has met: each is asked for by its own id, once it is found."""
    with read_only() as session:
        unseen = session.scalars(
            select(Payment)
            .where(
                Payment.state.in_(MONEY_STATES),
                Payment.walked_at.is_(None),
                Payment.intent_id.is_not(None),
            )
            .order_by(Payment.created_at.desc())
            .limit(ASKED_AT_ONCE)
        ).all()
    missing = 0
    for payment in unseen:
        try:
            gateway.find_payment(payment.intent_id or "")
        except NotThere:
            with transaction() as session:
                missing += _name_missing(session, payment, now)
        else:
            with transaction() as session:
                _mark(session, [payment.id], now)
    return missing


def _name_orphan(session: Session, facts: PaymentFacts, now: datetime) -> int:
    """Our mark on it and no row here: with money, or once it has some, a person must know."""
    if facts.outcome not in MONEY:
        return 0
    opened = open_work(
        session,
        key=f"{ORPHAN}:{facts.intent_id}:{facts.outcome}",
        kind=ORPHAN,
        reasons=[UNKNOWN_HERE],
        next_step="Find in the card company's pages who paid, then refund it or post it by hand.",
        amount=facts.amount or ZERO,
        now=now,
    )
    return int(opened)


def _name_missing(session: Session, payment: Payment, now: datetime) -> int:
    opened = open_work(
        session,
        key=f"{ORPHAN}:{payment.id}",
        kind=ORPHAN,
        reasons=[UNKNOWN_THERE],
        next_step="Check that the right card company account is set up before you reverse it.",
        amount=payment.amount,
        account_id=payment.guarantor_account_id,
        now=now,
    )
    return int(opened)
