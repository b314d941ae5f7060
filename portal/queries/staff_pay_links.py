"""The ways to pay without a sign-in that are out for an account: who sent them, when, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from billing.money import Money
from portal.db import read_only
from portal.models.identity import Login
from portal.models.messages import OutboundMessage
from portal.models.pay_links import PayLink
from portal.models.payments import Payment
from portal.models.statements import Statement

SHOWN = 50
KINDS = {"statement": "Code on a statement", "text": "Text", "email": "E-mail"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PayLinkRow:
    """One code or link, in words; `open` while it could still be used."""

    id: int
    kind: str
    about: str  # the statement, or to whom it went
    by: str
    at: datetime
    state: str
    used_at: datetime | None
    paid: Money | None
    open: bool


def pay_links_of(account_id: int, *, now: datetime) -> tuple[PayLinkRow, ...]:
    """Newest first."""
    paid = (
        select(func.sum(Payment.amount))
        .where(Payment.pay_link_id == PayLink.id, Payment.state == "succeeded")
        .correlate(PayLink)
        .scalar_subquery()
    )
    query = (
        select(
            PayLink,
            Login.email.label("by"),
            OutboundMessage.recipient,
            OutboundMessage.state.label("message"),
            Statement.number,
            paid.label("paid"),
        )
        .outerjoin(Login, Login.id == PayLink.created_by_id)
        .outerjoin(OutboundMessage, OutboundMessage.id == PayLink.message_id)
        .outerjoin(Statement, Statement.id == PayLink.statement_id)
        .where(PayLink.guarantor_account_id == account_id)
        .order_by(PayLink.id.desc())
        .limit(SHOWN)
    )
    with read_only() as session:
        return tuple(_row(row, now) for row in session.execute(query))


def _row(row: Row[*tuple[Any, ...]], now: datetime) -> PayLinkRow:
    link: PayLink = row.PayLink
    state = _state(link, row.message or "", now)
    return PayLinkRow(
        id=link.id,
        kind=KINDS.get(link.kind, link.kind),
        about=row.recipient or row.number or "",
        by=row.by or "",
        at=link.created_at,
        state=state,
        used_at=link.used_at,
        paid=row.paid,
        open=state in OPEN,
    )


WAITS, WORKS, NOT_SENT = "Waits to leave", "Works", "Was not sent"
OPEN = (WAITS, WORKS)


def _state(link: PayLink, message: str, now: datetime) -> str:
    if link.revoked_at is not None:
        return "Revoked"
    if link.expires_at is None:
        return WORKS
    if link.used_at is not None:
        return "Used"
    if message == "queued":
        return WAITS
    if message in {"canceled", "failed", "undelivered"}:
        return NOT_SENT
    return WORKS if now <= link.expires_at else "Expired"
