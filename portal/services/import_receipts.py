"""Money the practice took itself: each row credits the patient's visit, once (posting.md)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from billing import entries
from billing.ledger import Entry, Party
from billing.money import ZERO
from portal.models.accounts import Patient
from portal.models.claims import Visit
from portal.models.payments import PracticeReceipt
from portal.models.practice import Practice
from portal.services.apply_credit import apply_credit
from portal.services.find_patients import PatientFinder, find_patients
from portal.services.import_result import RefusedRecord
from portal.services.post_entry import post_entries
from portal.services.practice_date import practice_date
from portal.services.practice_file import Columns, Row, RowRefusedError

OURS = "kindbill:"  # what export-payments wrote comes back with this before its id
RECEIPT_COLUMNS = Columns(
    id="receipt_id",
    needed=("practice_patient_id", "date", "method", "amount_cents", "kind"),
    optional=(
        *("control_number", "service_date", "reverses", "covers_through"),
        # export-payments' own: they come back with its file and say nothing here.
        *("procedure_code", "account_number"),
    ),
    ours=OURS,
    mark="covers_through",
)
METHODS = ("card", "cash", "check", "online", "other")
RECEIPT_KINDS = ("copay", "balance", "deposit")


@dataclass(frozen=True, slots=True)
class _Books:
    """What the rows are judged by."""

    patients: PatientFinder
    visits: dict[int, list[Visit]]  # by patient
    known: dict[str, PracticeReceipt]


def import_receipts(
    session: Session, rows: Sequence[Row], *, file_id: int, now: datetime
) -> list[RefusedRecord]:
    """Post each new receipt and let it settle what is already owed; the rows refused."""
    books, on = _prefetch(session, rows), practice_date(session, now)
    refused: list[RefusedRecord] = []
    fresh: list[PracticeReceipt] = []
    for row in rows:
        try:
            receipt = _receipt(row, books, on=on)
        except RowRefusedError as refusal:
            refused.append(RefusedRecord(position=row.number, id=row.id, reason=str(refusal)))
            continue
        if receipt is not None:
            fresh.append(receipt)
            books.known[receipt.receipt_id] = receipt
    session.add_all(fresh)
    session.flush()
    owners = _post(session, fresh, books)
    source = f"receipts:{file_id}:{fresh[0].receipt_id if fresh else ''}"
    bad = {record.position for record in refused}
    _cover(session, [row for row in rows if row.number not in bad])
    apply_credit(session, guarantor_account_ids=owners, on=on, source=source)
    return refused


def _prefetch(session: Session, rows: Sequence[Row]) -> _Books:
    patients = find_patients(
        session, practice_ids={row.text("practice_patient_id") for row in rows}
    )
    ids = [patient.id for patient in patients.by_practice_id.values()]
    visits: dict[int, list[Visit]] = defaultdict(list)
    for visit in session.scalars(select(Visit).where(Visit.patient_id.in_(ids))):
        visits[visit.patient_id].append(visit)
    named = {row.id for row in rows} | {row.text("reverses") for row in rows}
    known = session.scalars(
        select(PracticeReceipt).where(
            or_(
                PracticeReceipt.receipt_id.in_(named),
                PracticeReceipt.reverses_receipt_id.in_(named - {""}),
            )
        )
    )
    return _Books(patients, visits, {receipt.receipt_id: receipt for receipt in known})


def _receipt(row: Row, books: _Books, *, on: date) -> PracticeReceipt | None:
    """The receipt of a row; None where it is here already, or is our own coming back."""
    through = row.day("covers_through")
    if through is not None and through > on:
        raise RowRefusedError("covers_through lies in the future")
    if row.id.startswith(OURS) or not row.text("amount_cents"):
        return None
    patient = books.patients.by_practice_id.get(row.text("practice_patient_id"))
    if patient is None:
        raise RowRefusedError("no patient has this practice_patient_id: import contacts first")
    amount = row.cents("amount_cents")
    reverses = row.text("reverses")
    original = books.known.get(reverses) if reverses else None
    if reverses:
        amount = -abs(amount)
        if original is None:
            raise RowRefusedError(f"reverses {reverses}, which is not here")
        if original.amount != -amount or original.patient_id != patient.id:
            raise RowRefusedError(f"reverses {reverses}, whose patient or amount is another")
        if any(r.reverses_receipt_id == reverses and r.receipt_id != row.id
               for r in books.known.values()):  # fmt: skip
            raise RowRefusedError(f"reverses {reverses}, which was reversed before")
    elif amount <= ZERO:
        raise RowRefusedError("amount_cents is not above zero; a refund names what it reverses")
    received_on = row.needed_day("date")
    if received_on > on:
        raise RowRefusedError("date lies in the future")
    visit_id = original.visit_id if original else _visit(row, patient, books)
    receipt = PracticeReceipt(
        receipt_id=row.id,
        patient_id=patient.id,
        visit_id=visit_id,
        received_on=received_on,
        method=row.one_of("method", METHODS),
        kind=row.one_of("kind", RECEIPT_KINDS),
        amount=amount,
        reverses_receipt_id=reverses or None,
    )
    return None if _is_known(receipt, books) else receipt


def _visit(row: Row, patient: Patient, books: _Books) -> int | None:
    """The visit by control number, else by day of service; none is money on account."""
    visits = books.visits[patient.id]
    number, day = row.text("control_number"), row.day("service_date")
    if number:
        visits = [visit for visit in visits if visit.control_number == number]
    if day is not None:
        visits = [visit for visit in visits if visit.service_on == day]
    if not number and day is None:
        return None
    if not visits:
        raise RowRefusedError("no visit of this patient has this control_number or service_date")
    if len(visits) > 1:
        nearest = [visit for visit in visits if visit.service_on == row.day("date")]
        if len(nearest) != 1:
            raise RowRefusedError("more than one visit fits: give control_number and service_date")
        visits = nearest
    return visits[0].id


def _is_known(receipt: PracticeReceipt, books: _Books) -> bool:
    """The same id must say the same thing; a change is a reversal and a new receipt."""
    before = books.known.get(receipt.receipt_id)
    if before is None:
        return False
    if (before.patient_id, before.amount, before.received_on) != (
        receipt.patient_id,
        receipt.amount,
        receipt.received_on,
    ):
        raise RowRefusedError("this receipt_id was imported with another patient, date or amount")
    return True


def _post(session: Session, fresh: Sequence[PracticeReceipt], books: _Books) -> set[int]:
    """Credit the visits (a reversal takes the credit back); the accounts that it concerns."""
    owners = {p.id: p.guarantor_account_id for p in books.patients.by_practice_id.values()}
    bills = {v.id: v.guarantor_account_id for found in books.visits.values() for v in found}
    found: list[Entry] = []
    for receipt in fresh:
        owner = bills.get(receipt.visit_id or 0, owners[receipt.patient_id])
        found.append(
            entries.receipt(
                source_ref=f"receipt:{receipt.receipt_id}",
                occurred_on=receipt.received_on,
                amount=receipt.amount,
                party=Party(
                    guarantor_account_id=owner,
                    visit_id=receipt.visit_id,
                    reference=receipt.receipt_id,
                ),
            )
        )
    for receipt, outcome in zip(fresh, post_entries(session, found), strict=True):
        receipt.entry_id = outcome.entry_id
    return {leg.party.guarantor_account_id or 0 for entry in found for leg in entry.postings}


def _cover(session: Session, rows: Sequence[Row]) -> None:
    """Statements say "payments received through DATE": the last day that the files cover."""
    days = [
        day
        for row in rows
        if not row.id.startswith(OURS)
        for day in (row.day("date"), row.day("covers_through"))
        if day is not None
    ]
    if days:
        last = max(days)
        through = func.greatest(func.coalesce(Practice.receipts_through, last), last)
        session.execute(update(Practice).values(receipts_through=through))
