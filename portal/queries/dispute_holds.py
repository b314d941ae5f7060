"""When a dispute holds what it is about (DISP-1, DISP-2). The days that it held, `gate_facts` counts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from billing.bill_disputes import Finding
from billing.holds import Condition
from portal.models.accounts import AccountCondition
from portal.models.bill_disputes import BillDispute
from portal.models.claims import Visit
from portal.models.statements import Statement


def holds(on: Any) -> ColumnElement[bool]:
    """For a query over BillDispute: it waits for our answer, or its bill has not rejoined the cycle on this day.

    The same words stand in `conditions._FACTS`.
    """
    return or_(
        BillDispute.state == "open",
        and_(
            BillDispute.state == "answered",
            BillDispute.ended_on.is_(None),
            or_(BillDispute.rejoins_on.is_(None), BillDispute.rejoins_on > on),
        ),
    )


def corrected_since() -> ColumnElement[bool]:
    """For a query over Statement: a bill of its account was corrected after it was cut, because of a dispute."""
    return (
        exists()
        .where(
            BillDispute.visit_id == Visit.id,
            Visit.guarantor_account_id == Statement.guarantor_account_id,
            BillDispute.finding.in_((Finding.CORRECTED.value, Finding.PARTLY.value)),
            BillDispute.answered_at > Statement.cut_at,
        )
        .correlate(Statement)
    )


def disputed_whole(session: Session, account_id: int) -> frozenset[int]:
    """The account's visits of which everything is disputed: no single line was named (CORE-6)."""
    condition = AccountCondition
    return frozenset(
        session.scalars(
            select(Visit.id)
            .join(
                condition,
                or_(
                    condition.visit_id == Visit.id,
                    and_(condition.visit_id.is_(None), condition.patient_id == Visit.patient_id),
                    and_(
                        condition.visit_id.is_(None),
                        condition.patient_id.is_(None),
                        condition.guarantor_account_id == Visit.guarantor_account_id,
                    ),
                ),
            )
            .where(
                Visit.guarantor_account_id == account_id,
                condition.kind == Condition.DISPUTED.value,
                condition.ended_at.is_(None),
            )
        )
    )
