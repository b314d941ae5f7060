"""The saved ways to pay of an account, as their owner sees them, and what hangs on each."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, Select, exists, select
from sqlalchemy.orm import Session

from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.payment_methods import PaymentAuthorisation, PaymentMethod
from portal.queries.viewer import PatientViewer

EXPIRING_WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodRow:
    """One card or bank account."""

    id: int
    kind: str
    brand: str
    last4: str
    ends_on: date | None  # a card's last day
    expiring: bool  # within thirty days
    is_over: bool  # its last day has passed
    is_default: bool
    autopay: bool  # what is drawn with it: removing it ends that
    plan: bool

    @property
    def is_bank(self) -> bool:
        return self.kind != "card"


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodsPage:
    """One account's ways to pay; `others` are the viewer's other accounts."""

    account_id: int
    account_name: str
    methods: tuple[MethodRow, ...]
    others: tuple[tuple[int, str], ...]

    def method(self, method_id: int) -> MethodRow | None:
        """One of them."""
        return next((one for one in self.methods if one.id == method_id), None)


def methods_page(viewer: PatientViewer, *, account_id: int | None, on: date) -> MethodsPage | None:
    """For the account asked for, or the first; None when the viewer has no such account."""
    with read_only() as session:
        names = account_names(session, viewer)
        chosen = account_id if account_id is not None else next(iter(names), None)
        if chosen is None or chosen not in names:
            return None
        return MethodsPage(
            account_id=chosen,
            account_name=names[chosen],
            methods=saved_methods(session, [chosen], on=on),
            others=tuple((other, name) for other, name in names.items() if other != chosen),
        )


def account_names(session: Session, viewer: PatientViewer) -> dict[int, str]:
    """The viewer's accounts in order."""
    rows = session.scalars(
        select(GuarantorAccount)
        .where(GuarantorAccount.id.in_(sorted(viewer.account_ids)))
        .order_by(GuarantorAccount.id)
    )
    return {account.id: account.display_name for account in rows}


def saved_methods(
    session: Session, account_ids: Sequence[int], *, on: date
) -> tuple[MethodRow, ...]:
    """Those that are not removed, the first choice first."""
    rows = session.execute(
        _query().where(PaymentMethod.guarantor_account_id.in_(list(account_ids)))
    )
    return tuple(_row(row, on) for row in rows)


def _query() -> Select[*tuple[Any, ...]]:
    def live(kind: str) -> Any:
        return exists().where(
            PaymentAuthorisation.payment_method_id == PaymentMethod.id,
            PaymentAuthorisation.kind == kind,
            PaymentAuthorisation.revoked_at.is_(None),
        )

    return (
        select(PaymentMethod, live("autopay").label("autopay"), live("plan").label("plan"))
        .where(PaymentMethod.removed_at.is_(None))
        .order_by(PaymentMethod.is_default.desc(), PaymentMethod.id.desc())
    )


def _row(row: Row[*tuple[Any, ...]], on: date) -> MethodRow:
    method: PaymentMethod = row.PaymentMethod
    ends = last_day(method.exp_year, method.exp_month)
    return MethodRow(
        id=method.id,
        kind=method.kind,
        brand=method.brand,
        last4=method.last4,
        ends_on=ends,
        expiring=ends is not None and on <= ends <= on + EXPIRING_WITHIN,
        is_over=ends is not None and ends < on,
        is_default=method.is_default,
        autopay=row.autopay,
        plan=row.plan,
    )


def last_day(year: int | None, month: int | None) -> date | None:
    """The last day on which a card can be used; none for a bank account."""
    if year is None or month is None:
        return None
    return date(year, month, calendar.monthrange(year, month)[1])
