"""What an 837P says, as values: who was treated, who is asked to pay, and for which services.

Diagnoses are never read: nothing we show or send needs them. `diagnoses` exists for the writer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal.x12.remittance import Adjustment, Name


@dataclass(frozen=True, slots=True)
class Address:
    """N3 and N4."""

    street: str = ""
    street2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A subscriber or patient: NM1, N3, N4 and DMG. The member id is `name.identifier`."""

    name: Name
    address: Address = Address()
    birth_on: date | None = None
    sex: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingProvider:
    """Loop 2010AA; the NPI is `name.identifier`."""

    name: Name
    address: Address = Address()
    tax_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCoverage:
    """One SBR with its subscriber and payer: the plan asked by this claim, or another one (2320)."""

    sequence: str  # SBR01: P, S, T ...
    relationship: str = ""  # of the patient to the subscriber; 18 is self
    group_number: str = ""
    plan_name: str = ""
    insurance_type: str = ""
    filing_code: str = ""  # SBR09: MC Medicaid, MB Medicare part B ...
    subscriber: Person | None = None
    payer: Name | None = None
    payer_claim_number: str = ""  # 2330B REF*F8
    paid_cents: int | None = None  # AMT*D: what this other payer paid
    adjustments: tuple[Adjustment, ...] = ()
    decided_on: date | None = None  # 2330B DTP*573


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDecision:
    """Loop 2430: what an earlier payer decided on a line."""

    payer_identifier: str
    paid_cents: int
    procedure: str = ""
    units: str = ""
    adjustments: tuple[Adjustment, ...] = ()
    decided_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLine:
    """One LX loop."""

    position: int  # of the LX segment in the file, counted from 1
    number: int
    procedure_code: str
    modifiers: tuple[str, ...] = ()
    billed_cents: int
    units: str = "1"
    unit_basis: str = "UN"
    place_of_service: str = ""
    service_from: date
    service_to: date
    control_number: str = ""  # REF*6R
    rendering: Name | None = None  # 2420A, where it differs from the claim's
    decisions: tuple[LineDecision, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One CLM loop with the people above it."""

    position: int  # of the CLM segment in the file, counted from 1
    control_number: str  # CLM01
    billed_cents: int
    place_of_service: str = ""
    frequency: str = "1"  # CLM05-3: 1 original, 7 replaces, 8 voids
    accepts_assignment: str = ""  # CLM07
    benefits_assigned: str = ""  # CLM08
    original_reference: str = ""  # REF*F8
    identifier: str = ""  # REF*D9, the clearinghouse's own
    patient_paid_cents: int = 0  # AMT*F5
    billing: BillingProvider
    rendering: Name | None = None  # 2310B, else the billing provider treats
    patient: Person
    coverage: ClaimCoverage
    other_coverages: tuple[ClaimCoverage, ...] = ()
    lines: tuple[ClaimLine, ...]
    submitted_on: date | None = None  # BHT04
    diagnoses: tuple[str, ...] = ()  # for writing only
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedClaim:
    """One claim that cannot be read, while the rest of its file can."""

    position: int
    control_number: str
    expected: str
    found: str

    @property
    def reason(self) -> str:
        return f"segment {self.position}: expected {self.expected}, found {self.found}"
