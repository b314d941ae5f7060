"""Whose calendar may bring a step on a day: what a few queries can tell, before the gate's facts are gathered (STMT-10, COLL-3)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, and_, case, exists, func, select, union
from sqlalchemy.orm import Session, aliased

from billing.dunning import EARLIEST, Step
from billing.ledger import Account
from billing.money import ZERO
from billing.transitions import PlanState
from portal.models.claims import Charge, Visit
from portal.models.gate import CollectionProof, DunningStep
from portal.models.ledger import JournalEntry, LedgerAccount, PostingRow
from portal.models.plans import Plan
from portal.models.statements import Statement, StatementLine


def dunning_candidates(session: Session, on: date) -> list[int]:
    """Accounts whose latest open bill was told long ago, and a step of its days that was not found: what a few queries can tell.

    Nobody is left out whose step is due: bills go together, and no step counts from sooner than the latest first
    statement; a dispute only adds to it (COLL-3). The gate opens for nobody who was not called. Where a plan was lost, or a
    payer decided on a bill that was told, the start of the steps is another day than the bill says: those are looked at.
    """
    starts = _starts(session, on - min(EARLIEST.values()))
    kept, called = steps_found(session, starts), _called(session, starts)
    chosen = {
        account_id
        for account_id, start in starts.items()
        if any(
            start + wait <= on and (account_id, step.value, start) not in kept
            for step, wait in EARLIEST.items()
            if step is not Step.GATE_OPEN or account_id in called
        )
    }
    return sorted(chosen | _with_another_start(session, starts.keys() - chosen))


def _starts(session: Session, by: date) -> dict[int, date]:
    """By account: the first day of the latest of its open bills that were told, where that is by this day."""
    latest, old = func.max(Visit.first_statement_on), aliased(Visit)
    rows = session.execute(
        select(Visit.guarantor_account_id, latest)
        .where(
            Visit.guarantor_account_id.in_(
                select(old.guarantor_account_id).where(old.first_statement_on <= by)
            ),
            _owed(),
        )
        .group_by(Visit.guarantor_account_id)
        .having(latest <= by)
    )
    return {account_id: start for account_id, start in rows if start is not None}


def _called(session: Session, account_ids: Collection[int]) -> set[int]:
    called = select(CollectionProof.guarantor_account_id).where(
        CollectionProof.guarantor_account_id.in_(account_ids),
        CollectionProof.kind == "oral_attempt",
    )
    return set(session.scalars(called))


def steps_found(session: Session, account_ids: Collection[int]) -> set[tuple[int, str, date]]:
    """The steps that were found: whose, which, and from which start."""
    rows = session.execute(
        select(DunningStep.guarantor_account_id, DunningStep.step, DunningStep.started_on).where(
            DunningStep.guarantor_account_id.in_(account_ids)
        )
    )
    return {(account_id, step, started_on) for account_id, step, started_on in rows}


def _owed() -> ColumnElement[bool]:
    """For a query over Visit: something is open on it."""
    signed = case((PostingRow.side == "debit", PostingRow.amount), else_=-PostingRow.amount)
    return exists(
        select(PostingRow.visit_id)
        .where(
            PostingRow.visit_id == Visit.id,
            PostingRow.account_id == LedgerAccount.id,
            LedgerAccount.code == Account.PATIENT_RECEIVABLE,
        )
        .group_by(PostingRow.visit_id)
        .having(func.sum(signed) > ZERO)
        .correlate(Visit)
    )


def _with_another_start(session: Session, account_ids: Collection[int]) -> set[int]:
    lost = select(Plan.guarantor_account_id).where(
        Plan.guarantor_account_id.in_(account_ids), Plan.state == PlanState.DEFAULTED.value
    )
    decided = (
        select(Statement.guarantor_account_id)
        .join(StatementLine, StatementLine.statement_id == Statement.id)
        .join(Charge, Charge.id == StatementLine.charge_id)
        .join(
            PostingRow,
            and_(
                PostingRow.visit_id == Charge.visit_id,  # whoever had the bill at that time
                PostingRow.id > Statement.ledger_position,
            ),
        )
        .join(JournalEntry, JournalEntry.id == PostingRow.entry_id)
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(
            Statement.guarantor_account_id.in_(account_ids),
            LedgerAccount.code == Account.PATIENT_RECEIVABLE,
            JournalEntry.kind.like("remittance_claim%"),
        )
    )
    return set(session.scalars(union(lost, decided)))
