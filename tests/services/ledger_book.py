"""A tiny practice in the database, for tests of the ledger: invented people, one visit at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from billing import entries
from billing.ledger import Party
from billing.money import Money
from portal.models.accounts import Coverage, GuarantorAccount, Patient, Payer, PayerAlias
from portal.models.claims import Charge, Claim, Visit
from portal.models.files import File
from portal.models.practice import Practice
from portal.services.post_entry import post_entry

SERVICE_ON = date(2026, 2, 3)


@dataclass
class Book:
    """Makes rows and remembers what it made."""

    session: Session
    counter: int = 0

    def number(self) -> int:
        self.counter += 1
        return self.counter

    def practice(self, **fields) -> Practice:
        defaults = {
            "name": "Example Family Practice",
            "legal_name": "Example Family Practice PLLC",
            "npi": "1999999984",
            "tax_id": "999999999",
            "street": "1 Sample Way",
            "city": "Exampleton",
            "state": "NY",
            "postal_code": "10001",
            "phone": "(212) 555-0100",
            "phone_hours": "Monday to Friday, 9 to 5",
            "email": "billing@example.com",
            "assistance_phone": "(212) 555-0101",
            "assistance_url": "https://example.com/help",
            "receipts_through": date(2026, 12, 31),
        }
        return self.add(Practice(**(defaults | fields)))

    def add(self, row):
        self.session.add(row)
        self.session.flush()
        return row

    def account(self, **fields) -> GuarantorAccount:
        number = self.number()
        defaults = {
            "number": f"9000-{number:04}",
            "named": True,
            "last_name": f"Sample{number}",
            "first_name": "Testa",
        }
        return self.add(GuarantorAccount(**(defaults | fields)))

    def patient(self, account: GuarantorAccount, **fields) -> Patient:
        defaults = {
            "guarantor_account_id": account.id,
            "last_name": account.last_name,
            "first_name": "Testa",
            "match_name": f"{account.last_name} testa".lower(),
            "birth_on": date(1980, 4, 5),
        }
        return self.add(Patient(**(defaults | fields)))

    def payer(self, name: str = "Acme Health", tax_id: str = "1999999999", **fields) -> Payer:
        number = self.number()
        payer = self.add(Payer(**({"identifier": f"PAYER{number}", "name": name} | fields)))
        self.add(PayerAlias(payer_id=payer.id, kind="tax_id", value=tax_id))
        return payer

    def coverage(self, patient: Patient, payer: Payer, **fields) -> Coverage:
        defaults = {
            "patient_id": patient.id,
            "payer_id": payer.id,
            "member_id": f"M{self.number()}",
            "sequence": "P",
        }
        return self.add(Coverage(**(defaults | fields)))

    def visit(self, patient: Patient, billed: list[int], **fields) -> tuple[Visit, list[Charge]]:
        defaults = {
            "patient_id": patient.id,
            "guarantor_account_id": patient.guarantor_account_id,
            "control_number": f"CLM{self.number()}",
            "service_on": SERVICE_ON,
        }
        visit = self.add(Visit(**(defaults | fields)))
        codes = ("99213", "85025", "36415", "81002", "71046")
        charges = [
            self.add(
                Charge(
                    visit_id=visit.id,
                    line_number=line,
                    service_on=visit.service_on,
                    procedure_code=codes[line - 1],
                    billed=Money(cents),
                )
            )
            for line, cents in enumerate(billed, start=1)
        ]
        return visit, charges

    def claim(
        self, visit: Visit, charges: list[Charge], payer: Payer, sequence: str = "P", **fields
    ) -> Claim:
        defaults = {
            "visit_id": visit.id,
            "payer_id": payer.id,
            "patient_control_number": visit.control_number,
            "sequence": sequence,
            "billed": Money(sum(c.billed.cents for c in charges)),
        }
        claim = self.add(Claim(**(defaults | fields)))
        if sequence == "P":
            post_entry(
                self.session,
                entries.charge(
                    source_ref=f"test:charge:{claim.id}",
                    occurred_on=visit.service_on,
                    lines=[
                        entries.Line(party_of(visit, c, claim.id, payer.id), c.billed)
                        for c in charges
                    ],
                ),
            )
        return claim

    def insured_visit(
        self, billed: list[int], **payer_fields
    ) -> tuple[Visit, list[Charge], Claim, Payer]:
        """One adult with one plan and one claim, whose charges stand with the payer."""
        payer = self.payer(**payer_fields)
        patient = self.patient(self.account())
        coverage = self.coverage(patient, payer)
        visit, charges = self.visit(patient, billed)
        claim = self.claim(visit, charges, payer, coverage_id=coverage.id)
        return visit, charges, claim, payer

    def file(self, kind: str = "835") -> File:
        from tests.conftest import NOW

        number = self.number()
        return self.add(
            File(kind=kind, name=f"file{number}", sha256=f"{number:064}", size=1, received_at=NOW)
        )


def party_of(
    visit: Visit, charge: Charge | None = None, claim_id: int | None = None, payer_id=None
) -> Party:
    return Party(
        guarantor_account_id=visit.guarantor_account_id,
        visit_id=visit.id,
        charge_id=charge.id if charge else None,
        claim_id=claim_id,
        payer_id=payer_id,
    )
