"""Disputes of payments, and what each decision would change, for staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from billing.money import ZERO, Money
from billing.refunds import TakenBack, take_back
from billing.transitions import DisputeState
from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.disputes import Dispute
from portal.models.identity import Login
from portal.models.payments import Payment
from portal.queries.payment_method import method_in_words
from portal.queries.refund_books import refund_books

SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeRow:
    """One dispute; `held` is what the bank has of the payment now."""

    id: int
    account_id: int
    account_name: str
    account_number: str
    receipt_number: str
    method: str
    amount: Money
    held: Money
    fee: Money
    state: str
    standing: str
    due_by: datetime | None
    decision: str
    reason: str
    decided_by: str
    opened_at: datetime
    decided_at: datetime | None

    @property
    def answerable(self) -> bool:
        """Whether the bank waits for us."""
        return self.state == DisputeState.OPEN and self.standing.endswith("needs_response")

    @property
    def waits(self) -> bool:
        """Whether a person must decide it."""
        return self.state == DisputeState.LOST and self.held > ZERO and not self.decision


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputePage:
    """One dispute. `due_again` of its amount stands on bills, the rest is the patient's credit."""

    row: DisputeRow
    due: Money
    taken: TakenBack | None  # None once there is nothing to decide

    @property
    def due_again(self) -> Money:
        return self.taken.due_again if self.taken else ZERO

    @property
    def of_credit(self) -> Money:
        return self.row.held - self.due_again


def dispute_list() -> tuple[DisputeRow, ...]:
    """The newest disputes first; those that wait for a person before all others."""
    with read_only() as session:
        rows = [_row(*found) for found in session.execute(_query().limit(SHOWN))]
    return tuple(sorted(rows, key=lambda row: not (row.waits or row.answerable)))


def dispute_page(dispute_id: int, *, on: date) -> DisputePage | None:
    """One dispute, and where its payment lies in the books; None when there is none."""
    with read_only() as session:
        found = session.execute(_query().where(Dispute.id == dispute_id)).one_or_none()
        if found is None:
            return None
        row = _row(*found)
        books = refund_books(session, _payment(session, dispute_id), on=on)
        taken = take_back(row.held, books.sources) if row.waits else None
        return DisputePage(row=row, due=books.due, taken=taken)


def _payment(session: Session, dispute_id: int) -> Payment:
    found = select(Payment).join(Dispute, Dispute.payment_id == Payment.id)
    return session.scalars(found.where(Dispute.id == dispute_id)).one()


def _query() -> Select[Dispute, Payment, GuarantorAccount, str | None]:
    return (
        select(
            Dispute,
            Payment,
            GuarantorAccount,
            func.coalesce(func.nullif(Login.name, ""), Login.email),
        )
        .join(Payment, Payment.id == Dispute.payment_id)
        .join(GuarantorAccount, GuarantorAccount.id == Payment.guarantor_account_id)
        .outerjoin(Login, Login.id == Dispute.decided_by_id)
        .order_by(Dispute.id.desc())
    )


def _row(
    dispute: Dispute, payment: Payment, account: GuarantorAccount, decided_by: str | None
) -> DisputeRow:
    return DisputeRow(
        id=dispute.id,
        account_id=account.id,
        account_name=account.display_name,
        account_number=account.number,
        receipt_number=payment.receipt_number or "",
        method=method_in_words(payment.method, payment.brand, payment.last4),
        amount=dispute.amount,
        held=dispute.withdrawn - dispute.returned,
        fee=dispute.fee,
        state=dispute.state,
        standing=dispute.standing,
        due_by=dispute.due_by,
        decision=dispute.decision,
        reason=dispute.reason,
        decided_by=decided_by or "",
        opened_at=dispute.opened_at,
        decided_at=dispute.decided_at,
    )
