"""Find or add the people and coverages that claims name, never merging two who may differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models.accounts import Coverage, GuarantorAccount, Patient
from portal.models.claims import Visit
from portal.models.work import WorkItem
from portal.services.kept_records import kept_records
from portal.services.match_person import fold, match_address, match_name
from portal.services.open_account import open_accounts
from portal.services.practice_date import practice_date
from portal.services.register_payers import PayerBook, identifier_of
from portal.services.revise import revise
from portal.x12.claim import Claim, ClaimCoverage, Person

_ADDRESS = ("street", "street2", "city", "state", "postal_code")
CoverageKey = tuple[int, str]  # payer id, member id


@dataclass(slots=True)
class Known:
    """One person with what finds them again."""

    patient: Patient
    coverages: dict[CoverageKey, Coverage] = field(default_factory=dict)
    members: set[tuple[str, str]] = field(default_factory=set)  # payer identifier, member id
    controls: set[str] = field(default_factory=set)
    last_service_on: date | None = None


def register_patients(
    session: Session, claims: Sequence[Claim], payers: PayerBook, *, source: str, now: datetime
) -> list[Known]:
    """The patient of each claim, in order; new ones get accounts, changed ones keep a version."""
    known = _prefetch(session, claims, payers)
    found: list[Known] = []
    fresh: list[Known] = []
    doubtful: list[Known] = []
    for claim in claims:
        person = claim.patient
        namesakes = known[(person.birth_on, match_name(person.name.last, person.name.first))]
        match = _same_person(namesakes, claim)
        if match is None:
            match = Known(_new_patient(person))
            fresh.append(match)
            if namesakes:
                doubtful.append(match)
            namesakes.append(match)
        match.members |= _members(claim)
        match.controls.add(claim.control_number)
        found.append(match)
    open_accounts(session, [one.patient for one in fresh], on=practice_date(session, now))
    for one in doubtful:
        session.add(_two_of_a_name(one.patient, now))
    _follow_addresses(session, list(zip(claims, found, strict=True)), source=source, now=now)
    _register_coverages(session, claims, found, payers, source=source, now=now)
    return found


def _prefetch(
    session: Session, claims: Sequence[Claim], payers: PayerBook
) -> dict[tuple[date | None, str], list[Known]]:
    births = {claim.patient.birth_on for claim in claims}
    names = {match_name(claim.patient.name.last, claim.patient.name.first) for claim in claims}
    patients = session.scalars(
        select(Patient)
        .where(Patient.birth_on.in_(births), Patient.match_name.in_(names))
        .order_by(Patient.id)
    )
    named = list(patients)
    kept = kept_records(session, named)
    by_id = {patient.id: Known(patient) for patient in kept.values()}
    identifiers = {payer.id: key for key, payer in payers.by_identifier.items()}
    for coverage in session.scalars(select(Coverage).where(Coverage.patient_id.in_(by_id))):
        one = by_id[coverage.patient_id]
        one.coverages[(coverage.payer_id, coverage.member_id)] = coverage
        one.members.add((identifiers.get(coverage.payer_id, ""), fold(coverage.member_id)))
    visits = (
        select(Visit.patient_id, func.array_agg(Visit.control_number), func.max(Visit.service_on))
        .where(Visit.patient_id.in_(by_id))
        .group_by(Visit.patient_id)
    )
    for patient_id, controls, last_on in session.execute(visits):
        by_id[patient_id].controls.update(controls)
        by_id[patient_id].last_service_on = last_on
    known: dict[tuple[date | None, str], list[Known]] = defaultdict(list)
    for patient in named:
        namesakes = known[(patient.birth_on, patient.match_name)]
        one = by_id[kept[patient.id].id]
        if one not in namesakes:
            namesakes.append(one)
    return known


def _same_person(namesakes: list[Known], claim: Claim) -> Known | None:
    """Name and birth date agree; one more thing must, unless nothing more is known of them."""
    members = _members(claim)
    address = match_address(claim.patient.address.street, claim.patient.address.postal_code)
    for one in namesakes:
        if one.members & members or claim.control_number in one.controls:
            return one
    for one in namesakes:
        if address and match_address(one.patient.street, one.patient.postal_code) == address:
            return one
    for one in namesakes:
        if not one.members and not one.controls:
            return one  # from the contacts file: never seen on a claim
    return None


def _members(claim: Claim) -> set[tuple[str, str]]:
    found = set()
    for coverage in (claim.coverage, *claim.other_coverages):
        member = coverage.subscriber.name.identifier if coverage.subscriber else ""
        if member and coverage.payer is not None:
            found.add((identifier_of(coverage.payer), fold(member)))
    return found


def _new_patient(person: Person) -> Patient:
    assert person.birth_on is not None  # refused before, where a claim has none
    name, address = person.name, person.address
    return Patient(
        last_name=name.last,
        first_name=name.first,
        middle_name=name.middle,
        suffix=name.suffix,
        match_name=match_name(name.last, name.first),
        birth_on=person.birth_on,
        sex=person.sex or "U",
        **{part: getattr(address, part) for part in _ADDRESS},
    )


def _two_of_a_name(patient: Patient, now: datetime) -> WorkItem:
    return WorkItem(
        dedupe_key=f"namesake:{patient.id}",
        kind="namesake",
        reasons=["another patient has the same name and birth date, but nothing else agrees"],
        next_step="Find out whether they are one person.",
        guarantor_account_id=patient.guarantor_account_id,
        opened_at=now,
    )


def _follow_addresses(
    session: Session, pairs: list[tuple[Claim, Known]], *, source: str, now: datetime
) -> None:
    """A newer claim's address becomes the patient's, and the account's while it was the same."""
    moved = [
        (claim, one)
        for claim, one in pairs
        if claim.patient.address.street
        and any(
            getattr(claim.patient.address, part) != getattr(one.patient, part) for part in _ADDRESS
        )
    ]
    ids = {one.patient.guarantor_account_id for _, one in moved}
    accounts = {
        account.id: account
        for account in session.scalars(select(GuarantorAccount).where(GuarantorAccount.id.in_(ids)))
    }
    for claim, one in moved:
        served_on = max(line.service_to for line in claim.lines)
        if one.last_service_on is not None and served_on < one.last_service_on:
            continue
        one.last_service_on = served_on
        wanted = {part: getattr(claim.patient.address, part) for part in _ADDRESS}
        before = {part: getattr(one.patient, part) for part in _ADDRESS}
        account = accounts[one.patient.guarantor_account_id]
        follows = before == {part: getattr(account, part) for part in _ADDRESS}
        revise(session, one.patient, wanted, source=source, now=now)
        if follows:
            revise(session, account, wanted, source=source, now=now)


def _register_coverages(
    session: Session,
    claims: Sequence[Claim],
    found: list[Known],
    payers: PayerBook,
    *,
    source: str,
    now: datetime,
) -> None:
    for claim, one in zip(claims, found, strict=True):
        first = min(line.service_from for line in claim.lines)
        last = max(line.service_to for line in claim.lines)
        for said in (claim.coverage, *claim.other_coverages):
            if said.payer is None or not identifier_of(said.payer):
                continue
            payer_id = payers.of(said.payer).id
            member = said.subscriber.name.identifier if said.subscriber else ""
            values = _coverage_values(said)
            coverage = one.coverages.get((payer_id, member))
            if coverage is None:
                coverage = Coverage(
                    patient_id=one.patient.id,
                    payer_id=payer_id,
                    member_id=member,
                    first_service_on=first,
                    last_service_on=last,
                    **{"sequence": "P", **values},
                )
                session.add(coverage)
                one.coverages[(payer_id, member)] = coverage
                continue
            if coverage.last_service_on is None or last >= coverage.last_service_on:
                if coverage.verified_at is not None:  # a person read the card: a claim is no better
                    values = {key: values[key] for key in values.keys() & {"filing_code"}}
                revise(session, coverage, values, source=source, now=now)
                coverage.last_service_on = last
            coverage.first_service_on = min(first, coverage.first_service_on or first)
    session.flush()


def _coverage_values(said: ClaimCoverage) -> dict[str, Any]:
    """What a claim says of a coverage, without its silences."""
    subscriber = said.subscriber
    values = {
        "group_number": said.group_number,
        "plan_name": said.plan_name,
        "filing_code": said.filing_code,
        "sequence": said.sequence,
        "relationship": said.relationship,
        "subscriber_last_name": subscriber.name.last if subscriber else "",
        "subscriber_first_name": subscriber.name.first if subscriber else "",
        "subscriber_birth_on": subscriber.birth_on if subscriber else None,
    }
    return {key: value for key, value in values.items() if value}
