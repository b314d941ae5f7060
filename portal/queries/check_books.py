"""What a check may send back now: of a payment whose way back is closed, or of credit that no card can take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.check_refunds import CARD_LASTS
from billing.money import ZERO, Money, total_of
from billing.refunds import Source, Where
from billing.transitions import DisputeState, PaymentState, RefundState
from portal.models.disputes import Dispute
from portal.models.payments import Payment, PaymentAllocation
from portal.models.refunds import Refund
from portal.queries.balances import balances
from portal.queries.credit import undecided
from portal.queries.refund_books import RefundBooks, promised_checks, refund_books

ON_THE_WAY = (
    RefundState.REQUESTED,
    RefundState.APPROVED,
    RefundState.SUBMITTING,
    RefundState.PENDING,
)
CLOSED = (RefundState.REFUSED, RefundState.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardWay:
    """A payment that could take credit back to its card: that way comes first (OPS-20)."""

    payment_id: UUID
    receipt_number: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditBooks:
    """An account's credit: what cards can take, and what only a check can send."""

    sources: tuple[Source, ...]
    promised: Money  # by refunds and checks that are not in the books yet
    cards: tuple[CardWay, ...]

    @property
    def free(self) -> Money:
        return max(ZERO, total_of(source.amount for source in self.sources) - self.promised)

    @property
    def by_check(self) -> Money:
        """What is left once every card has taken what it can."""
        return max(ZERO, self.free - total_of(way.amount for way in self.cards))


def credit_books(session: Session, account_id: int, *, on: date, now: datetime) -> CreditBooks:
    """The account's free credit, unapplied first; the caller holds the account."""
    [account] = balances(session, on=on, account_ids=[account_id])
    kept: list[tuple[int | None, Money]] = [(None, account.unapplied_credit)]
    kept += [(v.visit_id, v.credit) for v in account.visits if not undecided(v)]
    sources = tuple(
        Source(
            where=Where.CREDIT,
            account_id=account_id,
            visit_id=visit_id,
            charge_id=None,
            amount=amount,
        )
        for visit_id, amount in kept
        if amount > ZERO
    )
    return CreditBooks(
        sources=sources,
        promised=promised_checks(session, account_id) + _refunds_on_the_way(session, account_id),
        cards=tuple(_cards(session, account_id, sources, on=on, now=now)),
    )


def way_closed(session: Session, payment: Payment, *, now: datetime) -> bool:
    """Whether its card will not take money back: it refused, sent one back, or is too old."""
    if payment.succeeded_at is None or payment.succeeded_at < now - CARD_LASTS:
        return True
    found = select(Refund.id).where(Refund.payment_id == payment.id, Refund.state.in_(CLOSED))
    return session.scalar(found.limit(1)) is not None


def disputed(session: Session, payment_id: UUID) -> bool:
    """Whether a bank holds, or asks about, its money: that decides who keeps it."""
    held = Dispute.withdrawn > Dispute.returned
    found = select(Dispute.id).where(
        Dispute.payment_id == payment_id, (Dispute.state == DisputeState.OPEN) | held
    )
    return session.scalar(found.limit(1)) is not None


def _refunds_on_the_way(session: Session, account_id: int) -> Money:
    total = session.scalar(
        select(func.sum(Refund.amount))
        .join(Payment, Payment.id == Refund.payment_id)
        .where(Payment.guarantor_account_id == account_id, Refund.state.in_(ON_THE_WAY))
    )
    return total or ZERO


def _cards(
    session: Session, account_id: int, sources: Iterable[Source], *, on: date, now: datetime
) -> Iterable[CardWay]:
    """Payments young and open enough, the newest first, up to the credit there is."""
    rest = total_of(source.amount for source in sources)
    payments = session.scalars(
        select(Payment)
        .where(
            Payment.guarantor_account_id == account_id,
            Payment.state == PaymentState.SUCCEEDED,
            Payment.succeeded_at >= now - CARD_LASTS,
        )
        .order_by(Payment.succeeded_at.desc())
    )
    for payment in payments:
        if rest <= ZERO:
            return
        if way_closed(session, payment, now=now) or disputed(session, payment.id):
            continue
        books = refund_books(session, payment, on=on)
        amount = min(rest, books.refundable, _own_credit(session, payment, books))
        if amount > ZERO:
            rest -= amount
            yield CardWay(
                payment_id=payment.id, receipt_number=payment.receipt_number or "", amount=amount
            )


def _own_credit(session: Session, payment: Payment, books: RefundBooks) -> Money:
    """Credit that this payment itself brought: what was over when it came, and of visits that it paid."""
    used = session.scalar(
        select(func.sum(PaymentAllocation.amount)).where(PaymentAllocation.payment_id == payment.id)
    )
    apart = total_of(s.amount for s in books.sources if s.where is Where.PREPAYMENT)
    over = payment.amount - (used or ZERO) - apart
    free = [s for s in books.sources if not s.waits]
    credit = [s for s in free if s.where is Where.CREDIT]
    loose = total_of(s.amount for s in credit if s.visit_id is None)
    return min(over, loose) + total_of(s.amount for s in credit if s.visit_id is not None)
