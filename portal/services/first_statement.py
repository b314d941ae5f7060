"""D0, the day of the first statement that arrived: set once, cleared when its only delivery came back (CORE-3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from billing.money import ZERO
from portal.models.claims import Charge, Visit
from portal.models.statements import StatementDelivery, StatementLine


def start_clocks(session: Session, statement_ids: Sequence[int], on: date) -> None:
    """D0 of each visit that a first statement asks for; set once."""
    session.execute(
        update(Visit)
        .where(Visit.id.in_(_asked(statement_ids)), Visit.first_statement_on.is_(None))
        .values(first_statement_on=on)
        .execution_options(synchronize_session=False)
    )


def clear_clocks(session: Session, statement_id: int, delivered_on: date) -> None:
    """Take back the D0 that a bounced delivery set; another one that stands gives its own day."""
    standing = (
        select(func.min(StatementDelivery.delivered_on))
        .join(StatementLine, StatementLine.statement_id == StatementDelivery.statement_id)
        .join(Charge, Charge.id == StatementLine.charge_id)
        .where(
            Charge.visit_id == Visit.id,
            StatementLine.amount > ZERO,
            StatementDelivery.returned_on.is_(None),
        )
        .correlate(Visit)
        .scalar_subquery()
    )
    session.execute(
        update(Visit)
        .where(Visit.id.in_(_asked([statement_id])), Visit.first_statement_on == delivered_on)
        .values(first_statement_on=standing)
        .execution_options(synchronize_session=False)
    )


def _asked(statement_ids: Sequence[int]) -> Select[int]:
    return (
        select(Charge.visit_id)
        .join(StatementLine, StatementLine.charge_id == Charge.id)
        .where(StatementLine.statement_id.in_(statement_ids), StatementLine.amount > ZERO)
    )
