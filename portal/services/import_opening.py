"""Balances that patients owed when the practice changed to Kindbill, with their first statement's day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from billing import entries
from billing.entries import Line
from billing.ledger import Party
from billing.money import ZERO
from portal.models.accounts import Patient
from portal.models.claims import Charge, Visit
from portal.models.practice import Practice
from portal.services.find_patients import find_patients
from portal.services.import_result import RefusedRecord
from portal.services.post_entry import post_entries
from portal.services.practice_date import practice_date
from portal.services.practice_file import Columns, Row, RowRefusedError

OPENING_COLUMNS = Columns(
    id="opening_id",
    needed=("practice_patient_id", "service_date", "amount_cents", "as_of"),
    optional=("description", "first_statement_date"),
)
CODE = "OPENING"
WORDS = "Balance from our old billing system"


def import_opening(
    session: Session, rows: Sequence[Row], *, file_id: int, now: datetime
) -> list[RefusedRecord]:
    """Bring in each balance once, as one bill of one line; the rows refused."""
    del file_id  # the id of a row is the fact
    patients = find_patients(
        session, practice_ids={row.text("practice_patient_id") for row in rows}
    ).by_practice_id
    known, on = _known(session, rows), practice_date(session, now)
    refused: list[RefusedRecord] = []
    fresh: list[tuple[Visit, Charge]] = []
    for row in rows:
        try:
            made = _bill(row, patients, on)
        except RowRefusedError as refusal:
            refused.append(RefusedRecord(position=row.number, id=row.id, reason=str(refusal)))
            continue
        before = known.get(row.id)
        if before is None:
            fresh.append(made)
        elif before != (made[0].patient_id, made[1].billed):
            reason = "this opening_id was imported with another patient or amount"
            refused.append(RefusedRecord(position=row.number, id=row.id, reason=reason))
    _write(session, fresh)
    days = [visit.responsible_on for visit, _ in fresh if visit.responsible_on is not None]
    if days:
        session.execute(
            update(Practice).where(Practice.cut_over_on.is_(None)).values(cut_over_on=max(days))
        )
    return refused


def _known(session: Session, rows: Sequence[Row]) -> dict[str, tuple[int, object]]:
    found = session.execute(
        select(Charge.line_control, Visit.patient_id, Charge.billed)
        .join(Visit, Visit.id == Charge.visit_id)
        .where(Charge.procedure_code == CODE, Charge.line_control.in_({row.id for row in rows}))
    )
    return {opening_id: (patient_id, billed) for opening_id, patient_id, billed in found}


def _bill(row: Row, patients: dict[str, Patient], on: date) -> tuple[Visit, Charge]:
    patient = patients.get(row.text("practice_patient_id"))
    if patient is None:
        raise RowRefusedError("no patient has this practice_patient_id: import contacts first")
    amount, day, as_of = row.cents("amount_cents"), row.needed_day("service_date"), row.needed_day("as_of")  # fmt: skip
    if amount <= ZERO:
        raise RowRefusedError("amount_cents is not above zero: bring credits in as receipts")
    if max(day, as_of) > on:
        raise RowRefusedError("service_date or as_of lies in the future")
    visit = Visit(
        patient_id=patient.id,
        guarantor_account_id=patient.guarantor_account_id,
        control_number=f"opening {row.id}",
        service_on=day,
        coverage_intent="do_not_file",
        responsible_on=as_of,
        first_statement_on=row.day("first_statement_date"),
    )
    charge = Charge(
        line_number=1,
        service_on=day,
        procedure_code=CODE,
        units="1",
        billed=amount,
        description=row.text("description", WORDS),
        line_control=row.id,
    )
    return visit, charge


def _write(session: Session, fresh: Sequence[tuple[Visit, Charge]]) -> None:
    session.add_all(visit for visit, _ in fresh)
    session.flush()
    for visit, charge in fresh:
        charge.visit_id = visit.id
    session.add_all(charge for _, charge in fresh)
    session.flush()
    post_entries(
        session,
        [
            entries.opening(
                source_ref=f"opening:{charge.line_control}",
                occurred_on=visit.responsible_on or visit.service_on,
                lines=[
                    Line(
                        Party(
                            guarantor_account_id=visit.guarantor_account_id,
                            visit_id=visit.id,
                            charge_id=charge.id,
                        ),
                        charge.billed,
                    )
                ],
            )
            for visit, charge in fresh
        ],
    )
