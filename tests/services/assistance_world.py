"""Decisions about assistance for tests of the ledger: made as the services make them, on accounts of the till."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import select

from billing.assistance import Means
from billing.money import Money
from portal.db import read_only, transaction
from portal.models.assistance_decisions import (
    AssistanceAgb,
    AssistanceAward,
    AssistanceDecision,
    AssistanceScreening,
)
from portal.models.ledger import JournalEntry
from portal.queries.assistance_measure import measure
from portal.services.lock_posting import lock_accounts
from portal.services.make_decision import Answer, Subject, make_decision, outcome_of

ONE = 15_960_00  # the poverty line of one person, 2026


def screening(account_id: int, *, on: date, now: datetime, result: str = "none") -> int:
    """A row that says our books were asked."""
    with transaction() as session:
        row = AssistanceScreening(
            guarantor_account_id=account_id,
            screened_on=on,
            screened_at=now,
            why="office",
            result=result,
            evidence=[],
        )
        session.add(row)
        session.flush()
        return row.id


def grant(
    account_id: int,
    percent: int,
    *,
    now: datetime,
    by: int,
    decision_id: UUID | None = None,
    **changes: object,
) -> UUID:
    """Decide for one person with so many percent of the poverty line, as of today."""
    on = now.date()
    means = Means(household=1, income=Money(ONE * percent // 100), states=("OH",), applied_on=on)
    means = replace(means, **changes)  # type: ignore[arg-type]
    seen = screening(account_id, on=on, now=now)
    decision_id = decision_id or uuid4()
    with transaction() as session:
        lock_accounts(session, {account_id})
        measured = measure(session, means, on=on)
        make_decision(
            session,
            decision_id,
            Subject(account_ids=(account_id,), screening_id=seen),
            measured,
            Answer(outcome=outcome_of(measured.terms.discount), login_id=by),
            on=on,
            now=now,
        )
    return decision_id


def decision(decision_id: UUID) -> AssistanceDecision:
    with read_only() as session:
        return session.get_one(AssistanceDecision, decision_id)


def awards(decision_id: UUID) -> list[AssistanceAward]:
    with read_only() as session:
        found = select(AssistanceAward).where(AssistanceAward.decision_id == decision_id)
        return list(session.scalars(found.order_by(AssistanceAward.id)))


def memos(decision_id: UUID) -> list[str]:
    with read_only() as session:
        found = select(JournalEntry.memo).where(
            JournalEntry.source_ref.startswith(f"assistance:{decision_id}"),
            JournalEntry.kind == "adjustment",
        )
        return [memo or "" for memo in session.scalars(found)]


def agb(hundredths: int, *, now: datetime) -> None:
    """A computation that was kept."""
    with transaction() as session:
        session.add(
            AssistanceAgb(
                first_on=date(2025, 1, 1),
                last_on=date(2025, 12, 31),
                allowed=Money(hundredths),
                gross=Money(10_000),
                hundredths=hundredths,
                decisions=1,
                medicare={},
                private={},
                made_at=now,
            )
        )
