"""The pages of write-offs as bad debt: what may be asked for, what waits, and one batch with its denied bills (OPS-22)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, aliased

from billing.bad_debt import (
    BASIS_WORDS,
    KIND_WORDS,
    STATE_WORDS,
    Basis,
    BatchKind,
    BatchState,
    BillState,
)
from billing.gate_words import denied_in_words
from billing.ledger import Account, Side
from billing.money import ZERO, Money, total_of
from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.bad_debt import BadDebtBatch, BadDebtBill
from portal.models.claims import Visit
from portal.models.identity import Login
from portal.models.ledger import LedgerAccount, PostingRow
from portal.queries.among import among
from portal.queries.bad_debt_bills import candidates
from portal.queries.placed_bills import bad_debt_lines

LATELY = 25
SMALL = (Basis.SMALL, Basis.PAYER_REST)


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateRow:
    """A bill that may be chosen."""

    visit_id: int
    account_id: int
    account_name: str
    account_number: str
    service_on: date
    open: Money
    basis: str  # in words


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """One batch in the list."""

    id: UUID
    kind: str  # in words
    state: str
    prepared_at: datetime
    prepared_by: str
    bills: int
    amount: Money
    left: Money  # still written off


@dataclass(frozen=True, slots=True, kw_only=True)
class BadDebtPage:
    """What may be asked for, and the batches, the newest first."""

    candidates: tuple[CandidateRow, ...]
    batches: tuple[BatchRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BillRow:
    """One bill of a batch; `left` is what of it is still bad debt."""

    id: int
    visit_id: int
    account_id: int
    account_name: str
    account_number: str
    service_on: date
    amount: Money
    left: Money
    basis: str
    state: str
    words: str
    why: str
    rules: str  # of a no, in words


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPage:
    """One batch. `to_post`: approved bills that wait, after a stop; `denied`: no part of it, with their rules."""

    id: UUID
    kind: str  # in words
    state: str
    prepared_by_id: int | None
    prepared_by: str
    prepared_at: datetime
    decided_by: str
    decided_at: datetime | None
    note: str
    bills: tuple[BillRow, ...]
    denied: tuple[BillRow, ...]

    @property
    def amount(self) -> Money:
        return total_of(one.amount for one in self.bills)

    @property
    def to_post(self) -> int:
        waits = self.state == BatchState.APPROVED
        return sum(one.state == BillState.WAITING for one in self.bills) if waits else 0

    @property
    def standing(self) -> int:
        return sum(one.state == BillState.POSTED for one in self.bills)


def bad_debt_page() -> BadDebtPage:
    """Seven queries at most."""
    with read_only() as session:
        found = candidates(session)
        names = _names(session, [one.account_id for one in found])
        return BadDebtPage(
            candidates=tuple(
                CandidateRow(
                    visit_id=one.visit_id,
                    account_id=one.account_id,
                    account_name=names[one.account_id].display_name,
                    account_number=names[one.account_id].number,
                    service_on=one.service_on,
                    open=one.open,
                    basis=BASIS_WORDS[one.basis],
                )
                for one in found
            ),
            batches=_batches(session),
        )


def batch_page(batch_id: UUID) -> BatchPage | None:
    """One batch; None when there is none. Five queries."""
    with read_only() as session:
        decider = aliased(Login)
        found = session.execute(
            select(BadDebtBatch, Login, decider)
            .outerjoin(Login, Login.id == BadDebtBatch.prepared_by_id)
            .outerjoin(decider, decider.id == BadDebtBatch.decided_by_id)
            .where(BadDebtBatch.id == batch_id)
        ).one_or_none()
        if found is None:
            return None
        batch, preparer, who = found
        bills = _bills(session, batch_id)
    return BatchPage(
        id=batch.id,
        kind=KIND_WORDS[BatchKind(batch.kind)],
        state=batch.state,
        prepared_by_id=batch.prepared_by_id,
        prepared_by=_who(preparer),
        prepared_at=batch.prepared_at,
        decided_by=_who(who) if who else "",
        decided_at=batch.decided_at,
        note=batch.note,
        bills=tuple(one for one in bills if one.state != BillState.DENIED),
        denied=tuple(one for one in bills if one.state == BillState.DENIED),
    )


def _batches(session: Session) -> tuple[BatchRow, ...]:
    inside = BadDebtBill.state != BillState.DENIED.value
    rows = session.execute(
        select(
            BadDebtBatch,
            Login,
            func.count(BadDebtBill.id).filter(inside),
            func.sum(BadDebtBill.amount).filter(inside),
        )
        .outerjoin(Login, Login.id == BadDebtBatch.prepared_by_id)
        .join(BadDebtBill, BadDebtBill.batch_id == BadDebtBatch.id)
        .group_by(BadDebtBatch.id, Login.id)
        .order_by((BadDebtBatch.state == BatchState.WAITING.value).desc())
        .order_by(BadDebtBatch.prepared_at.desc())
        .limit(LATELY)
    )
    found = rows.all()
    left = _still_off(session, [batch.id for batch, *_ in found])
    return tuple(
        BatchRow(
            id=batch.id,
            kind=KIND_WORDS[BatchKind(batch.kind)],
            state=batch.state,
            prepared_at=batch.prepared_at,
            prepared_by=_who(login),
            bills=count,
            amount=amount or ZERO,
            left=left.get(batch.id, ZERO),
        )
        for batch, login, count, amount in found
    )


def _still_off(session: Session, batch_ids: Sequence[UUID]) -> dict[UUID, Money]:
    """By batch: what of its bills is still written off. Three queries for any number."""
    rows = session.scalars(
        select(BadDebtBill).where(
            BadDebtBill.batch_id.in_(batch_ids), BadDebtBill.state == BillState.POSTED.value
        )
    ).all()
    off = _Off(session, rows)
    found: dict[UUID, Money] = {}
    for row in rows:
        found[row.batch_id] = found.get(row.batch_id, ZERO) + off.left(row)
    return found


class _Off:
    """What of some bills is still off, by the ledger: bad debt, a patient's small balance, what a plan left."""

    def __init__(self, session: Session, rows: Collection[BadDebtBill]) -> None:
        small = {row.visit_id for row in rows if row.basis in SMALL}
        self._lost = bad_debt_lines(session, {row.visit_id for row in rows} - small)
        self._small = _small_left(session, small)

    def left(self, row: BadDebtBill) -> Money:
        """What is still written off."""
        if row.basis not in SMALL:
            return total_of(line.amount for line in self._lost.get(row.visit_id, ()))
        of_plan = row.basis == Basis.PAYER_REST
        standing = min(row.amount, self._small.get((row.visit_id, of_plan), ZERO))
        return standing if row.state == BillState.POSTED else ZERO


def _bills(session: Session, batch_id: UUID) -> list[BillRow]:
    rows = session.execute(
        select(BadDebtBill, GuarantorAccount, Visit.service_on)
        .join(GuarantorAccount, GuarantorAccount.id == BadDebtBill.guarantor_account_id)
        .join(Visit, Visit.id == BadDebtBill.visit_id)
        .where(BadDebtBill.batch_id == batch_id)
        .order_by(BadDebtBill.id)
    ).all()
    off = _Off(session, [row for row, _, _ in rows])
    return [
        BillRow(
            id=row.id,
            visit_id=row.visit_id,
            account_id=account.id,
            account_name=account.display_name,
            account_number=account.number,
            service_on=service_on,
            amount=row.amount,
            left=off.left(row),
            basis=BASIS_WORDS[Basis(row.basis)],
            state=row.state,
            words=STATE_WORDS[BillState(row.state)],
            why=row.why[:1].upper() + row.why[1:],
            rules=denied_in_words(row.rule_ids),
        )
        for row, account, service_on in rows
    ]


def _small_left(session: Session, visit_ids: Collection[int]) -> dict[tuple[int, bool], Money]:
    """By visit and whether a plan left it: what of it is let go as a small balance, by the ledger."""
    if not visit_ids:
        return {}
    signed = case((PostingRow.side == Side.DEBIT, PostingRow.amount), else_=-PostingRow.amount)
    of_plan = PostingRow.payer_id.is_not(None)
    rows = session.execute(
        select(PostingRow.visit_id, of_plan, func.sum(signed))
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(
            PostingRow.visit_id.in_(visit_ids), LedgerAccount.code == Account.SMALL_BALANCE.value
        )
        .group_by(PostingRow.visit_id, of_plan)
    )
    return {(visit_id, plan): net for visit_id, plan, net in rows if visit_id is not None}


def _who(login: Login | None) -> str:
    return (login.name or login.email) if login else "the daily run"


def _names(session: Session, account_ids: Sequence[int]) -> dict[int, GuarantorAccount]:
    rows = session.scalars(
        select(GuarantorAccount).where(among(GuarantorAccount.id, sorted(set(account_ids))))
    )
    return {row.id: row for row in rows}
