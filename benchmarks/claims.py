"""Invented claims and what their payer answers, written by our own X12 writers in any number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from portal.x12.claim import Address, BillingProvider, Claim, ClaimCoverage, ClaimLine, Person
from portal.x12.remittance import Adjustment, ClaimPayment, Name, Remittance, ServicePayment
from portal.x12.write_835 import write_remittances
from portal.x12.write_837 import write_claims
from portal.x12.writer import Envelope

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
FIRST_DAY = date(2026, 1, 5)
IN_A_SET = 500  # claims of one payment
VISITS_EACH = 4
PLANS = 40
ENVELOPE = Envelope(sender="EXAMPLE", receiver="KINDBILL", sent_at=NOW)
PAYER = Name("ACME HEALTH", id_qualifier="PI", identifier="99999")
BILLING = BillingProvider(
    name=Name("EXAMPLE FAMILY PRACTICE", id_qualifier="XX", identifier="1999999984"),
    address=Address("1 SAMPLE WAY", "", "EXAMPLETON", "NY", "10001"),
    tax_id="999999999",
)
RENDERING = Name("EXAMPLE", "ADA", id_qualifier="XX", identifier="1999999992")
# Billed, plan discount, paid, and the patient's share by reason: deductible, coinsurance, copay.
LINES = (
    ("99213", 18_000, 6_000, 9_000, "1", 3_000),
    ("85025", 4_000, 1_500, 2_000, "2", 500),
    ("36415", 2_500, 500, 1_000, "3", 1_000),
)


def claims_file(count: int) -> bytes:
    return write_claims(_claims(count), envelope=ENVELOPE)


def remittance_file(count: int, *, batch: int = 0) -> bytes:
    """The answers to the same claims, in payments of 500."""
    sets = [
        _remittance(range(start, min(start + IN_A_SET, count)), batch)
        for start in range(0, count, IN_A_SET)
    ]
    return write_remittances(sets, envelope=ENVELOPE)


def _claims(count: int) -> Iterator[Claim]:
    for number in range(count):
        on = _day(number)
        patient = Person(
            name=_patient(number),
            address=Address("2 INVENTED STREET", "", "SAMPLETOWN", "NY", "10001"),
            birth_on=date(1950, 1, 1) + timedelta(days=number // VISITS_EACH * 7 % 18_000),
            sex="F",
        )
        yield Claim(
            position=0,
            control_number=f"KB{number:07}",
            billed_cents=sum(line[1] for line in _lines(number)),
            place_of_service="11",
            accepts_assignment="A",
            benefits_assigned="Y",
            billing=BILLING,
            rendering=RENDERING,
            patient=patient,
            coverage=ClaimCoverage(
                sequence="P", relationship="18", filing_code="CI", subscriber=patient, payer=PAYER
            ),
            lines=tuple(
                ClaimLine(
                    position=0,
                    number=place,
                    procedure_code=code,
                    billed_cents=billed,
                    service_from=on,
                    service_to=on,
                    control_number=f"{number:07}L{place}",
                )
                for place, (code, billed, *_) in enumerate(_lines(number), start=1)
            ),
            diagnoses=("Z0000",),
        )


def _remittance(numbers: Sequence[int], batch: int) -> Remittance:
    claims = tuple(_answer(n, place) for place, n in enumerate(numbers, start=1))
    first = numbers[0] // IN_A_SET
    return Remittance(
        position=0,
        control_number=f"{first + 1:04}",
        paid_cents=sum(claim.paid_cents for claim in claims),
        payment_method="ACH",
        issued_on=NOW.date(),
        trace=f"TRACE{batch}{first:05}",
        payer_tax_id="1999999999",
        payer=PAYER,
        payee=Name("EXAMPLE FAMILY PRACTICE", id_qualifier="XX", identifier="1999999984"),
        claims=claims,
    )


def _answer(number: int, ordinal: int) -> ClaimPayment:
    on, lines = _day(number), _lines(number)
    return ClaimPayment(
        position=0,
        ordinal=ordinal,
        patient_control_number=f"KB{number:07}",
        status_code="1",
        billed_cents=sum(line[1] for line in lines),
        paid_cents=sum(line[3] for line in lines),
        patient_responsibility_cents=sum(line[5] for line in lines),
        filing_code="12",
        payer_claim_number=f"ICN{number:09}",
        facility_code="11",
        frequency="1",
        patient=_patient(number),
        rendering=RENDERING,
        statement_from=on,
        received_on=on + timedelta(days=3),
        lines=tuple(
            ServicePayment(
                position=0,
                procedure=f"HC:{code}",
                billed_cents=billed,
                paid_cents=paid,
                units="1",
                control_number=f"{number:07}L{place}",
                service_from=on,
                allowed_cents=billed - discount,
                adjustments=(Adjustment("CO", "45", discount), Adjustment("PR", reason, share)),
            )
            for place, (code, billed, discount, paid, reason, share) in enumerate(lines, start=1)
        ),
    )


def _lines(number: int) -> tuple[tuple[str, int, int, int, str, int], ...]:
    """One, two or three lines, as visits have, at the prices of forty plans: amounts repeat, but not all."""
    more = number % PLANS * 35
    return tuple(
        (code, billed + more, discount + more, paid, reason, share)
        for code, billed, discount, paid, reason, share in LINES[: number % 3 + 1]
    )


def _patient(number: int) -> Name:
    number //= VISITS_EACH
    return Name(f"SAMPLE{number}", "TESTA", id_qualifier="MI", identifier=f"M{number:08}")


def _day(number: int) -> date:
    return FIRST_DAY + timedelta(days=number % 40)
