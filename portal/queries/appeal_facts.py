"""What an appeal says about a claim: the values of its letter, and the tables of its packet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.appeal_clock import APPEAL_LEVELS, clock_for, payer_type
from billing.denials import NATURES, DenialCategory
from billing.money import Money, total_of
from portal.models.accounts import Coverage, Patient, Payer
from portal.models.claims import Charge, Claim, Provider, Visit
from portal.models.denials import Denial
from portal.models.practice import Practice
from portal.models.remittances import LineAdjustment, RemittanceClaim, RemittanceLine
from portal.queries.payer_clocks import own_clocks

LAYOUT = "appeal"
ORDINALS = ("First", "Second", "Third", "Fourth", "Fifth")


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealFacts:
    """Everything that is known; `values` fills a letter, `document` prints the packet's own pages."""

    claim_id: int
    account_id: int
    patient_id: int
    level: int
    amount: Money
    values: Mapping[str, str]
    document: Mapping[str, Any]


def appeal_facts(session: Session, denials: Sequence[Denial], *, on: date) -> AppealFacts:
    """Of denials of one claim, as the letter of this day would say it."""
    first = denials[0]
    row = session.execute(
        select(Claim, Visit, Patient, Payer, Provider, Coverage)
        .join(Visit, Visit.id == Claim.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .join(Payer, Payer.id == Claim.payer_id)
        .outerjoin(Provider, Provider.id == Visit.provider_id)
        .outerjoin(Coverage, Coverage.id == Claim.coverage_id)
        .where(Claim.id == first.claim_id)
    ).one()
    practice = session.get_one(Practice, 1)
    decision = session.get_one(RemittanceClaim, first.remittance_claim_id)
    level = max(one.level for one in denials) + 1
    amount = total_of(one.amount for one in denials)
    refused = {charge_id for one in denials for charge_id in one.charge_ids}
    lines = _lines(session, row.Visit.id, decision.id, refused)
    values = _values(row, practice, decision, denials) | {
        "today": long_day(on),
        "amount_denied": str(amount),
        "services": ", ".join(line["code"] for line in lines if line["refused"]),
        "level_name": _level_name(session, row.Claim, level, on=first.noticed_on, amount=amount),
    }
    return AppealFacts(
        claim_id=row.Claim.id,
        account_id=row.Visit.guarantor_account_id,
        patient_id=row.Patient.id,
        level=level,
        amount=amount,
        values=values,
        document={
            "practice": practice.name,
            "practice_address": _own_address(practice),
            "values": values,
            "lines": lines,
            "remarks": sorted({code for one in denials for code in one.rarcs}),
        },
    )


def long_day(on: date) -> str:
    """As a letter writes it."""
    return f"{on:%B} {on.day}, {on.year}"


def _own_address(practice: Practice) -> list[str]:
    """Where the payer's answer goes."""
    town = f"{practice.city}, {practice.state} {practice.postal_code}"
    return [line for line in (practice.street, practice.street2, town) if line]


def _values(
    row: Any, practice: Practice, decision: RemittanceClaim, denials: Sequence[Denial]
) -> dict[str, str]:
    return {
        "practice_name": practice.name,
        "practice_phone": practice.phone,
        "practice_npi": practice.npi,
        "practice_tax_id": practice.tax_id,
        "payer_name": row.Payer.name,
        "patient_name": row.Patient.full_name,
        "patient_birth_date": long_day(row.Patient.birth_on),
        "member_id": row.Coverage.member_id if row.Coverage else "",
        "payer_claim_number": decision.payer_claim_number or row.Claim.payer_claim_number,
        "our_claim_number": row.Claim.patient_control_number,
        "service_date": long_day(row.Visit.service_on),
        "provider_name": row.Provider.display_name if row.Provider else "",
        "amount_billed": str(row.Claim.billed),
        "denial_reason": " ".join(_reason(one) for one in denials),
        "decision_date": long_day(decision.decided_on),
    }


def _reason(denial: Denial) -> str:
    """The payer's code and what kind of reason it is; our sentences for patients are not meant for payers."""
    if not denial.carc:
        return "none was given."
    words = NATURES[DenialCategory(denial.category)].words.lower()
    return f"{denial.group_code}-{denial.carc} ({words})."


def _level_name(session: Session, claim: Claim, level: int, *, on: date, amount: Money) -> str:
    if level > len(APPEAL_LEVELS):
        return "Appeal"
    own = own_clocks(session, [claim.payer_id]).get(claim.payer_id, ())
    kind = payer_type(claim.filing_code)
    clock = clock_for(APPEAL_LEVELS[level - 1], kind, own, on=on, at_stake=amount)
    return clock.name if clock else f"{ORDINALS[level - 1]} appeal"


def _lines(
    session: Session, visit_id: int, decision_id: int, refused: set[int]
) -> list[dict[str, Any]]:
    """Each line of the claim with what the payer paid and took off."""
    charges = session.scalars(
        select(Charge).where(Charge.visit_id == visit_id).order_by(Charge.line_number)
    )
    rows = session.execute(
        select(
            RemittanceLine.id,
            RemittanceLine.charge_id,
            RemittanceLine.paid,
            LineAdjustment.group_code,
            LineAdjustment.carc,
            LineAdjustment.amount,
        )
        .outerjoin(LineAdjustment, LineAdjustment.remittance_line_id == RemittanceLine.id)
        .where(RemittanceLine.remittance_claim_id == decision_id)
        .order_by(RemittanceLine.id, LineAdjustment.id)
    ).all()
    paid = {row.id: (row.charge_id, row.paid) for row in rows}
    return [
        {
            "code": "-".join((charge.procedure_code, *charge.modifiers)),
            "on": long_day(charge.service_on),
            "units": charge.units,
            "billed": str(charge.billed),
            "paid": str(total_of(amount for of, amount in paid.values() if of == charge.id)),
            "taken": [
                f"{row.group_code}-{row.carc} {row.amount}"
                for row in rows
                if row.charge_id == charge.id and row.carc
            ],
            "refused": charge.id in refused,
        }
        for charge in charges
    ]
