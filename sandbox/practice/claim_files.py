"""Spells the practice's claims as weekly 837P files, as its billing software would send them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time

from portal.x12.claim import (
    Address,
    BillingProvider,
    Claim,
    ClaimCoverage,
    ClaimLine,
    LineDecision,
    Person,
)
from portal.x12.remittance import Adjustment, Name
from portal.x12.write_837 import write_claims
from portal.x12.writer import Envelope
from sandbox.practice import catalogue, model

BILLING = BillingProvider(
    name=Name(catalogue.PRACTICE_NAME, id_qualifier="XX", identifier=catalogue.PRACTICE_NPI),
    address=Address(
        street=catalogue.PRACTICE_ADDRESS.street,
        city=catalogue.PRACTICE_ADDRESS.city,
        state=catalogue.PRACTICE_ADDRESS.state,
        postal_code=catalogue.PRACTICE_ADDRESS.postal_code,
    ),
    tax_id=catalogue.PRACTICE_TAX_ID,
)
SEQUENCES = "PST"


def claim_file(claims: Iterable[Claim], *, on: date, number: int) -> bytes:
    """One 837P as sent on a day."""
    envelope = Envelope(
        sender="RIVERSIDEFM",
        receiver="SAMPLECLEARING",
        sent_at=datetime.combine(on, time(17, 30)),
        control_number=number,
        usage="T",
    )
    return write_claims(claims, envelope=envelope)


def first_claim(visit: model.Visit) -> Claim:
    """The claim to the first plan; the other plans are named beside it."""
    cards = visit.patient.memberships
    others = tuple(
        _coverage(card, SEQUENCES[place]) for place, card in enumerate(cards[1:], start=1)
    )
    return _claim(visit, _coverage(cards[0], "P"), others, ())


def second_claim(asked: model.SecondaryClaim) -> Claim:
    """The claim to the second plan, with what the first one decided on each line."""
    first, visit = asked.first, asked.first.visit
    earlier = _coverage(first.membership, "P", first)
    decisions = tuple(
        LineDecision(
            payer_identifier=first.membership.plan.payer.identifier,
            paid_cents=line.paid,
            procedure=f"HC:{line.service.code}",
            adjustments=adjustments(line.cuts),
            decided_on=first.on,
        )
        for line in first.lines
    )
    return _claim(visit, _coverage(visit.patient.memberships[1], "S"), (earlier,), decisions)


def adjustments(cuts: Iterable[model.Cut], sign: int = 1) -> tuple[Adjustment, ...]:
    """CAS triplets of the cuts."""
    return tuple(Adjustment(cut.group, cut.reason, sign * cut.amount) for cut in cuts)


def rendering(visit: model.Visit) -> Name:
    """Who treated."""
    provider = visit.provider
    return Name(provider.last, provider.first, id_qualifier="XX", identifier=provider.npi)


def _claim(
    visit: model.Visit,
    asked: ClaimCoverage,
    others: tuple[ClaimCoverage, ...],
    decisions: tuple[LineDecision, ...],
) -> Claim:
    return Claim(
        position=0,
        control_number=visit.control_number,
        billed_cents=visit.billed,
        place_of_service="11",
        accepts_assignment="A",
        benefits_assigned="Y",
        patient_paid_cents=visit.desk_copay,
        billing=BILLING,
        rendering=rendering(visit),
        patient=_person(visit.patient.person),
        coverage=asked,
        other_coverages=others,
        lines=tuple(
            ClaimLine(
                position=0,
                number=number,
                procedure_code=service.code,
                billed_cents=service.fee,
                place_of_service="11",
                service_from=visit.on,
                service_to=visit.on,
                control_number=f"{visit.control_number}-{number}",
                decisions=decisions[number - 1 : number],
            )
            for number, service in enumerate(visit.services, start=1)
        ),
        diagnoses=(visit.diagnosis,),
    )


def _coverage(
    card: model.Membership, sequence: str, decision: model.Decision | None = None
) -> ClaimCoverage:
    payer = card.plan.payer
    return ClaimCoverage(
        sequence=sequence,
        relationship=card.relationship,
        group_number=card.group_number,
        plan_name="" if card.group_number else card.plan.name,
        filing_code=payer.filing_code,
        subscriber=_person(card.subscriber, card.member_id),
        payer=Name(payer.name, id_qualifier="PI", identifier=payer.identifier),
        payer_claim_number=decision.payer_claim_number if decision else "",
        paid_cents=decision.paid if decision else None,
        decided_on=decision.on if decision else None,
    )


def _person(person: model.Person, member_id: str = "") -> Person:
    return Person(
        name=Name(
            person.last,
            person.first,
            person.middle,
            id_qualifier="MI" if member_id else "",
            identifier=member_id,
        ),
        address=Address(
            street=person.address.street,
            city=person.address.city,
            state=person.address.state,
            postal_code=person.address.postal_code,
        ),
        birth_on=person.birth_on,
        sex=person.sex,
    )
