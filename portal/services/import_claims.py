"""Take in an 837P file: people, coverages, visits, charges and claims, each once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from billing import entries
from billing.entries import Line
from billing.ledger import Entry, Party
from portal.db import transaction
from portal.models.work import WorkItem
from portal.ports import DocumentStore
from portal.services.attach_claims import Attached, Case, Desk, attach_claim, prefetch_cases
from portal.services.bill_appointments import bill_appointments
from portal.services.import_result import ImportResult, RefusedRecord, remembered
from portal.services.part_grown import part_grown
from portal.services.post_entry import post_entries
from portal.services.practice_date import practice_date
from portal.services.register_patients import register_patients
from portal.services.register_payers import identifier_of, register_payers, register_providers
from portal.services.store_file import find_file, lock_imports, store_file
from portal.x12.claim import Claim, RefusedClaim
from portal.x12.envelope import X12Error
from portal.x12.read_837 import read_claims

BATCH = 2000  # claims looked up and written together; one statement holds 65,535 values at most


def import_claims(*, data: bytes, name: str, now: datetime, store: DocumentStore) -> ImportResult:
    """Import every readable claim of the file; refused ones are told, the same file is harmless.

    When the same bytes come again, only what was refused is tried again: it may be welcome by now.
    """
    try:
        found = list(read_claims(data, file=name))
    except X12Error as error:
        refusal = RefusedRecord(
            position=error.position,
            id="",
            reason=f"expected {error.expected}, found {error.found}",
        )
        return ImportResult(file=name, refused=(refusal,))
    with transaction() as session:
        known = find_file(session, kind="837p", data=data) is not None
    stored_as = "" if known else store.put(data)
    with transaction() as session:
        lock_imports(session)
        file = find_file(session, kind="837p", data=data)
        before = ImportResult(file=name)
        if file is None:
            file = store_file(
                session, kind="837p", data=data, name=name, stored_as=stored_as, now=now
            )
        else:
            before = remembered(name, file.result)
            again = {record.position for record in before.refused}
            found = [one for one in found if one.position in again]
        result = take_claims(session, found, file_id=file.id, name=name, now=now)
        result = replace(
            result, accepted=before.accepted + result.accepted, repeated=before.repeated
        )
        file.result = result.kept()
        return result


def take_claims(
    session: Session,
    found: Sequence[Claim | RefusedClaim],
    *,
    file_id: int,
    name: str,
    now: datetime,
) -> ImportResult:
    """Write the claims of one file in the caller's transaction."""
    refused = [
        RefusedRecord(position=one.position, id=one.control_number, reason=one.reason)
        for one in found
        if isinstance(one, RefusedClaim)
    ]
    claims: list[Claim] = []
    for one in found:
        if isinstance(one, Claim):
            reason = _refusal(one)
            if reason:
                refused.append(_refused(one, reason))
            else:
                claims.append(one)
    for start in range(0, len(claims), BATCH):
        batch = claims[start : start + BATCH]
        done = _attach_all(session, batch, file_id=file_id, now=now)
        _write(session, done, file_id=file_id, now=now)
        refused += [_refused(one.claim, one.refusal) for one in done if one.refusal]
    refused.sort(key=lambda record: record.position)
    return ImportResult(file=name, accepted=len(found) - len(refused), refused=tuple(refused))


def _refusal(claim: Claim) -> str:
    """Why a claim that can be read can still not be taken."""
    if not claim.patient.name.last:
        return "expected the patient's name (NM1), found none"
    if claim.patient.birth_on is None:
        return "expected the patient's birth date (DMG), found none"
    if claim.coverage.payer is None or not identifier_of(claim.coverage.payer):
        return "expected a payer with a name or identifier (NM1*PR), found none"
    return ""


def _refused(claim: Claim, reason: str) -> RefusedRecord:
    return RefusedRecord(
        position=claim.position,
        id=claim.control_number,
        reason=f"segment {claim.position}: {reason}",
    )


def _attach_all(
    session: Session, claims: Sequence[Claim], *, file_id: int, now: datetime
) -> list[Attached]:
    payers = register_payers(session, claims)
    providers = register_providers(session, claims)
    people = register_patients(session, claims, payers, source=f"837p:{file_id}", now=now)
    desk = Desk(session, payers, providers, file_id, now)
    prefetch_cases(desk, claims, people)
    with session.no_autoflush:
        done = [attach_claim(desk, claim, one) for claim, one in zip(claims, people, strict=True)]
        visits = {id(one.case.visit): one.case.visit for one in done if one.case is not None}
        fresh = [visit for visit in visits.values() if visit.id is None]
    part_grown(session, fresh)
    bill_appointments(session, fresh, on=practice_date(session, now))
    return done


def _write(session: Session, done: Sequence[Attached], *, file_id: int, now: datetime) -> None:
    """Flush visits, then what hangs on them, then post what the charges changed."""
    session.flush()
    cases: dict[int, Case] = {id(one.case): one.case for one in done if one.case is not None}
    for case in cases.values():
        for charge in case.charges:
            charge.visit_id = case.visit.id
        for row in case.claims:
            row.visit_id = case.visit.id
        session.add_all([*case.charges, *case.claims])
    session.flush()
    post_entries(session, [entry for one in done for entry in _entries(one, file_id)])
    for one in done:
        if one.questions and one.case is not None:
            session.add(_question(one, one.case, file_id, now))


def _entries(one: Attached, file_id: int) -> list[Entry]:
    """The charges of one claim, or the difference that a corrected claim makes."""
    case, row = one.case, one.row
    changed = [(charge, amount) for charge, amount in one.added.values() if amount]
    if case is None or row is None or not changed:
        return []
    lines = [
        Line(
            Party(
                guarantor_account_id=case.visit.guarantor_account_id,
                visit_id=case.visit.id,
                charge_id=charge.id,
                claim_id=row.id,
                payer_id=row.payer_id,
            ),
            amount,
        )
        for charge, amount in changed
    ]
    return [
        entries.charge(
            source_ref=f"837p:{file_id}:{one.claim.position}",
            occurred_on=case.visit.service_on,
            lines=lines,
        )
    ]


def _question(one: Attached, case: Case, file_id: int, now: datetime) -> WorkItem:
    return WorkItem(
        dedupe_key=f"837p:{file_id}:{one.claim.position}",
        kind="claim_import",
        reasons=one.questions,
        next_step="Compare the claim with the charges of this visit.",
        guarantor_account_id=case.visit.guarantor_account_id,
        visit_id=case.visit.id,
        claim_id=one.row.id if one.row else None,
        opened_at=now,
    )
