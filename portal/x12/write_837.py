"""Writes an 837P that a clearinghouse would take: the sample practice sends its claims with it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from portal.x12.claim import (
    Address,
    BillingProvider,
    Claim,
    ClaimCoverage,
    ClaimLine,
    LineDecision,
    Person,
)
from portal.x12.remittance import Name
from portal.x12.writer import Envelope, adjustments, amount, clean, day, interchange, segment

VERSION = "005010X222A1"
_SELF = "18"
# A claim must carry one diagnosis; this one says "unspecified" where the caller has none.
_UNSPECIFIED = ("R69",)


def write_claims(
    claims: Iterable[Claim], *, envelope: Envelope, submitter_phone: str = "5555550100"
) -> bytes:
    """One interchange with one ST, billing providers grouped in order of appearance."""
    sent = envelope.sent_at
    written = [
        segment("ST", "837", f"{envelope.control_number:04d}", VERSION),
        segment(
            "BHT",
            "0019",
            "00",
            str(envelope.control_number),
            f"{sent:%Y%m%d}",
            f"{sent:%H%M}",
            "CH",
        ),
        segment("NM1", "41", "2", clean(envelope.sender), *[""] * 4, "46", clean(envelope.sender)),
        segment("PER", "IC", "BILLING OFFICE", "TE", submitter_phone),
        segment(
            "NM1", "40", "2", clean(envelope.receiver), *[""] * 4, "46", clean(envelope.receiver)
        ),
    ]
    level = 0
    for billing, group in groupby(claims, key=lambda claim: claim.billing):
        level += 1
        written += [segment("HL", str(level), "", "20", "1"), *_billing(billing)]
        parent = level
        for claim in group:
            dependant = claim.coverage.relationship not in {_SELF, ""}
            level += 1
            written.append(segment("HL", str(level), str(parent), "22", "1" if dependant else "0"))
            written += _asked_coverage(claim, dependant=dependant)
            if dependant:
                level += 1
                written.append(segment("HL", str(level), str(level - 1), "23", "0"))
                written.append(segment("PAT", claim.coverage.relationship))
                written += _person("QC", claim.patient, member_id=False)
            written += _claim(claim)
    return interchange(envelope, group="HC", version=VERSION, sets=[written])


def _billing(billing: BillingProvider) -> list[str]:
    return [
        _name("85", billing.name),
        *_address(billing.address),
        segment("REF", "EI", clean(billing.tax_id)),
    ]


def _asked_coverage(claim: Claim, *, dependant: bool) -> list[str]:
    coverage = claim.coverage
    written = [_subscriber_information(coverage, relationship="" if dependant else _SELF)]
    subscriber = coverage.subscriber or claim.patient
    written += _person("IL", subscriber, member_id=True)
    if coverage.payer is not None:
        written.append(_name("PR", coverage.payer))
    return written


def _subscriber_information(coverage: ClaimCoverage, *, relationship: str) -> str:
    return segment(
        "SBR",
        coverage.sequence,
        relationship,
        clean(coverage.group_number),
        clean(coverage.plan_name),
        coverage.insurance_type,
        *[""] * 3,
        coverage.filing_code,
    )


def _claim(claim: Claim) -> list[str]:
    written = [
        segment(
            "CLM", clean(claim.control_number), amount(claim.billed_cents), "", "",
            f"{claim.place_of_service}:B:{claim.frequency}", "Y", claim.accepts_assignment,
            claim.benefits_assigned, "Y",
        )
    ]  # fmt: skip
    if claim.patient_paid_cents:
        written.append(segment("AMT", "F5", amount(claim.patient_paid_cents)))
    if claim.original_reference:
        written.append(segment("REF", "F8", clean(claim.original_reference)))
    if claim.identifier:
        written.append(segment("REF", "D9", clean(claim.identifier)))
    codes = claim.diagnoses or _UNSPECIFIED
    kinds = ("ABK", *["ABF"] * (len(codes) - 1))
    written.append(
        segment("HI", *(f"{kind}:{clean(code)}" for kind, code in zip(kinds, codes, strict=True)))
    )
    if claim.rendering is not None:
        written.append(_name("82", claim.rendering))
    for coverage in claim.other_coverages:
        written += _other_coverage(coverage)
    for line in claim.lines:
        written += _line(line)
    return written


def _other_coverage(coverage: ClaimCoverage) -> list[str]:
    written = [
        _subscriber_information(coverage, relationship=coverage.relationship),
        *adjustments(coverage.adjustments),
    ]
    if coverage.paid_cents is not None:
        written.append(segment("AMT", "D", amount(coverage.paid_cents)))
    written.append(segment("OI", "", "", "Y", "", "", "Y"))
    if coverage.subscriber is not None:
        written.append(_name("IL", coverage.subscriber.name))
        written += _address(coverage.subscriber.address)
    if coverage.payer is not None:
        written.append(_name("PR", coverage.payer))
    if coverage.decided_on:
        written.append(segment("DTP", "573", "D8", day(coverage.decided_on)))
    if coverage.payer_claim_number:
        written.append(segment("REF", "F8", clean(coverage.payer_claim_number)))
    return written


def _line(line: ClaimLine) -> list[str]:
    procedure = ":".join(["HC", clean(line.procedure_code), *map(clean, line.modifiers)])
    written = [
        segment("LX", str(line.number)),
        segment(
            "SV1", procedure, amount(line.billed_cents), line.unit_basis, line.units,
            line.place_of_service, "", "1",
        ),
    ]  # fmt: skip
    if line.service_from == line.service_to:
        written.append(segment("DTP", "472", "D8", day(line.service_from)))
    else:
        between = f"{day(line.service_from)}-{day(line.service_to)}"
        written.append(segment("DTP", "472", "RD8", between))
    if line.control_number:
        written.append(segment("REF", "6R", clean(line.control_number)))
    if line.rendering is not None:
        written.append(_name("82", line.rendering))
    for decision in line.decisions:
        written += _decision(decision)
    return written


def _decision(decision: LineDecision) -> list[str]:
    written = [
        segment(
            "SVD",
            clean(decision.payer_identifier),
            amount(decision.paid_cents),
            decision.procedure,
            "",
            decision.units or "1",
        ),
        *adjustments(decision.adjustments),
    ]
    if decision.decided_on:
        written.append(segment("DTP", "573", "D8", day(decision.decided_on)))
    return written


def _person(role: str, person: Person, *, member_id: bool) -> list[str]:
    name = person.name
    if not member_id:
        name = Name(name.last, name.first, name.middle, name.suffix)
    written = [_name(role, name), *_address(person.address)]
    if person.birth_on:
        written.append(segment("DMG", "D8", day(person.birth_on), person.sex or "U"))
    return written


def _address(address: Address) -> list[str]:
    if not address.street and not address.city:
        return []
    return [
        segment("N3", clean(address.street), clean(address.street2)),
        segment("N4", clean(address.city), address.state, address.postal_code),
    ]


def _name(role: str, name: Name) -> str:
    person = bool(name.first) or role in {"IL", "QC"}
    return segment(
        "NM1", role, "1" if person else "2", clean(name.last), clean(name.first),
        clean(name.middle), "", clean(name.suffix), name.id_qualifier, clean(name.identifier),
    )  # fmt: skip
