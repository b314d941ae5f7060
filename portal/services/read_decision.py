"""One CLP of an 835 as the rules of billing understand it."""

from __future__ import annotations

from billing.decision import Adjustment, Decision, DecisionLine
from billing.exceptions import Category, Cause, ordered
from billing.match_lines import procedure_of
from billing.money import Money
from portal.x12 import remittance as x12


def decision_of(claim: x12.ClaimPayment) -> Decision:
    """The payer's decision with the reasons why its equations fail, if they do (OPS-9)."""
    share = claim.patient_responsibility_cents
    faults = claim.balance_faults
    return Decision(
        status=claim.status_code,
        billed=Money(claim.billed_cents),
        paid=Money(claim.paid_cents),
        stated_share=None if share is None else Money(share),
        filing_code=claim.filing_code,
        payer_claim_number=claim.payer_claim_number,
        original_reference=claim.original_reference,
        names_next_payer=claim.crossover_payer is not None,
        adjustments=_adjustments(claim.adjustments),
        remarks=claim.remarks,
        lines=tuple(_line(line, claim) for line in claim.lines),
        faults=faults,
        fault=_fault(claim) if faults else None,
    )


def _fault(claim: x12.ClaimPayment) -> Cause:
    off = claim.unbalanced_lines
    if off:
        return Cause(
            Category.UNBALANCED_LINE, ordered(procedure_of(line.procedure).code for line in off)
        )
    return Cause(Category.UNBALANCED_CLAIM)


def _line(line: x12.ServicePayment, claim: x12.ClaimPayment) -> DecisionLine:
    return DecisionLine(
        procedure=line.procedure,
        submitted_procedure=line.submitted_procedure,
        control_number=line.control_number,
        billed=Money(line.billed_cents),
        paid=Money(line.paid_cents),
        service_on=line.service_from or claim.statement_from,
        adjustments=_adjustments(line.adjustments),
        remarks=line.remarks,
        position=line.position,
    )


def _adjustments(found: tuple[x12.Adjustment, ...]) -> tuple[Adjustment, ...]:
    return tuple(Adjustment(a.group, a.reason, Money(a.amount_cents)) for a in found)
