"""A small practice for the staff's tests: one account, one patient, one visit with two lines, in the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from billing.entries import Line, self_pay_charge
from billing.ledger import Party
from billing.money import Money
from portal.db import transaction
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.claims import Charge, Visit
from portal.models.identity import Login
from portal.queries.permissions import ROLES
from portal.queries.viewer import StaffViewer
from portal.services.post_entry import post_entry

ON = date(2026, 3, 2)


@dataclass(frozen=True, slots=True)
class World:
    """Ids of what stands in the database."""

    account_id: int
    patient_id: int
    visit_id: int
    charge_ids: tuple[int, ...]


def add_staff(role: str, email: str = "") -> StaffViewer:
    """A member of staff with a role."""
    with transaction() as session:
        login = Login(
            face="staff",
            email=email or f"{role}@example.com",
            name=f"{role.replace('_', ' ').title()} Sample",
            role=role,
            fs_uniquifier=email or role,
        )
        session.add(login)
        session.flush()
        return StaffViewer(login.id, role, ROLES[role])


def add_account(
    number: str = "7000001", *, named: bool = True, amounts: tuple[int, ...] = (50_00, 8_00)
) -> World:
    """An account whose patient owes these cents, one line each."""
    with transaction() as session:
        account = GuarantorAccount(
            number=number,
            named=named,
            first_name="Testa" if named else "",
            last_name="Sample" if named else "Parent or guardian of Minny Sample",
            birth_on=date(1980, 5, 4) if named else None,
            street="1 Sample Street",
            city="Sampleton",
            state="NY",
            postal_code="12345",
            mobile="+12125550142",
        )
        session.add(account)
        session.flush()
        patient = Patient(
            guarantor_account_id=account.id,
            last_name="Sample",
            first_name="Testa" if named else "Minny",
            match_name="sample testa" if named else "sample minny",
            birth_on=date(1980, 5, 4) if named else date(2018, 5, 4),
        )
        session.add(patient)
        session.flush()
        visit = Visit(
            patient_id=patient.id,
            guarantor_account_id=account.id,
            control_number=f"CTRL{number}",
            service_on=date(2026, 1, 12),
            coverage_intent="self_pay",
            responsible_on=date(2026, 1, 12),
        )
        session.add(visit)
        session.flush()
        charges = [
            Charge(
                visit_id=visit.id,
                line_number=line,
                service_on=visit.service_on,
                procedure_code="99213",
                billed=Money(cents),
                description="Office visit",
            )
            for line, cents in enumerate(amounts, start=1)
        ]
        session.add_all(charges)
        session.flush()
        post_entry(
            session,
            self_pay_charge(
                source_ref=f"charges:{number}",
                occurred_on=visit.service_on,
                lines=[
                    Line(
                        Party(
                            guarantor_account_id=account.id, visit_id=visit.id, charge_id=charge.id
                        ),
                        charge.billed,
                    )
                    for charge in charges
                ],
            ),
        )
        return World(account.id, patient.id, visit.id, tuple(c.id for c in charges))
