"""What a patient is told of refunds: those that left or are leaving, and those that came back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from billing.ledger import Account
from billing.money import Money
from billing.transitions import CheckState, RefundState
from portal.models.ledger import JournalEntry, LedgerAccount, PostingRow
from portal.models.payments import Payment
from portal.models.practice import Practice
from portal.models.refunds import CheckRefund, Refund
from portal.queries.payment_method import your_method

TOLD = (
    RefundState.SUBMITTING,
    RefundState.PENDING,
    RefundState.SUCCEEDED,
    RefundState.FAILED,
)


class Telling(StrEnum):
    """How far a refund is, to a patient."""

    SENDING = "sending"
    SENT = "sent"
    CAME_BACK = "came_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundTold:
    """One refund of a payment; what is only asked for is not told."""

    amount: Money
    telling: Telling
    on: date  # in the practice's zone
    back_to: str  # `your Visa card ending in 4242`; empty: by check


def refunds_told(
    session: Session, payment_ids: Collection[UUID]
) -> dict[UUID, tuple[RefundTold, ...]]:
    """By payment, oldest first."""
    rows = session.execute(
        select(
            Refund.payment_id,
            Refund.amount.label("amount"),
            Refund.state,
            Refund.state_at,
            Refund.sent_at,
            Payment.method,
            Payment.brand,
            Payment.last4,
            Practice.time_zone,
        )
        .join(Payment, Payment.id == Refund.payment_id)
        .join(Practice, Practice.id == 1)
        .where(Refund.payment_id.in_(payment_ids), Refund.state.in_(TOLD))
        .order_by(Refund.requested_at, Refund.id)
    )
    told: dict[UUID, list[RefundTold]] = defaultdict(list)
    for row in rows:
        telling = Telling.SENT if row.state == RefundState.SUCCEEDED else Telling.SENDING
        if row.state == RefundState.FAILED:
            telling = Telling.CAME_BACK
        at = row.sent_at if telling is Telling.SENT else row.state_at
        told[row.payment_id].append(
            RefundTold(
                amount=row.amount,
                telling=telling,
                on=at.astimezone(ZoneInfo(row.time_zone)).date(),
                back_to=your_method(row.method, row.brand, row.last4),
            )
        )
    for payment_id, check in _checks(session, payment_ids):
        told[payment_id].append(check)
    return {payment_id: tuple(found) for payment_id, found in told.items()}


def _checks(session: Session, payment_ids: Collection[UUID]) -> Iterator[tuple[UUID, RefundTold]]:
    """Checks that were written for these payments."""
    rows = session.scalars(
        select(CheckRefund)
        .where(
            CheckRefund.payment_id.in_(payment_ids),
            CheckRefund.state.in_((CheckState.WRITTEN, CheckState.CLEARED)),
        )
        .order_by(CheckRefund.written_on, CheckRefund.number)
    )
    for row in rows:
        if row.payment_id is not None and row.written_on is not None:
            yield (
                row.payment_id,
                RefundTold(amount=row.amount, telling=Telling.SENT, on=row.written_on, back_to=""),
            )


def returned_by_charge(session: Session, payment_id: UUID) -> dict[int, Money]:
    """What refunds of one payment took back from each line it had paid; what came back is not in it."""
    signed = case((PostingRow.side == "credit", PostingRow.amount), else_=-PostingRow.amount)
    original = func.coalesce(JournalEntry.reverses_id, JournalEntry.id)
    rows = session.execute(
        select(PostingRow.charge_id, func.sum(signed))
        .join(JournalEntry, JournalEntry.id == PostingRow.entry_id)
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .outerjoin(Refund, Refund.entry_id == original)
        .outerjoin(CheckRefund, CheckRefund.entry_id == original)
        .where(
            or_(Refund.payment_id == payment_id, CheckRefund.payment_id == payment_id),
            LedgerAccount.code.in_((Account.STRIPE_CLEARING, Account.BANK)),
            PostingRow.charge_id.is_not(None),
        )
        .group_by(PostingRow.charge_id)
    )
    return {charge_id: amount for charge_id, amount in rows if charge_id is not None and amount}
