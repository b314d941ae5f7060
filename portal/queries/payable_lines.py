"""The single services of bills: for choosing among them, and to say which of them a payment settles (STMT-21)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from billing.allocation import Allocation, OpenLine
from billing.money import Money
from portal.db import read_only
from portal.models.accounts import Patient
from portal.models.claims import Charge, Visit
from portal.queries.plain_services import describe


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeWords:
    """One service in plain words."""

    charge_id: int
    visit_id: int
    patient_name: str
    service_on: date
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PayableLine:
    """One service that may be paid, with what is open on it."""

    words: ChargeWords
    due: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidLine:
    """How much of a payment one service gets, and what stays due on it."""

    words: ChargeWords
    amount: Money
    left: Money


def payable_lines(lines: Sequence[OpenLine]) -> tuple[PayableLine, ...]:
    """The lines of a viewer's own page that are due, oldest first; held ones wait."""
    words = _words({line.charge_id for line in lines if not line.held})
    return tuple(
        PayableLine(words=words[line.charge_id], due=line.due)
        for line in sorted(lines, key=lambda line: (line.service_on, line.charge_id))
        if line.charge_id in words
    )


def paid_lines(allocation: Allocation) -> tuple[PaidLine, ...]:
    """An allocation over lines of a viewer's own page, in its order."""
    words = _words({share.line.charge_id for share in allocation.shares})
    return tuple(
        PaidLine(
            words=words[share.line.charge_id],
            amount=share.amount,
            left=share.line.due - share.amount,
        )
        for share in allocation.shares
    )


def visit_words(visit_id: int) -> ChargeWords | None:
    """The largest service of one of a viewer's own visits, to call the visit by."""
    largest = select(Charge.id).where(Charge.visit_id == visit_id)
    with read_only() as session:
        found = session.scalar(largest.order_by(Charge.billed.desc(), Charge.id).limit(1))
    return _words([found])[found] if found else None


def _words(charge_ids: Collection[int]) -> dict[int, ChargeWords]:
    if not charge_ids:
        return {}
    query = (
        select(
            Charge.id,
            Charge.visit_id,
            Charge.service_on,
            Charge.description,
            Charge.procedure_code,
            Patient.first_name,
            Patient.last_name,
        )
        .join(Visit, Visit.id == Charge.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(Charge.id.in_(charge_ids))
    )
    with read_only() as session:
        rows = session.execute(query).all()
    return {
        row.id: ChargeWords(
            charge_id=row.id,
            visit_id=row.visit_id,
            patient_name=row.first_name or row.last_name,
            service_on=row.service_on,
            what=row.description or describe(row.procedure_code) or "Medical service",
        )
        for row in rows
    }
