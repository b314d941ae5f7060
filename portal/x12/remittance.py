"""What an 835 says, as values: every amount in integer cents, every position counted in segments.

What a file holds by the thousand is a named tuple: as frozen as a dataclass, made in a third of the time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple


class Name(NamedTuple):
    """An NM1 person or organisation: last or organisation name, first, middle, suffix, identifier."""

    last: str
    first: str = ""
    middle: str = ""
    suffix: str = ""
    id_qualifier: str = ""
    identifier: str = ""


class Adjustment(NamedTuple):
    """One CAS triplet: group code, CARC, cents taken off (negative gives back), quantity as written."""

    group: str
    reason: str
    amount_cents: int
    quantity: str = ""


class ServicePayment(NamedTuple):
    """One SVC loop. Its equation is `billed - adjustments = paid` (OPS-9)."""

    position: int  # of the SVC segment in the file, counted from 1
    procedure: str  # as written with ':' between components, "HC:99213:25"
    billed_cents: int
    paid_cents: int
    units: str = ""
    revenue_code: str = ""
    submitted_procedure: str = ""  # SVC06
    control_number: str = ""  # REF*6R
    service_from: date | None = None
    service_to: date | None = None
    allowed_cents: int | None = None  # AMT*B6
    adjustments: tuple[Adjustment, ...] = ()
    remarks: tuple[str, ...] = ()  # LQ*HE

    @property
    def balanced(self) -> bool:
        taken = sum(a.amount_cents for a in self.adjustments)
        return self.billed_cents - taken == self.paid_cents


class ClaimPayment(NamedTuple):
    """One CLP loop."""

    position: int
    ordinal: int  # of the CLP in its ST, counted from 1
    patient_control_number: str
    status_code: str
    billed_cents: int
    paid_cents: int
    patient_responsibility_cents: int | None = None  # CLP05 as written; OPS-8 judges by CAS instead
    filing_code: str = ""  # CLP06
    payer_claim_number: str = ""  # CLP07
    facility_code: str = ""
    frequency: str = ""
    patient: Name | None = None  # NM1*QC
    subscriber: Name | None = None  # NM1*IL
    corrected_patient: Name | None = None  # NM1*74
    rendering: Name | None = None  # NM1*82
    crossover_payer: Name | None = None  # NM1*TT
    corrected_payer: Name | None = None  # NM1*PR
    original_reference: str = ""  # REF*F8
    statement_from: date | None = None
    statement_to: date | None = None
    received_on: date | None = None
    interest_cents: int = 0  # AMT*I explains a PLB L6; never posted itself
    adjustments: tuple[Adjustment, ...] = ()
    remarks: tuple[str, ...] = ()  # MOA / MIA
    lines: tuple[ServicePayment, ...] = ()

    @property
    def all_adjustments(self) -> tuple[Adjustment, ...]:
        return self.adjustments + tuple(a for line in self.lines for a in line.adjustments)

    def group_cents(self, group: str) -> int:
        """The sum of the CAS amounts of one group over claim and lines."""
        return sum(a.amount_cents for a in self.all_adjustments if a.group == group)

    @property
    def unbalanced_lines(self) -> tuple[ServicePayment, ...]:
        """The lines whose own equation fails; a claim may fail without any of them."""
        return tuple(line for line in self.lines if not line.balanced)

    @property
    def balance_faults(self) -> tuple[str, ...]:
        """Why this claim's equations fail, in plain words; empty when they hold (OPS-9)."""
        faults: list[str] = []
        taken = billed_on_lines = 0
        for adjustment in self.adjustments:
            taken += adjustment.amount_cents
        for number, line in enumerate(self.lines, start=1):
            off = 0
            for adjustment in line.adjustments:
                off += adjustment.amount_cents
            if line.billed_cents - off != line.paid_cents:
                faults.append(f"line {number} at segment {line.position} does not balance")
            taken += off
            billed_on_lines += line.billed_cents
        if self.billed_cents - taken != self.paid_cents:
            faults.insert(
                0,
                f"claim: billed {self.billed_cents} - adjustments {taken}"
                f" is not paid {self.paid_cents} (cents)",
            )
        if self.lines and billed_on_lines != self.billed_cents:
            faults.append(f"lines bill {billed_on_lines}, the claim {self.billed_cents} (cents)")
        return tuple(faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAdjustment:
    """One PLB pair: above zero takes money from us, below zero gives it."""

    position: int
    provider_identifier: str
    fiscal_period_on: date | None
    reason: str  # PLB03-1
    reference: str  # PLB03-2
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Remittance:
    """One ST*835: a payment, the claims it answers, and what the payer kept or gave beside them."""

    position: int  # of the ST segment
    control_number: str  # ST02
    paid_cents: int  # BPR02
    credit_or_debit: str = "C"  # BPR03; D takes money back from us
    payment_method: str = ""  # BPR04
    issued_on: date | None = None  # BPR16
    trace: str = ""  # TRN02
    payer_tax_id: str = ""  # TRN03
    payer: Name | None = None  # N1*PR
    payee: Name | None = None  # N1*PE
    claims: tuple[ClaimPayment, ...] = ()
    provider_adjustments: tuple[ProviderAdjustment, ...] = ()
    fingerprint: str = ""  # SHA-256 of the segments between ST and SE, delimiters normalised
    warnings: tuple[str, ...] = ()  # wrong SE01, missing SE ...: told, never refused
    faults: tuple[str, ...] = field(default=())  # unreadable amounts, stray lines: hold the set

    @property
    def plb_cents(self) -> int:
        return sum(a.amount_cents for a in self.provider_adjustments)

    @property
    def signed_paid_cents(self) -> int:
        return -self.paid_cents if self.credit_or_debit == "D" else self.paid_cents

    @property
    def balanced(self) -> bool:
        """BPR02 = sum of CLP04 - sum of PLB, and every amount could be read (OPS-9)."""
        claims_paid = sum(claim.paid_cents for claim in self.claims)
        return not self.faults and self.signed_paid_cents == claims_paid - self.plb_cents
