"""Takebacks by payer and by the payer's own reference: what makes each balance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from billing.ledger import Account
from billing.money import ZERO, Money
from portal.db import Cents
from portal.models.accounts import Payer
from portal.models.ledger import LedgerAccount, PostingRow
from portal.models.payer_money import PayerRefund, TakebackMatch
from portal.models.remittances import ProviderAdjustmentRow, RemittanceRow

RETURNED = "72"
Key = tuple[int | None, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakebackRow:
    """One reference of one payer; amounts as they moved, `balance` above zero: taken, and no claim is named."""

    id: int  # its first posting, which names the page
    payer_id: int | None
    payer_name: str
    reference: str
    since: date | None
    carried: Money  # FB below zero: a debt carried forward
    taken: Money  # WO, FB and the like above zero
    returned: Money  # 72: our refund arrived
    matched: Money
    sent: Money  # our own checks
    balance: Money

    @property
    def open(self) -> Money:
        """What a person must match."""
        return max(ZERO, self.balance)

    @property
    def to_come(self) -> Money:
        """What the payer will still take."""
        return max(ZERO, -self.balance)


@dataclass
class _Sums:
    carried: Money = ZERO
    taken: Money = ZERO
    returned: Money = ZERO
    since: date | None = None
    payer_name: str = ""


def balances_by_reference(net: ColumnElement[Money]) -> Select[*tuple[Any, ...]]:
    """One row a payer and reference, with its first posting and `net`."""
    reference = func.coalesce(PostingRow.reference, "").label("reference")
    query: Select[*tuple[Any, ...]] = (
        select(
            func.min(PostingRow.id).label("id"),
            PostingRow.payer_id,
            Payer.name.label("payer_name"),
            reference,
            net.label("net"),
        )
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .outerjoin(Payer, Payer.id == PostingRow.payer_id)
        .where(LedgerAccount.code == Account.PAYER_RECOUPMENT.value)
        .group_by(PostingRow.payer_id, Payer.name, reference)
    )
    return query


def takebacks(session: Session, rows: Sequence[Row[*tuple[Any, ...]]]) -> list[TakebackRow]:
    """The rows with what makes each balance; in three statements, however many they are."""
    references = {row.reference for row in rows}
    sums = _plb_sums(session, references)
    matched, sent = _matched(session, references), _sent(session, references)
    found = []
    for row in rows:
        key = (row.payer_id, row.reference)
        one = sums.get(key, _Sums())
        found.append(
            TakebackRow(
                id=row.id,
                payer_id=row.payer_id,
                payer_name=row.payer_name or one.payer_name,
                reference=row.reference,
                since=one.since,
                carried=one.carried,
                taken=one.taken,
                returned=one.returned,
                matched=matched.get(key, ZERO),
                sent=sent.get(key, ZERO),
                balance=row.net,
            )
        )
    return found


def _plb_sums(session: Session, references: Iterable[str]) -> dict[Key, _Sums]:
    rows = session.execute(
        select(
            ProviderAdjustmentRow.id,
            ProviderAdjustmentRow.reason,
            ProviderAdjustmentRow.reference,
            ProviderAdjustmentRow.amount,
            RemittanceRow.payer_id,
            RemittanceRow.issued_on,
            func.coalesce(Payer.name, RemittanceRow.payer_name).label("payer_name"),
        )
        .join(RemittanceRow, RemittanceRow.id == ProviderAdjustmentRow.remittance_id)
        .outerjoin(Payer, Payer.id == RemittanceRow.payer_id)
        .where(
            ProviderAdjustmentRow.ledger_account == Account.PAYER_RECOUPMENT.value,
            ProviderAdjustmentRow.reference.in_(references),
        )
        .order_by(ProviderAdjustmentRow.id)
    )
    sums: dict[Key, _Sums] = defaultdict(_Sums)
    for row in rows:
        one = sums[row.payer_id, row.reference]
        one.payer_name = row.payer_name
        one.since = min(one.since or row.issued_on, row.issued_on)
        if row.amount > ZERO:
            one.taken += row.amount
        elif row.reason == RETURNED:
            one.returned -= row.amount
        else:
            one.carried -= row.amount
    return sums


def _matched(session: Session, references: Iterable[str]) -> dict[Key, Money]:
    rows = session.execute(
        select(
            TakebackMatch.payer_id,
            TakebackMatch.reference,
            func.sum(TakebackMatch.amount, type_=Cents()).label("sum"),
        )
        .where(TakebackMatch.reference.in_(references), TakebackMatch.undone_id.is_(None))
        .group_by(TakebackMatch.payer_id, TakebackMatch.reference)
    )
    return {(row.payer_id, row.reference): row.sum for row in rows}


def _sent(session: Session, references: Iterable[str]) -> dict[Key, Money]:
    rows = session.execute(
        select(
            PayerRefund.payer_id,
            PayerRefund.reference,
            func.sum(PayerRefund.amount, type_=Cents()).label("sum"),
        )
        .where(PayerRefund.reference.in_(references), PayerRefund.state.in_(("written", "cleared")))
        .group_by(PayerRefund.payer_id, PayerRefund.reference)
    )
    return {(row.payer_id, row.reference): row.sum for row in rows}
