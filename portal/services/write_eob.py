"""The 835 that a typed EOB amounts to: byte for byte the same for the same words, so that it is known again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.eob import REVERSAL, TypedClaim, TypedLine
from billing.money import ZERO
from portal.models.accounts import Payer, PayerAlias
from portal.models.eobs import EobEntry
from portal.models.practice import Practice
from portal.queries.eob_claims import ChargeFacts, ClaimFacts, claim_facts
from portal.queries.eob_document import eob_of
from portal.services.refusal import Refusal
from portal.x12.remittance import (
    Adjustment,
    ClaimPayment,
    Name,
    ProviderAdjustment,
    Remittance,
    ServicePayment,
)
from portal.x12.write_835 import write_remittances
from portal.x12.writer import Envelope

# BPR04 has no word for a virtual card; NON is information without a payment.
METHODS = {"check": "CHK", "eft": "ACH", "virtual_card": "CHK", "none": "NON"}


class EobRefused(Refusal):
    """Nothing was posted or changed; the words say why."""

    title = "Nothing was posted"


def write_eob(session: Session, entry: EobEntry) -> bytes:
    """The file of this entry as it stands. Raises EobRefused when one of its claims is no longer there."""
    eob = eob_of(entry.document)
    payer = session.get_one(Payer, entry.payer_id)
    practice = session.scalars(select(Practice)).one()
    tax_id = session.scalar(
        select(PayerAlias.value)
        .where(PayerAlias.payer_id == payer.id, PayerAlias.kind == "tax_id")
        .order_by(PayerAlias.id)
        .limit(1)
    )
    facts = claim_facts(session, [claim.claim_id for claim in eob.claims])
    if any(claim.claim_id not in facts for claim in eob.claims):
        raise EobRefused("One of these claims is void now. Take it off the EOB.")
    remittance = Remittance(
        position=0,
        control_number="0001",
        paid_cents=entry.total.cents,
        payment_method=METHODS[entry.method],
        issued_on=entry.issued_on,
        trace=entry.number,
        payer_tax_id=tax_id or "",
        payer=Name(last=payer.name, id_qualifier="XV", identifier=payer.identifier),
        payee=Name(last=practice.name, id_qualifier="XX", identifier=practice.npi),
        claims=tuple(
            _claim(claim, facts[claim.claim_id], ordinal)
            for ordinal, claim in enumerate(eob.claims, start=1)
        ),
        provider_adjustments=tuple(
            ProviderAdjustment(
                position=0,
                provider_identifier=practice.npi,
                fiscal_period_on=entry.issued_on.replace(month=12, day=31),
                reason=plb.reason,
                reference=plb.reference,
                amount_cents=plb.amount.cents,
            )
            for plb in eob.plbs
        ),
    )
    return write_remittances([remittance], envelope=_envelope(entry.begun_at))


def _envelope(begun_at: datetime) -> Envelope:
    """Of the moment when typing began: a later try must write the same bytes."""
    return Envelope(sender="TYPED", receiver="KINDBILL", sent_at=begun_at)


def _claim(typed: TypedClaim, facts: ClaimFacts, ordinal: int) -> ClaimPayment:
    sign = -1 if typed.status == REVERSAL else 1
    charges = {charge.charge_id: charge for charge in facts.charges}
    lines = tuple(_line(line, charges[line.charge_id], sign) for line in typed.lines)
    shares = sum(a.amount_cents for line in lines for a in line.adjustments if a.group == "PR")
    return ClaimPayment(
        position=0,
        ordinal=ordinal,
        patient_control_number=facts.control_number,
        status_code=typed.status,
        billed_cents=sign * typed.billed.cents,
        paid_cents=sign * typed.typed_paid.cents,
        patient_responsibility_cents=shares,
        filing_code=facts.filing_code,
        payer_claim_number=typed.payer_claim_number,
        patient=Name(last=facts.last_name, first=facts.first_name),
        crossover_payer=Name(last=typed.crossover) if typed.crossover else None,
        statement_from=facts.service_on,
        remarks=typed.remarks,
        lines=lines,
    )


def _line(typed: TypedLine, charge: ChargeFacts, sign: int) -> ServicePayment:
    return ServicePayment(
        position=0,
        procedure=charge.procedure,
        billed_cents=sign * typed.billed.cents,
        paid_cents=sign * (typed.paid or ZERO).cents,
        units=charge.units,
        control_number=charge.line_control,
        service_from=charge.service_on,
        allowed_cents=None if typed.allowed is None else sign * typed.allowed.cents,
        adjustments=tuple(
            Adjustment(a.group, a.carc, sign * a.amount.cents) for a in typed.adjustments
        ),
        remarks=typed.remarks,
    )
