"""Our claims that a payer's unmatched decision may be about, ranked, with what agrees and what does not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, select, union
from sqlalchemy.orm import Session

from billing.money import Money
from portal.db import read_only
from portal.models.accounts import GuarantorAccount, Patient, Payer
from portal.models.claims import Claim, Visit
from portal.models.remittances import RemittanceClaim, RemittanceRow
from portal.queries.name_keys import resembles, words_of
from portal.queries.search_ways import spellings
from portal.x12.remittance import ClaimPayment

SHOWN = 8
LOOKED_AT = 100
UNANSWERED = ("open", "deciding_again")
# What a sign weighs: a number names one claim, an amount or a day only narrows.
WEIGHTS = {
    "Claim number": 5,
    "Payer’s claim number": 5,
    "Patient": 3,
    "Date": 2,
    "Billed": 2,
    "Payer": 2,
    "Answered": 1,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One fact as the payer wrote it and as we have it."""

    what: str
    theirs: str
    ours: str
    same: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One claim of ours beside the payer's."""

    claim_id: int
    account_id: int
    visit_id: int
    account_number: str
    control_number: str
    facts: tuple[Compared, ...]

    @property
    def score(self) -> int:
        return sum(WEIGHTS[fact.what] for fact in self.facts if fact.same)

    @property
    def differences(self) -> tuple[Compared, ...]:
        return tuple(fact for fact in self.facts if not fact.same)


def match_candidates(remittance_claim_id: int, clp: ClaimPayment) -> tuple[Candidate, ...]:
    """The claims that fit best, the best first; none that shares no number and no name."""
    with read_only() as session:
        payer_id, payer_name = session.execute(
            select(RemittanceRow.payer_id, RemittanceRow.payer_name)
            .join(RemittanceClaim, RemittanceClaim.remittance_id == RemittanceRow.id)
            .where(RemittanceClaim.id == remittance_claim_id)
        ).one()
        rows = session.execute(_facts_of(_alike(session, clp, payer_id))).all()
    found = [_candidate(row, clp, payer_id, payer_name) for row in rows]
    return tuple(sorted(found, key=lambda one: (-one.score, one.claim_id))[:SHOWN])


def _alike(session: Session, clp: ClaimPayment, payer_id: int | None) -> Collection[int]:
    """Claims with one of the numbers, a patient of that name, or that payer's open ones of that amount."""
    numbers = _numbers(clp)
    ways = [
        select(Claim.id).where(Claim.patient_control_number.in_(numbers)),
        select(Claim.id).where(Claim.payer_claim_number.in_(numbers)),
    ]
    words = words_of(_name(clp))
    if words:
        ways.append(
            select(Claim.id)
            .join(Visit, Visit.id == Claim.visit_id)
            .join(Patient, Patient.id == Visit.patient_id)
            .where(resembles(Patient.last_name, Patient.first_name, words))
            .limit(LOOKED_AT)
        )
    if payer_id is not None:
        ways.append(
            select(Claim.id)
            .where(
                Claim.payer_id == payer_id,
                Claim.billed == Money(abs(clp.billed_cents)),
                Claim.state.in_(UNANSWERED),
            )
            .limit(LOOKED_AT)
        )
    return session.scalars(union(*ways)).all()


def _facts_of(claim_ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = (
        select(
            Claim.id,
            Claim.patient_control_number,
            Claim.payer_claim_number,
            Claim.billed,
            Claim.state,
            Claim.payer_id,
            Payer.name.label("payer_name"),
            Visit.id.label("visit_id"),
            Visit.service_on,
            Visit.guarantor_account_id,
            GuarantorAccount.number.label("account_number"),
            Patient.first_name,
            Patient.last_name,
        )
        .join(Visit, Visit.id == Claim.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .join(Payer, Payer.id == Claim.payer_id)
        .join(GuarantorAccount, GuarantorAccount.id == Visit.guarantor_account_id)
        .where(Claim.id.in_(claim_ids), Claim.state != "void")
    )
    return query


def _candidate(
    row: Row[*tuple[Any, ...]], clp: ClaimPayment, payer_id: int | None, payer_name: str
) -> Candidate:
    numbers, days, name = _numbers(clp), _days(clp), _name(clp)
    billed = Money(abs(clp.billed_cents))
    ours = f"{row.first_name} {row.last_name}".strip()
    waits = row.state in UNANSWERED
    facts = (
        ("Claim number", clp.patient_control_number, row.patient_control_number, None),
        ("Payer’s claim number", clp.payer_claim_number, row.payer_claim_number, None),
        ("Patient", name, ours, set(words_of(name)) == set(words_of(ours))),
        (
            "Date",
            ", ".join(map(_written, sorted(days))),
            _written(row.service_on),
            row.service_on in days,
        ),
        ("Billed", str(billed), str(row.billed), row.billed == billed),
        ("Payer", payer_name, row.payer_name, row.payer_id == payer_id),
        ("Answered", "now", "waits for an answer" if waits else "answered before", waits),
    )
    return Candidate(
        claim_id=row.id,
        account_id=row.guarantor_account_id,
        visit_id=row.visit_id,
        account_number=row.account_number,
        control_number=row.patient_control_number,
        facts=tuple(
            Compared(
                what=what,
                theirs=theirs or "none",
                ours=mine or "none",
                same=bool(mine) and mine.upper() in numbers if same is None else same,
            )
            for what, theirs, mine, same in facts
        ),
    )


def _numbers(clp: ClaimPayment) -> set[str]:
    """Every number in the decision, as written and in capitals."""
    written = (clp.patient_control_number, clp.payer_claim_number, clp.original_reference)
    return {spelled for number in written if number for spelled in spellings(number.strip())}


def _days(clp: ClaimPayment) -> set[date]:
    days = {clp.statement_from, *(line.service_from for line in clp.lines)}
    return {day for day in days if day is not None}


def _name(clp: ClaimPayment) -> str:
    name = clp.corrected_patient or clp.patient
    return f"{name.first} {name.last}".strip() if name else ""


def _written(day: date) -> str:
    return f"{day:%m/%d/%Y}"
