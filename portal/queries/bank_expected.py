"""What the papers say should stand at the bank, and the lines of the bank that answer nothing yet (OPS-10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, exists, select, text
from sqlalchemy.orm import Session

from billing.money import ZERO, Money
from billing.reassociation import Expected, Kind, Seen, seen_line
from billing.transitions import CheckState
from portal.models.accounts import Payer
from portal.models.day import BankDeposit, Payout
from portal.models.payer_money import PayerRefund
from portal.models.placements import AgencyRemittance, AgencyRow
from portal.models.refunds import CheckRefund
from portal.models.remittances import RemittanceRow
from portal.queries.batch_parts import PART_WORDS, batch_parts

BACK = timedelta(days=90)  # how far a line or a paper may lie back and still find its other half
ARRIVING = ("paid", "in_transit", "pending")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLine:
    """A line that answers nothing yet. `deposit_id` is empty for money that left and nobody claims."""

    deposit_id: int | None
    line_id: int | None
    seen: Seen
    account: str
    by_hand: bool  # a match was taken back: no rule matches it again


_OPEN = text("""
SELECT d.id AS deposit_id, l.id AS line_id, coalesce(l.posted_on, d.deposited_on) AS day,
       coalesce(d.amount_cents, l.amount_cents) AS cents, coalesce(nullif(d.trace, ''), l.trace, '') AS trace,
       coalesce(l.text, '') AS text, coalesce(l.account_last4, '') AS account,
       coalesce(d.by_hand, false) AS by_hand
  FROM bank_deposits d FULL JOIN bank_lines l ON l.id = d.bank_line_id
 WHERE coalesce(l.posted_on, d.deposited_on) > :since
   AND d.remittance_id IS NULL AND d.payout_id IS NULL AND d.check_refund_id IS NULL
   AND d.agency_remittance_id IS NULL AND d.payer_refund_id IS NULL
   AND NOT EXISTS (SELECT 1 FROM deposit_batches b WHERE b.deposit_id = d.id)
 ORDER BY 3 DESC, 1, 2
 LIMIT 500
""")


def open_lines(session: Session, *, on: date) -> list[OpenLine]:
    """The newest first, of the last three months."""
    rows = session.execute(_OPEN, {"since": on - BACK})
    return [_open(row) for row in rows]


def _open(row: Row[Any]) -> OpenLine:
    return OpenLine(
        deposit_id=row.deposit_id,
        line_id=row.line_id,
        account=row.account,
        by_hand=row.by_hand,
        seen=seen_line(
            line_id=row.deposit_id or -row.line_id,
            on=row.day,
            amount=Money(row.cents),
            trace=row.trace,
            text=row.text,
        ),
    )


def expected_payments(session: Session, *, on: date) -> list[Expected]:
    """Remittances, card payouts, counted batches, checks and agencies' payments that no line of the bank answers yet."""
    return [
        *_remittances(session, on),
        *_payouts(session, on),
        *_batches(session, on),
        *_checks(session, on),
        *_payer_checks(session, on),
        *_agencies(session, on),
    ]


def waiting_remittances(session: Session, *, on: date) -> list[Expected]:
    """Remittances that came and that a person posts: no line is theirs yet, and none is without a paper."""
    return _remittances(session, on, status="waiting")


def _remittances(session: Session, on: date, *, status: str = "posted") -> list[Expected]:
    rows = session.scalars(
        select(RemittanceRow).where(
            RemittanceRow.status == status,
            RemittanceRow.paid != ZERO,
            RemittanceRow.issued_on > on - BACK,
            ~exists().where(BankDeposit.remittance_id == RemittanceRow.id),
        )
    )
    return [
        Expected(
            kind=Kind.REMITTANCE,
            id=str(row.id),
            amount=row.paid,
            on=row.issued_on,
            name=row.payer_name,
            trace=row.trace,
            payer=row.payer_tax_id,
        )
        for row in rows
    ]


def _payouts(session: Session, on: date) -> list[Expected]:
    rows = session.scalars(
        select(Payout).where(
            Payout.status.in_(ARRIVING),
            Payout.arrives_on > on - BACK,
            ~exists().where(BankDeposit.payout_id == Payout.id),
        )
    )
    return [
        Expected(
            kind=Kind.PAYOUT,
            id=str(row.id),
            amount=row.amount,
            on=row.arrives_on,
            name="Card payout",
            trace=row.provider_id,
        )
        for row in rows
    ]


def _batches(session: Session, on: date) -> list[Expected]:
    """Each batch that no line answers as a whole, and by method where it holds several: cards arrive by themselves."""
    return [
        Expected(
            kind=Kind.BATCH,
            id=f"{one.batch_id}:{part}" if part else str(one.batch_id),
            amount=amount,
            on=one.received_on,
            name=f"Of a batch: {PART_WORDS.get(part, part)}" if part else "Checks and cash",
        )
        for one in batch_parts(session, since=on - BACK)
        for part, amount in one.open.items()
    ]


def _checks(session: Session, on: date) -> list[Expected]:
    rows = session.scalars(
        select(CheckRefund).where(
            CheckRefund.state == CheckState.WRITTEN, CheckRefund.written_on > on - BACK
        )
    )
    return [
        Expected(
            kind=Kind.CHECK,
            id=str(row.id),
            amount=-row.amount,
            on=row.written_on or on,
            name="Refund by check",
            trace=row.number,
        )
        for row in rows
    ]


def _agencies(session: Session, on: date) -> list[Expected]:
    rows = session.execute(
        select(AgencyRemittance, AgencyRow.name)
        .join(AgencyRow, AgencyRow.id == AgencyRemittance.agency_id)
        .where(
            AgencyRemittance.received_on > on - BACK,
            AgencyRemittance.back_entry_id.is_(None),
            ~exists().where(BankDeposit.agency_remittance_id == AgencyRemittance.id),
        )
    )
    return [
        Expected(
            kind=Kind.AGENCY,
            id=str(row.id),
            amount=row.gross - row.fee,
            on=row.received_on,
            name=name,
            trace=row.trace,
        )
        for row, name in rows
    ]


def _payer_checks(session: Session, on: date) -> list[Expected]:
    """Our checks to payers that no line answers; a person may have marked one before its line came."""
    rows = session.execute(
        select(PayerRefund, Payer.name)
        .join(Payer, Payer.id == PayerRefund.payer_id)
        .where(
            PayerRefund.state.in_((CheckState.WRITTEN.value, CheckState.CLEARED.value)),
            PayerRefund.written_on > on - BACK,
            ~exists().where(BankDeposit.payer_refund_id == PayerRefund.id),
        )
    )
    return [
        Expected(
            kind=Kind.PAYER_CHECK,
            id=str(row.id),
            amount=-row.amount,
            on=row.written_on or on,
            name=f"Check to {name}",
            trace=row.number,
        )
        for row, name in rows
    ]
