"""Spells each payer's weekly payment as an 835."""

from __future__ import annotations

from datetime import datetime, time

from portal.x12.remittance import (
    ClaimPayment,
    Name,
    ProviderAdjustment,
    Remittance,
    ServicePayment,
)
from portal.x12.write_835 import write_remittances
from portal.x12.writer import Envelope
from sandbox.practice import catalogue
from sandbox.practice.claim_files import adjustments, rendering
from sandbox.practice.model import Decision, Payment


def remittance_file(payment: Payment, *, number: int) -> bytes:
    """One 835 with one ST."""
    envelope = Envelope(
        sender=payment.payer.identifier,
        receiver="RIVERSIDEFM",
        sent_at=datetime.combine(payment.on, time(6, 15)),
        control_number=number,
        usage="T",
    )
    return write_remittances([_remittance(payment)], envelope=envelope)


def _remittance(payment: Payment) -> Remittance:
    return Remittance(
        position=0,
        control_number="0001",
        paid_cents=payment.paid,
        payment_method="ACH" if payment.paid else "NON",
        issued_on=payment.on,
        trace=payment.trace,
        payer_tax_id=f"1{payment.payer.tax_id}",
        payer=Name(payment.payer.name, id_qualifier="XV", identifier=payment.payer.identifier),
        payee=Name(catalogue.PRACTICE_NAME, id_qualifier="XX", identifier=catalogue.PRACTICE_NPI),
        claims=tuple(
            _claim(decision, ordinal) for ordinal, decision in enumerate(payment.decisions, start=1)
        ),
        provider_adjustments=tuple(
            ProviderAdjustment(
                position=0,
                provider_identifier=catalogue.PRACTICE_NPI,
                fiscal_period_on=payment.on.replace(month=12, day=31),
                reason=cut.reason,
                reference=cut.reference,
                amount_cents=cut.amount,
            )
            for cut in payment.provider_cuts
        ),
    )


def _claim(decision: Decision, ordinal: int) -> ClaimPayment:
    visit, sign = decision.visit, decision.sign
    person, subscriber = visit.patient.person, decision.membership.subscriber
    crossover, payer = decision.crossover_to, decision.membership.plan.payer
    return ClaimPayment(
        position=0,
        ordinal=ordinal,
        patient_control_number=visit.control_number,
        status_code=decision.status,
        billed_cents=sign * visit.billed,
        paid_cents=decision.paid,
        patient_responsibility_cents=decision.owed if sign > 0 else None,
        filing_code="12" if payer.filing_code == "CI" else payer.filing_code,
        payer_claim_number=decision.payer_claim_number,
        facility_code="11",
        frequency="1",
        patient=Name(
            person.last,
            person.first,
            id_qualifier="MI",
            identifier=decision.membership.member_id,
        ),
        subscriber=None
        if decision.membership.relationship == "18"
        else Name(
            subscriber.last,
            subscriber.first,
            id_qualifier="MI",
            identifier=decision.membership.member_id,
        ),
        rendering=rendering(visit),
        crossover_payer=Name(crossover.name, id_qualifier="PI", identifier=crossover.identifier)
        if crossover
        else None,
        original_reference=decision.original_reference,
        statement_from=visit.on,
        statement_to=visit.on,
        interest_cents=decision.interest,
        adjustments=adjustments(decision.claim_cuts, sign),
        remarks=decision.remarks,
        lines=tuple(
            ServicePayment(
                position=0,
                procedure=f"HC:{line.service.code}",
                billed_cents=sign * line.service.fee,
                paid_cents=sign * line.paid,
                units="1",
                control_number=f"{visit.control_number}-{number}",
                service_from=visit.on,
                adjustments=adjustments(line.cuts, sign),
                remarks=line.remarks,
            )
            for number, line in enumerate(decision.lines, start=1)
        ),
    )
