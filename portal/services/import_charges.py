"""Services that no 837P tells of: self-pay visits, and practices that send no claims (posting.md)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing import entries
from billing.entries import Line
from billing.ledger import Entry, Party
from billing.money import ZERO
from portal.models.accounts import Patient
from portal.models.claims import Charge, Provider, Visit
from portal.services.apply_credit import apply_credit
from portal.services.bill_appointments import bill_appointments
from portal.services.compare_estimates import compare_estimates
from portal.services.find_patients import find_patients
from portal.services.import_result import RefusedRecord
from portal.services.part_grown import part_grown
from portal.services.post_entry import post_entries
from portal.services.practice_date import practice_date
from portal.services.practice_file import Columns, Row, RowRefusedError
from portal.services.procedure_words import procedure_words
from portal.services.register_payers import unnamed

CHARGE_COLUMNS = Columns(
    id="visit_id",
    needed=(
        "practice_patient_id",
        "date",
        "line",
        "procedure_code",
        "amount_cents",
        "coverage_intent",
    ),
    optional=("modifiers", "units", "description", "provider_npi", "place_of_service"),
    unique=("practice_patient_id", "visit_id", "line"),
)
INTENTS = ("self_pay", "do_not_file")


def import_charges(
    session: Session, rows: Sequence[Row], *, file_id: int, now: datetime
) -> list[RefusedRecord]:
    """Post each visit whose rows are all good; one bad row refuses its whole visit."""
    patients = find_patients(
        session, practice_ids={row.text("practice_patient_id") for row in rows}
    ).by_practice_id
    visits = _known_visits(session, rows, patients)
    providers = _providers(session, rows)
    on = practice_date(session, now)
    refused: list[RefusedRecord] = []
    fresh: list[tuple[Visit, list[Charge]]] = []
    for group in _by_visit(rows):
        try:
            made = _visit(group, patients, visits, providers, on)
        except RowRefusedError as refusal:
            refused += [
                RefusedRecord(position=row.number, id=row.id, reason=str(refusal)) for row in group
            ]
            continue
        if made is not None:
            fresh.append(made)
    part_grown(session, [visit for visit, _ in fresh])
    _write(session, fresh)
    bill_appointments(session, [visit for visit, _ in fresh], on=on)
    compare_estimates(session, [visit for visit, _ in fresh], now=now)
    owners = {visit.guarantor_account_id for visit, _ in fresh}
    source = f"charges:{file_id}:{fresh[0][0].id if fresh else ''}"
    apply_credit(session, guarantor_account_ids=owners, on=on, source=source)
    return refused


def _by_visit(rows: Sequence[Row]) -> list[list[Row]]:
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        groups[(row.text("practice_patient_id"), row.id)].append(row)
    return list(groups.values())


def _known_visits(
    session: Session, rows: Sequence[Row], patients: dict[str, Patient]
) -> dict[tuple[int, str], tuple[Visit, list[Charge]]]:
    found = session.execute(
        select(Visit, Charge)
        .join(Charge, Charge.visit_id == Visit.id)
        .where(
            Visit.patient_id.in_([patient.id for patient in patients.values()]),
            Visit.control_number.in_({row.id for row in rows}),
        )
        .order_by(Visit.id, Charge.line_number)
    )
    known: dict[tuple[int, str], tuple[Visit, list[Charge]]] = {}
    for visit, charge in found:
        known.setdefault((visit.patient_id, visit.control_number), (visit, []))[1].append(charge)
    return known


def _providers(session: Session, rows: Sequence[Row]) -> dict[str, int]:
    """Known providers by NPI, and a bare row for each new one."""
    wanted = {row.text("provider_npi") for row in rows} - {""}
    known = {p.npi: p.id for p in session.scalars(select(Provider).where(Provider.npi.in_(wanted)))}
    fresh = [Provider(npi=npi, last_name=unnamed(npi)) for npi in sorted(wanted - set(known))]
    session.add_all(fresh)
    session.flush()
    return known | {provider.npi: provider.id for provider in fresh}


def _visit(
    group: list[Row],
    patients: dict[str, Patient],
    visits: dict[tuple[int, str], tuple[Visit, list[Charge]]],
    providers: dict[str, int],
    on: date,
) -> tuple[Visit, list[Charge]] | None:
    """A new visit with its charges; None where the very same one is here."""
    first = group[0]
    patient = patients.get(first.text("practice_patient_id"))
    if patient is None:
        raise RowRefusedError("no patient has this practice_patient_id: import contacts first")
    intents = {row.one_of("coverage_intent", INTENTS) for row in group}
    if len(intents) > 1:
        raise RowRefusedError("the rows of this visit have different coverage_intent")
    charges = [_charge(row, providers, on) for row in group]
    known = visits.get((patient.id, first.id))
    if known is not None:
        if [_told(charge) for charge in known[1]] != sorted(_told(charge) for charge in charges):
            raise RowRefusedError("this visit_id was imported with other lines: adjust it instead")
        return None
    visit = Visit(
        patient_id=patient.id,
        guarantor_account_id=patient.guarantor_account_id,
        provider_id=charges[0].provider_id,
        control_number=first.id,
        service_on=min(charge.service_on for charge in charges),
        place_of_service=first.text("place_of_service"),
        coverage_intent=intents.pop(),
        responsible_on=on,
    )
    return visit, charges


def _told(charge: Charge) -> tuple[int, str, int]:
    return charge.line_number, charge.procedure_code, charge.billed.cents


def _charge(row: Row, providers: dict[str, int], on: date) -> Charge:
    amount, day = row.cents("amount_cents"), row.needed_day("date")
    number = row.text("line")
    if amount <= ZERO:
        raise RowRefusedError("amount_cents is not above zero")
    if day > on:
        raise RowRefusedError("date lies in the future")
    if not (number.isdecimal() and 0 < int(number) < 1000):  # noqa: PLR2004 - a visit has few lines
        raise RowRefusedError("line is not a number from 1 to 999")
    code = row.needed("procedure_code").upper()
    return Charge(
        line_number=int(number),
        service_on=day,
        procedure_code=code,
        modifiers=row.text("modifiers").replace(":", " ").upper().split(),
        units=row.text("units", "1"),
        billed=amount,
        description=row.text("description") or procedure_words(code),
        provider_id=providers.get(row.text("provider_npi")),
    )


def _write(session: Session, fresh: Sequence[tuple[Visit, list[Charge]]]) -> None:
    session.add_all(visit for visit, _ in fresh)
    session.flush()
    for visit, charges in fresh:
        for charge in charges:
            charge.visit_id = visit.id
        session.add_all(charges)
    session.flush()
    found: list[Entry] = []
    for visit, charges in fresh:
        lines = [
            Line(
                Party(
                    guarantor_account_id=visit.guarantor_account_id,
                    visit_id=visit.id,
                    charge_id=charge.id,
                ),
                charge.billed,
            )
            for charge in charges
        ]
        found.append(
            entries.self_pay_charge(
                source_ref=f"charges:{visit.patient_id}:{visit.control_number}",
                occurred_on=visit.service_on,
                lines=lines,
            )
        )
    post_entries(session, found)
