"""One bill: its lines with where each dollar went, its claims, and what every payer decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from billing.money import Money
from billing.proxy_access import ADULT_YEARS, TEEN_YEARS, birthday
from portal.db import read_only
from portal.models.accounts import GuarantorAccount, Patient, Payer
from portal.models.claims import Charge, Claim, Provider, Visit
from portal.models.files import File
from portal.models.remittances import RemittanceClaim
from portal.queries.balances import ChargeBalance, VisitBalance, balances
from portal.queries.staff_account import hold_words
from portal.queries.staff_decisions import Decision, decisions

CLAIM_STATES = {
    "open": "Waiting for the payer",
    "decided": "Decided",
    "deciding_again": "Being decided again",
    "void": "Void",
}
SEQUENCES = {"P": "first", "S": "second", "T": "third"}


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """One service line in words, with its balance."""

    charge_id: int
    line_number: int
    service_on: date
    code: str
    description: str
    balance: ChargeBalance


@dataclass(frozen=True, slots=True, kw_only=True)
class BillClaim:
    """One claim to one payer, and where it was read."""

    id: int
    payer_name: str
    sequence: str
    state: str
    billed: Money
    control_number: str
    payer_claim_number: str
    submitted_on: date | None
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BillPage:
    """One bill of one account."""

    account_id: int
    account_number: str
    account_name: str
    patient_id: int
    patient_name: str
    provider_name: str
    confidential: bool
    of_teenager: bool  # 12 to 17: they may keep it from their parents (HIPAA-9)
    first_statement_on: date | None
    balance: VisitBalance
    holds: tuple[str, ...]
    lines: tuple[BillLine, ...]
    claims: tuple[BillClaim, ...]
    decisions: tuple[Decision, ...]

    def line(self, charge_id: int) -> BillLine | None:
        return next((line for line in self.lines if line.charge_id == charge_id), None)


def bill_page(account_id: int, visit_id: int, *, on: date) -> BillPage | None:
    """One bill; None when the account has none by this id."""
    with read_only() as session:
        rows = _charges(session, account_id, visit_id)
        if not rows:
            return None
        ((balance,),) = [a.visits for a in balances(session, on=on, visit_ids=[visit_id])]
        claims = _claims(session, visit_id)
        decided = decisions(session, RemittanceClaim.claim_id.in_([claim.id for claim in claims]))
    first = rows[0]
    of_charge = {charge.charge_id: charge for charge in balance.charges}
    return BillPage(
        account_id=account_id,
        account_number=first.number,
        account_name=f"{first.first_name} {first.last_name}".strip(),
        patient_id=first.patient_id,
        patient_name=f"{first.patient_first} {first.patient_last}".strip(),
        provider_name=f"Dr. {first.provider_first} {first.provider_last}".replace("  ", " ")
        if first.provider_last
        else "",
        confidential=first.confidential,
        of_teenager=birthday(first.birth_on, TEEN_YEARS)
        <= on
        < birthday(first.birth_on, ADULT_YEARS),
        first_statement_on=first.first_statement_on,
        balance=balance,
        holds=hold_words(balance.holding),
        lines=tuple(
            BillLine(
                charge_id=row.id,
                line_number=row.line_number,
                service_on=row.service_on,
                code="-".join([row.procedure_code, *row.modifiers]),
                description=row.description,
                balance=of_charge[row.id],
            )
            for row in rows
        ),
        claims=claims,
        decisions=decided,
    )


def _charges(session: Session, account_id: int, visit_id: int) -> list[Row[*tuple[Any, ...]]]:
    query = (
        select(
            Charge.id,
            Charge.line_number,
            Charge.service_on,
            Charge.procedure_code,
            Charge.modifiers,
            Charge.description,
            Visit.confidential,
            Patient.birth_on,
            Visit.first_statement_on,
            GuarantorAccount.number,
            GuarantorAccount.first_name,
            GuarantorAccount.last_name,
            Patient.id.label("patient_id"),
            Patient.first_name.label("patient_first"),
            Patient.last_name.label("patient_last"),
            Provider.first_name.label("provider_first"),
            Provider.last_name.label("provider_last"),
        )
        .join(Visit, Visit.id == Charge.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .join(GuarantorAccount, GuarantorAccount.id == Visit.guarantor_account_id)
        .outerjoin(Provider, Provider.id == Visit.provider_id)
        .where(Visit.id == visit_id, Visit.guarantor_account_id == account_id)
        .order_by(Charge.line_number)
    )
    rows: list[Row[*tuple[Any, ...]]] = list(session.execute(query))
    return rows


def _claims(session: Session, visit_id: int) -> tuple[BillClaim, ...]:
    rows = session.execute(
        select(
            Claim.id,
            Payer.name.label("payer_name"),
            Claim.sequence,
            Claim.state,
            Claim.billed,
            Claim.patient_control_number,
            Claim.payer_claim_number,
            Claim.submitted_on,
            Claim.file_position,
            File.name.label("file_name"),
        )
        .join(Payer, Payer.id == Claim.payer_id)
        .outerjoin(File, File.id == Claim.file_id)
        .where(Claim.visit_id == visit_id)
        .order_by(Claim.sequence, Claim.id)
    )
    return tuple(
        BillClaim(
            id=row.id,
            payer_name=row.payer_name,
            sequence=SEQUENCES.get(row.sequence, row.sequence),
            state=CLAIM_STATES.get(row.state, row.state),
            billed=row.billed,
            control_number=row.patient_control_number,
            payer_claim_number=row.payer_claim_number,
            submitted_on=row.submitted_on,
            origin=f"{row.file_name}, segment {row.file_position}" if row.file_name else "",
        )
        for row in rows
    )
