"""A payment that may still become money: sent by a bank, or of unknown outcome. Until it is known nobody pays again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, select
from sqlalchemy.orm import Session

from billing.money import Money
from billing.transitions import PaymentState
from portal.models.payments import Payment
from portal.queries.among import listed
from portal.queries.viewer import GuestViewer, PayerViewer, PayingViewer

# A lease stands from the moment the provider is asked until it answers; a page that merely waits has none.
UNANSWERED = and_(
    Payment.state.in_((PaymentState.SUBMITTING, PaymentState.REQUIRES_ACTION)),
    Payment.lease_until.is_not(None),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """The one live payment of an account, while another must not start."""

    amount: Money
    from_bank: bool  # a bank is sending it; else nobody knows yet if it went through
    page_of: UUID | None  # where this viewer may ask again


@cache  # building it takes longer than running it
def _query() -> Select[*tuple[Any, ...]]:
    return select(
        Payment.guarantor_account_id,
        Payment.amount.label("amount"),
        Payment.state,
        Payment.id,
        Payment.text_link_id,
        Payment.pay_link_id,
    ).where(listed(Payment.guarantor_account_id, "account_ids"), _waits())


def payments_under_way(
    session: Session, viewer: PayingViewer, account_ids: Collection[int]
) -> dict[int, UnderWay]:
    """By account: what a bank is sending, or what the provider has not answered for (payments.md rule 5)."""
    rows = session.execute(_query(), {"account_ids": list(account_ids)})
    return {  # an account has one live payment
        row.guarantor_account_id: UnderWay(
            amount=row.amount,
            from_bank=row.state == PaymentState.PROCESSING,
            page_of=row.id if _sees(viewer, row) else None,
        )
        for row in rows
    }


def _waits() -> ColumnElement[bool]:
    return (Payment.state == PaymentState.PROCESSING) | UNANSWERED


def _sees(viewer: PayingViewer, row: Row[*tuple[Any, ...]]) -> bool:
    """A guest, and who only pays, open only the payments made on their own link."""
    if isinstance(viewer, PayerViewer):
        return bool(row.pay_link_id == viewer.pay_link_id)
    return not isinstance(viewer, GuestViewer) or row.text_link_id == viewer.text_link_id
