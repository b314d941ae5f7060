"""Writes an 835, so that tests and the sample practice can speak with a payer's voice."""

from __future__ import annotations

from collections.abc import Iterable

from portal.x12.remittance import (
    ClaimPayment,
    Name,
    ProviderAdjustment,
    Remittance,
    ServicePayment,
)
from portal.x12.writer import Envelope, adjustments, amount, clean, day, interchange, segment

VERSION = "005010X221A1"


def write_remittances(remittances: Iterable[Remittance], *, envelope: Envelope) -> bytes:
    """One interchange with one ST for each remittance, readable again by read_remittances."""
    return interchange(
        envelope, group="HP", version=VERSION, sets=(_set(remittance) for remittance in remittances)
    )


def _set(remittance: Remittance) -> list[str]:
    paid = remittance
    written = [
        segment("ST", "835", paid.control_number),
        segment(
            "BPR", "I", amount(paid.paid_cents), paid.credit_or_debit, paid.payment_method or "CHK",
            *[""] * 11, day(paid.issued_on),
        ),
        segment("TRN", "1", clean(paid.trace), clean(paid.payer_tax_id)),
        segment("DTM", "405", day(paid.issued_on)),
    ]  # fmt: skip
    for role, name in (("PR", paid.payer), ("PE", paid.payee)):
        if name is not None:
            written.append(
                segment("N1", role, clean(name.last), name.id_qualifier, clean(name.identifier))
            )
    written.append("LX*1")
    for claim in paid.claims:
        written += _claim(claim)
    written += [_provider_adjustment(adjustment) for adjustment in paid.provider_adjustments]
    return written


def _claim(claim: ClaimPayment) -> list[str]:
    responsible = claim.patient_responsibility_cents
    written = [
        segment(
            "CLP",
            clean(claim.patient_control_number),
            claim.status_code,
            amount(claim.billed_cents),
            amount(claim.paid_cents),
            "" if responsible is None else amount(responsible),
            claim.filing_code,
            clean(claim.payer_claim_number),
            claim.facility_code,
            claim.frequency,
        ),
        *adjustments(claim.adjustments),
    ]
    names = {
        "QC": claim.patient,
        "IL": claim.subscriber,
        "74": claim.corrected_patient,
        "82": claim.rendering,
        "TT": claim.crossover_payer,
        "PR": claim.corrected_payer,
    }
    written += [_name(role, name) for role, name in names.items() if name is not None]
    if claim.remarks:
        written.append(segment("MOA", "", "", *claim.remarks[:5]))
    if claim.original_reference:
        written.append(segment("REF", "F8", clean(claim.original_reference)))
    dates = {"232": claim.statement_from, "233": claim.statement_to, "050": claim.received_on}
    written += [segment("DTM", code, day(on)) for code, on in dates.items() if on]
    if claim.interest_cents:
        written.append(segment("AMT", "I", amount(claim.interest_cents)))
    for line in claim.lines:
        written += _line(line)
    return written


def _line(line: ServicePayment) -> list[str]:
    written = [
        segment(
            "SVC",
            line.procedure,
            amount(line.billed_cents),
            amount(line.paid_cents),
            line.revenue_code,
            line.units,
            line.submitted_procedure,
        )
    ]
    if line.service_to:
        written.append(segment("DTM", "150", day(line.service_from)))
        written.append(segment("DTM", "151", day(line.service_to)))
    elif line.service_from:
        written.append(segment("DTM", "472", day(line.service_from)))
    written += adjustments(line.adjustments)
    if line.control_number:
        written.append(segment("REF", "6R", clean(line.control_number)))
    if line.allowed_cents is not None:
        written.append(segment("AMT", "B6", amount(line.allowed_cents)))
    written += [segment("LQ", "HE", remark) for remark in line.remarks]
    return written


def _name(role: str, name: Name) -> str:
    kind = "2" if role in {"TT", "PR"} else "1"
    return segment(
        "NM1", role, kind, clean(name.last), clean(name.first), clean(name.middle), "",
        clean(name.suffix), name.id_qualifier, clean(name.identifier),
    )  # fmt: skip


def _provider_adjustment(adjustment: ProviderAdjustment) -> str:
    reason = adjustment.reason
    if adjustment.reference:
        reason += f":{clean(adjustment.reference)}"
    return segment(
        "PLB",
        clean(adjustment.provider_identifier),
        day(adjustment.fiscal_period_on),
        reason,
        amount(adjustment.amount_cents),
    )
