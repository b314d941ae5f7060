"""The proof of a figure: every entry behind it with what it did to each figure, and the payer's own adjustments.

The columns add up to the figures of the balance function, and to those that a statement printed (CORE-7).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, case, func, select
from sqlalchemy.orm import Session

from billing.entries import PATIENT_MONEY
from billing.ledger import Account
from billing.money import ZERO, Money, total_of
from portal.db import read_only
from portal.models.accounts import Payer
from portal.models.claims import Charge, Claim, Visit
from portal.models.ledger import JournalEntry, LedgerAccount, PostingRow
from portal.models.remittances import LineAdjustment, RemittanceClaim, RemittanceLine
from portal.models.statements import Statement, StatementLine
from portal.queries.staff_account import AccountHeader, account_header
from portal.queries.staff_ledger import Origin, SourceRef, origins, what_words

MOST_ROWS = 400  # of one account; what is older stands in one row, so that the sums stay whole
# Each figure with its ledger accounts and the sign under which they make it.
COLUMNS: tuple[tuple[str, frozenset[Account], int], ...] = (
    ("Billed", frozenset({Account.CHARGES}), -1),
    ("Plan discount", frozenset({Account.CONTRACTUAL_ADJUSTMENT}), 1),
    (
        "Plan paid",
        frozenset({Account.PAYER_CLEARING, Account.PAYER_SUSPENSE, Account.PAYER_RECOUPMENT}),
        1,
    ),
    ("With plan", frozenset({Account.INSURANCE_RECEIVABLE}), 1),
    (
        "Taken off",
        frozenset(
            {
                Account.PROVIDER_WRITE_OFF,
                Account.FINANCIAL_ASSISTANCE,
                Account.SMALL_BALANCE,
                Account.BAD_DEBT,
            }
        ),
        1,
    ),
    ("Patient paid", frozenset({*PATIENT_MONEY, Account.PATIENT_CREDIT, Account.DISPUTES}), 1),
    ("Patient owes", frozenset({Account.PATIENT_RECEIVABLE}), 1),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofRow:
    """One entry: what it did to each figure, in the order of COLUMNS."""

    on: date
    what: str
    origin: Origin | None
    source_ref: str
    effects: tuple[Money, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """One CAS amount behind the patient's share or the plan's discount."""

    payer: str
    decided_on: date
    group: str
    carc: str
    amount: Money
    bucket: str
    outcome: str
    source: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """The statement whose figures are proved, and what it asked for on these lines."""

    id: int
    number: str
    owe: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Rows oldest first; `sums` are theirs, and what pages and statements show."""

    header: AccountHeader
    scope: str  # in words
    printed: Printed | None
    rows: tuple[ProofRow, ...]
    sums: tuple[Money, ...]
    adjustments: tuple[Adjustment, ...]

    @property
    def holds(self) -> bool:
        """Whether the statement printed what its entries say."""
        return self.printed is None or self.printed.owe == self.sums[-1]


def proof(
    account_id: int,
    *,
    visit_id: int | None = None,
    charge_id: int | None = None,
    statement_id: int | None = None,
) -> Proof | None:
    """The proof of an account's figures, or of one bill's, or one line's; as of a statement where one is named.

    None when the account has none of that. Eight queries at most.
    """
    with read_only() as session:
        header = account_header(session, account_id)
        if header is None:
            return None
        where = _scope(account_id, visit_id, charge_id)
        statement = _statement(session, account_id, statement_id)
        if statement_id is not None and statement is None:
            return None
        if statement is not None:
            where.append(PostingRow.id <= statement.ledger_position)
            if visit_id is None and charge_id is None:
                where.append(PostingRow.charge_id.in_(_lines_of(statement.id)))
        rows = _rows(session, where)
        if not rows and (visit_id or charge_id):
            return None
        printed = _printed(session, statement, visit_id, charge_id)
        adjustments = _adjustments(session, account_id, visit_id, charge_id)
    return Proof(
        header=header,
        scope="one line" if charge_id else "one bill" if visit_id else "all bills",
        printed=printed,
        rows=rows,
        sums=tuple(total_of(column) for column in zip(*(r.effects for r in rows), strict=True))
        or (ZERO,) * len(COLUMNS),
        adjustments=adjustments,
    )


def _scope(
    account_id: int, visit_id: int | None, charge_id: int | None
) -> list[ColumnElement[bool]]:
    """The postings asked for. A bill that came from another account brings its whole story."""
    if visit_id is None and charge_id is None:
        return [PostingRow.guarantor_account_id == account_id]
    own = select(Visit.id).where(Visit.guarantor_account_id == account_id)
    where: list[ColumnElement[bool]] = [PostingRow.visit_id.in_(own)]
    if visit_id is not None:
        where.append(PostingRow.visit_id == visit_id)
    if charge_id is not None:
        where.append(PostingRow.charge_id == charge_id)
    return where


def _statement(
    session: Session, account_id: int, statement_id: int | None
) -> Row[*tuple[Any, ...]] | None:
    if statement_id is None:
        return None
    return session.execute(
        select(Statement.id, Statement.number, Statement.ledger_position).where(
            Statement.id == statement_id, Statement.guarantor_account_id == account_id
        )
    ).one_or_none()


def _lines_of(statement_id: int) -> Any:
    return select(StatementLine.charge_id).where(StatementLine.statement_id == statement_id)


def _printed(
    session: Session,
    statement: Row[*tuple[Any, ...]] | None,
    visit_id: int | None,
    charge_id: int | None,
) -> Printed | None:
    if statement is None:
        return None
    query = (
        select(func.sum(StatementLine.amount))
        .join(Charge, Charge.id == StatementLine.charge_id)
        .where(StatementLine.statement_id == statement.id)
    )
    if visit_id is not None:
        query = query.where(Charge.visit_id == visit_id)
    if charge_id is not None:
        query = query.where(Charge.id == charge_id)
    owe = session.scalar(query) or ZERO
    return Printed(id=statement.id, number=statement.number, owe=owe)


def _rows(session: Session, where: Sequence[ColumnElement[bool]]) -> tuple[ProofRow, ...]:
    signed = case((PostingRow.side == "debit", PostingRow.amount), else_=-PostingRow.amount)
    found = session.execute(
        select(
            JournalEntry.id,
            JournalEntry.kind,
            JournalEntry.occurred_on,
            JournalEntry.source_ref,
            LedgerAccount.code,
            func.sum(signed).label("net"),
        )
        .join(JournalEntry, JournalEntry.id == PostingRow.entry_id)
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(*where)
        .group_by(JournalEntry.id, LedgerAccount.code)
        .order_by(JournalEntry.occurred_on, JournalEntry.recorded_at, func.min(PostingRow.id))
    )
    entries: dict[UUID, Row[*tuple[Any, ...]]] = {}
    nets: dict[UUID, dict[Account, Money]] = defaultdict(dict)
    for row in found:
        entries.setdefault(row.id, row)
        nets[row.id][Account(row.code)] = row.net
    shown = list(entries)[-MOST_ROWS:]
    read_from = origins(session, shown)
    rows = [
        ProofRow(
            on=entries[key].occurred_on,
            what=what_words(entries[key].kind),
            origin=read_from.get(key),
            source_ref=entries[key].source_ref,
            effects=_effects(nets[key]),
        )
        for key in shown
    ]
    return (*_older(entries, nets, len(entries) - len(shown)), *rows)


def _effects(net: dict[Account, Money]) -> tuple[Money, ...]:
    return tuple(
        total_of(amount if sign > 0 else -amount for a, amount in net.items() if a in accounts)
        for _, accounts, sign in COLUMNS
    )


def _older(
    entries: dict[UUID, Row[*tuple[Any, ...]]],
    nets: dict[UUID, dict[Account, Money]],
    count: int,
) -> list[ProofRow]:
    if not count:
        return []
    keys = list(entries)[:count]
    effects = zip(*(_effects(nets[key]) for key in keys), strict=True)
    return [
        ProofRow(
            on=entries[keys[-1]].occurred_on,
            what=f"{count} earlier entries: see the ledger",
            origin=None,
            source_ref="",
            effects=tuple(total_of(column) for column in effects),
        )
    ]


def _adjustments(
    session: Session, account_id: int, visit_id: int | None, charge_id: int | None
) -> tuple[Adjustment, ...]:
    """Of one bill or line: what each payer's decision that still stands said, with its segment."""
    if visit_id is None and charge_id is None:
        return ()
    query = (
        select(
            Payer.name,
            RemittanceClaim.id.label("decision_id"),
            RemittanceClaim.decided_on,
            LineAdjustment.group_code,
            LineAdjustment.carc,
            LineAdjustment.amount,
            LineAdjustment.bucket,
            LineAdjustment.outcome,
            RemittanceLine.position,
        )
        .join(RemittanceLine, RemittanceLine.id == LineAdjustment.remittance_line_id)
        .join(RemittanceClaim, RemittanceClaim.id == RemittanceLine.remittance_claim_id)
        .join(Claim, Claim.id == RemittanceClaim.claim_id)
        .join(Payer, Payer.id == Claim.payer_id)
        .join(Charge, Charge.id == RemittanceLine.charge_id)
        .where(
            RemittanceClaim.disposition == "posted",
            RemittanceClaim.reversed_by_id.is_(None),
            Charge.id.in_(
                select(PostingRow.charge_id).where(PostingRow.guarantor_account_id == account_id)
            ),
        )
        .order_by(RemittanceClaim.decided_on, RemittanceLine.position, LineAdjustment.id)
    )
    if visit_id is not None:
        query = query.where(Charge.visit_id == visit_id)
    if charge_id is not None:
        query = query.where(Charge.id == charge_id)
    return tuple(
        Adjustment(
            payer=row.name,
            decided_on=row.decided_on,
            group=row.group_code,
            carc=row.carc,
            amount=row.amount,
            bucket=row.bucket.replace("_", " "),
            outcome=row.outcome.replace("_", " "),
            source=SourceRef("decision", row.decision_id, row.position),
        )
        for row in session.execute(query)
    )
