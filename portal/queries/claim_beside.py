"""Our claim beside the payer's answer: who, when, how much, and line by line what differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, case, func, select, type_coerce
from sqlalchemy.orm import Session

from billing.decision import Adjustment, DecisionLine, OpenCharge
from billing.ledger import Account
from billing.line_differences import LinePair, our_code, propose_pairs, written_code
from billing.money import ZERO, Money, total_of
from portal.db import Cents, read_only
from portal.models.accounts import Patient, Payer
from portal.models.claims import Charge, Claim, Visit
from portal.models.ledger import LedgerAccount, PostingRow
from portal.queries.staff_decisions import DecidedLine, Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class LineBeside:
    """One row of the comparison; either side may be missing."""

    number: int  # of the payer's line, from 1; 0 where it sent none
    theirs: DecidedLine | None
    their_code: str
    charge_id: int | None
    our_code: str
    our_day: date | None
    our_amount: Money
    open: Money
    differences: tuple[str, ...]
    sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimBeside:
    """One claim of ours as it stands."""

    claim_id: int
    account_id: int
    visit_id: int
    patient_id: int
    patient_name: str
    control_number: str
    payer_claim_number: str
    payer_name: str
    service_on: date
    billed: Money
    open: Money
    state: str
    charges: tuple[OpenCharge, ...]
    lines: tuple[LineBeside, ...]

    @property
    def proposed(self) -> dict[int, list[int]]:
        """Our line for each of the payer's that adds up with it, by the number of the payer's."""
        return {
            row.number: [row.charge_id]
            for row in self.lines
            if row.theirs and row.charge_id and abs(row.theirs.billed) == row.our_amount
        }

    @property
    def our_lines(self) -> tuple[tuple[int, str], ...]:
        """Each of our lines with its words, for a choice."""
        return tuple((one.charge_id, f"{our_code(one)} {one.billed}") for one in self.charges)


def claim_beside(session: Session, claim_id: int, decision: Decision | None) -> ClaimBeside | None:
    """The claim with its lines aligned to the payer's by what fits, in one statement."""
    signed = case((PostingRow.side == "debit", PostingRow.amount), else_=-PostingRow.amount)
    standing = (
        select(func.coalesce(func.sum(signed), 0))
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .where(
            PostingRow.charge_id == Charge.id,
            LedgerAccount.code == Account.INSURANCE_RECEIVABLE.value,
        )
        .correlate(Charge)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Claim.id,
            Claim.patient_control_number,
            Claim.payer_claim_number,
            Claim.billed,
            Claim.state,
            Payer.name.label("payer_name"),
            Visit.id.label("visit_id"),
            Visit.guarantor_account_id,
            Visit.service_on,
            Patient.id.label("patient_id"),
            Patient.first_name,
            Patient.last_name,
            Charge.id.label("charge_id"),
            Charge.procedure_code,
            Charge.modifiers,
            Charge.service_on.label("line_on"),
            Charge.billed.label("line_billed"),
            type_coerce(standing, Cents()).label("open"),
        )
        .join(Visit, Visit.id == Claim.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .join(Payer, Payer.id == Claim.payer_id)
        .join(Charge, Charge.visit_id == Visit.id)
        .where(Claim.id == claim_id)
        .order_by(Charge.line_number)
    ).all()
    return _claim(rows, decision) if rows else None


def claim_on_page(claim_id: int, decision: Decision) -> ClaimBeside | None:
    """The same for a page of its own; None when there is no such claim."""
    with read_only() as session:
        return claim_beside(session, claim_id, decision)


def _claim(rows: Sequence[Row[*tuple[Any, ...]]], decision: Decision | None) -> ClaimBeside:
    top = rows[0]
    charges = tuple(
        OpenCharge(
            charge_id=row.charge_id,
            procedure=row.procedure_code,
            modifiers=tuple(row.modifiers),
            service_on=row.line_on,
            billed=row.line_billed,
            receivable={None: row.open},
        )
        for row in rows
    )
    return ClaimBeside(
        claim_id=top.id,
        account_id=top.guarantor_account_id,
        visit_id=top.visit_id,
        patient_id=top.patient_id,
        patient_name=f"{top.first_name} {top.last_name}".strip(),
        control_number=top.patient_control_number,
        payer_claim_number=top.payer_claim_number,
        payer_name=top.payer_name,
        service_on=top.service_on,
        billed=top.billed,
        open=total_of(row.open for row in rows),
        state=top.state,
        charges=charges,
        lines=_aligned(decision, charges) if decision else (),
    )


def _aligned(decision: Decision, charges: Sequence[OpenCharge]) -> tuple[LineBeside, ...]:
    services = decision.services
    told = [_decision_line(line) for line in services]
    return tuple(
        _beside(pair, number, services)
        for number, pair in enumerate(propose_pairs(told, charges), start=1)
    )


def _decision_line(line: DecidedLine) -> DecisionLine:
    return DecisionLine(
        procedure=line.procedure,
        submitted_procedure=line.submitted_procedure,
        billed=line.billed,
        paid=line.paid,
        service_on=line.service_on,
        adjustments=tuple(Adjustment(a.group, a.carc, a.amount) for a in line.amounts),
        charge_id=line.charge_id,
    )


def _beside(pair: LinePair, number: int, services: Sequence[DecidedLine]) -> LineBeside:
    """The payer's lines come first in the pairs, in their own order."""
    theirs = services[number - 1] if pair.theirs is not None else None
    ours = pair.ours
    return LineBeside(
        number=number if theirs else 0,
        theirs=theirs,
        their_code=written_code(theirs.submitted_procedure or theirs.procedure) if theirs else "",
        charge_id=ours.charge_id if ours else None,
        our_code=our_code(ours) if ours else "",
        our_day=ours.service_on if ours else None,
        our_amount=ours.billed if ours else ZERO,
        open=ours.open if ours else ZERO,
        differences=tuple(map(str, pair.differences)),
        sure=pair.sure,
    )
