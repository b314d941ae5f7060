"""Our claims for whoever types an EOB: found by number, patient or day, with the lines that were billed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select, union
from sqlalchemy.orm import Session

from billing.decision import REVERSAL
from billing.eob import TypedAdjustment, TypedLine
from billing.money import Money
from portal.db import read_only
from portal.models.accounts import Patient, Payer
from portal.models.claims import Charge, Claim, Visit
from portal.models.remittances import LineAdjustment, RemittanceClaim, RemittanceLine
from portal.queries.name_keys import resembles, words_of
from portal.queries.search_ways import born_on, spellings

SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeFacts:
    """One billed line as the 835 names it."""

    charge_id: int
    code: str
    modifiers: tuple[str, ...]
    units: str
    service_on: date
    billed: Money
    line_control: str

    @property
    def procedure(self) -> str:
        return ":".join(("HC", self.code, *self.modifiers))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFacts:
    """One claim of ours, with whose it is."""

    claim_id: int
    visit_id: int
    account_id: int
    patient_id: int
    last_name: str
    first_name: str
    control_number: str
    payer_claim_number: str
    sequence: str
    filing_code: str
    state: str
    payer_id: int
    payer_name: str
    service_on: date
    billed: Money
    charges: tuple[ChargeFacts, ...] = ()

    @property
    def patient_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


def find_claims(term: str, *, payer_id: int) -> tuple[ClaimFacts, ...]:
    """Claims by a number, a patient's name, or a name and a day of service; this payer's stand first."""
    days, rest = born_on(term.strip())
    words = words_of(rest)
    numbers = spellings(term.strip())
    ways = [
        select(Claim.id).where(Claim.patient_control_number.in_(numbers)),
        select(Claim.id).where(Claim.payer_claim_number.in_(numbers)),
    ]
    named: list[ColumnElement[bool]] = []
    if words and not any(c.isdigit() for c in rest):
        named.append(resembles(Patient.last_name, Patient.first_name, words))
    if days:
        named.append(Visit.service_on.in_(days))
    if named:
        ways.append(
            select(Claim.id)
            .join(Visit, Visit.id == Claim.visit_id)
            .join(Patient, Patient.id == Visit.patient_id)
            .where(*named)
            .order_by((Claim.payer_id != payer_id), Visit.service_on.desc())
            .limit(SHOWN)
        )
    with read_only() as session:
        ids = session.scalars(union(*(way.subquery().select() for way in ways))).all()
        found = claim_facts(session, ids)
    ranked = sorted(
        found.values(),
        key=lambda one: (one.payer_id != payer_id, -one.service_on.toordinal(), one.claim_id),
    )
    return tuple(ranked[:SHOWN])


def accounts_of_claims(claim_ids: Collection[int]) -> frozenset[int]:
    """Whose claims they are; empty for none of ours."""
    with read_only() as session:
        return frozenset(
            session.scalars(
                select(Visit.guarantor_account_id)
                .join(Claim, Claim.visit_id == Visit.id)
                .where(Claim.id.in_(claim_ids))
            )
        )


def claim_facts(session: Session, claim_ids: Collection[int]) -> dict[int, ClaimFacts]:
    """These claims with their lines, in two statements; void ones are not there."""
    rows = session.execute(
        select(
            Claim.id.label("claim_id"),
            Claim.visit_id,
            Visit.guarantor_account_id.label("account_id"),
            Visit.patient_id,
            Patient.last_name,
            Patient.first_name,
            Claim.patient_control_number.label("control_number"),
            Claim.payer_claim_number,
            Claim.sequence,
            Claim.filing_code,
            Claim.state,
            Claim.payer_id,
            Payer.name.label("payer_name"),
            Visit.service_on,
            Claim.billed,
        )
        .join(Visit, Visit.id == Claim.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .join(Payer, Payer.id == Claim.payer_id)
        .where(Claim.id.in_(claim_ids), Claim.state != "void")
    ).all()
    charges = _charges(session, {row.visit_id for row in rows})
    return {
        row.claim_id: ClaimFacts(**row._mapping, charges=tuple(charges[row.visit_id]))  # noqa: SLF001 (SQLAlchemy's public name)
        for row in rows
    }


def _charges(session: Session, visit_ids: Collection[int]) -> dict[int, list[ChargeFacts]]:
    found: dict[int, list[ChargeFacts]] = defaultdict(list)
    rows = session.scalars(
        select(Charge)
        .where(Charge.visit_id.in_(visit_ids))
        .order_by(Charge.visit_id, Charge.line_number)
    )
    for row in rows:
        found[row.visit_id].append(
            ChargeFacts(
                charge_id=row.id,
                code=row.procedure_code,
                modifiers=tuple(row.modifiers),
                units=row.units,
                service_on=row.service_on,
                billed=row.billed,
                line_control=row.line_control,
            )
        )
    return found


def standing_decision(session: Session, claim_id: int) -> tuple[str, tuple[TypedLine, ...]]:
    """The payer's number and lines of the decision that stands on a claim: what a reversal takes back."""
    decision = session.execute(
        select(RemittanceClaim.id, RemittanceClaim.payer_claim_number)
        .where(
            RemittanceClaim.claim_id == claim_id,
            RemittanceClaim.disposition == "posted",
            RemittanceClaim.status_code != REVERSAL,
            RemittanceClaim.reversed_by_id.is_(None),
        )
        .order_by(RemittanceClaim.id.desc())
        .limit(1)
    ).one_or_none()
    if decision is None:
        return "", ()
    rows = session.execute(
        select(
            RemittanceLine,
            LineAdjustment.group_code,
            LineAdjustment.carc,
            LineAdjustment.amount.label("off"),
        )
        .outerjoin(LineAdjustment, LineAdjustment.remittance_line_id == RemittanceLine.id)
        .where(
            RemittanceLine.remittance_claim_id == decision.id,
            RemittanceLine.charge_id.is_not(None),
        )
        .order_by(RemittanceLine.id, LineAdjustment.id)
    ).all()
    lines: dict[int, TypedLine] = {}
    off: dict[int, list[TypedAdjustment]] = defaultdict(list)
    for row in rows:
        said: RemittanceLine = row.RemittanceLine
        if row.off is not None:
            off[said.id].append(TypedAdjustment(row.group_code, row.carc, row.off))
        lines[said.id] = TypedLine(
            charge_id=said.charge_id or 0,
            billed=said.billed,
            paid=said.paid,
            adjustments=tuple(off[said.id]),
            remarks=tuple(said.remarks),
        )
    return decision.payer_claim_number, tuple(lines.values())
