"""Our claims that a payer's unmatched decision may be about, ranked, with what agrees and what does not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, ScalarSelect, Select, select, union
from sqlalchemy.orm import Session

from billing.match_score import MatchScore, Sign, score_match
from billing.money import Money
from portal.db import read_only
from portal.models.accounts import GuarantorAccount, Patient, Payer
from portal.models.claims import Claim, Visit
from portal.models.remittances import RemittanceClaim, RemittanceRow
from portal.queries.name_keys import resembles, words_of
from portal.queries.search_ways import spellings
from portal.queries.staff_decisions import Decision
from portal.x12.remittance import ClaimPayment

SHOWN = 8
LOOKED_AT = 100
UNANSWERED = ("open", "deciding_again")


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
    billed: Money
    facts: tuple[Compared, ...]
    scored: MatchScore

    @property
    def score(self) -> int:
        """0 to 100."""
        return self.scored.points

    @property
    def differences(self) -> tuple[Compared, ...]:
        return tuple(fact for fact in self.facts if not fact.same)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a payer says of the claim that it answered."""

    control_number: str
    payer_claim_number: str
    original_reference: str
    name: str
    days: frozenset[date]
    billed: Money
    payer_id: int | None
    payer_name: str

    @property
    def numbers(self) -> set[str]:
        """Every number in the decision, as written and in capitals."""
        written = (self.control_number, self.payer_claim_number, self.original_reference)
        return {spelled for number in written if number for spelled in spellings(number.strip())}


def match_candidates(remittance_claim_id: int, clp: ClaimPayment) -> tuple[Candidate, ...]:
    """The claims that fit the payer's own words best; none that shares no number and no name."""
    with read_only() as session:
        payer_id, payer_name = session.execute(
            select(RemittanceRow.payer_id, RemittanceRow.payer_name)
            .join(RemittanceClaim, RemittanceClaim.remittance_id == RemittanceRow.id)
            .where(RemittanceClaim.id == remittance_claim_id)
        ).one()
        return likely_claims(session, _from_file(clp, payer_id, payer_name))


def candidates_of(decision: Decision) -> tuple[Candidate, ...]:
    """The same for a decision in our books, whether or not its claim is known."""
    with read_only() as session:
        return likely_claims(session, sought_by(decision))


def _from_file(clp: ClaimPayment, payer_id: int | None, payer_name: str) -> Sought:
    name = clp.corrected_patient or clp.patient
    days = {clp.statement_from, *(line.service_from for line in clp.lines)}
    return Sought(
        control_number=clp.patient_control_number,
        payer_claim_number=clp.payer_claim_number,
        original_reference=clp.original_reference,
        name=f"{name.first} {name.last}".strip() if name else "",
        days=frozenset(day for day in days if day is not None),
        billed=Money(abs(clp.billed_cents)),
        payer_id=payer_id,
        payer_name=payer_name,
    )


def sought_by(decision: Decision) -> Sought:
    """The same from what we keep of the decision, without opening its file."""
    return Sought(
        control_number=decision.control_number,
        payer_claim_number=decision.payer_claim_number,
        original_reference=decision.original_reference,
        name=decision.patient_name,
        days=frozenset(line.service_on for line in decision.services if line.service_on),
        billed=abs(decision.billed),
        payer_id=decision.payer_id,
        payer_name=decision.payer_name,
    )


def likely_claims(session: Session, sought: Sought) -> tuple[Candidate, ...]:
    """Our claims that fit best, the best first, in one statement."""
    found = [_candidate(row, sought) for row in session.execute(_facts_of(_alike(sought)))]
    return tuple(sorted(found, key=lambda one: (-one.score, one.claim_id))[:SHOWN])


def _alike(sought: Sought) -> ScalarSelect[Any]:
    """Claims with one of the numbers, a patient of that name, or that payer's open ones of that amount."""
    ways = [
        select(Claim.id).where(Claim.patient_control_number.in_(sought.numbers)),
        select(Claim.id).where(Claim.payer_claim_number.in_(sought.numbers)),
    ]
    words = words_of(sought.name)
    if words:
        ways.append(
            select(Claim.id)
            .join(Visit, Visit.id == Claim.visit_id)
            .join(Patient, Patient.id == Visit.patient_id)
            .where(resembles(Patient.last_name, Patient.first_name, words))
            .limit(LOOKED_AT)
        )
    if sought.payer_id is not None:
        ways.append(
            select(Claim.id)
            .where(
                Claim.payer_id == sought.payer_id,
                Claim.billed == sought.billed,
                Claim.state.in_(UNANSWERED),
            )
            .limit(LOOKED_AT)
        )
    return union(*ways).scalar_subquery()


def _facts_of(claim_ids: ScalarSelect[Any]) -> Select[*tuple[Any, ...]]:
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


def _candidate(row: Row[*tuple[Any, ...]], sought: Sought) -> Candidate:
    numbers = sought.numbers
    ours = f"{row.first_name} {row.last_name}".strip()
    waits = row.state in UNANSWERED
    named = set(words_of(sought.name)) == set(words_of(ours))
    facts = (
        ("Claim number", sought.control_number, row.patient_control_number, None),
        ("Payer’s claim number", sought.payer_claim_number, row.payer_claim_number, None),
        ("Patient", sought.name, ours, named),
        (
            "Date",
            ", ".join(map(_written, sorted(sought.days))),
            _written(row.service_on),
            row.service_on in sought.days,
        ),
        ("Billed", str(sought.billed), str(row.billed), row.billed == sought.billed),
        ("Payer", sought.payer_name, row.payer_name, row.payer_id == sought.payer_id),
        ("Answered", "now", "waits for an answer" if waits else "answered before", waits),
    )
    compared = tuple(
        Compared(
            what=what,
            theirs=theirs or "none",
            ours=mine or "none",
            same=bool(mine) and mine.upper() in numbers if same is None else same,
        )
        for what, theirs, mine, same in facts
    )
    same = {
        Sign.NUMBER: compared[0].same or compared[1].same,
        Sign.PATIENT: named,
        Sign.DAY: row.service_on in sought.days,
        Sign.AMOUNT: row.billed == sought.billed,
        Sign.PAYER: row.payer_id == sought.payer_id,
    }
    said = {Sign.PATIENT: sought.name, Sign.DAY: sought.days, Sign.PAYER: sought.payer_id}
    known = {sign: agrees for sign, agrees in same.items() if said.get(sign, True)}
    return Candidate(
        claim_id=row.id,
        account_id=row.guarantor_account_id,
        visit_id=row.visit_id,
        account_number=row.account_number,
        control_number=row.patient_control_number,
        billed=row.billed,
        facts=compared,
        scored=score_match(known, waits=waits),
    )


def _written(day: date) -> str:
    return f"{day:%m/%d/%Y}"
