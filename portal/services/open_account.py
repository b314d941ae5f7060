"""Open the account of someone newly known: their own if grown up, a parent's to be named if not."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.accounts import GuarantorAccount, Patient
from portal.services.match_person import ADULT_YEARS, age_on


def open_accounts(session: Session, patients: Sequence[Patient], *, on: date) -> None:
    """Give each new patient an account of their own, and add both (posting.md "Who is who")."""
    numbers = fresh_numbers(session, len(patients))
    accounts = [
        account_for(patient, number=number, on=on)
        for patient, number in zip(patients, numbers, strict=True)
    ]
    session.add_all(accounts)
    session.flush()
    for patient, account in zip(patients, accounts, strict=True):
        patient.guarantor_account_id = account.id
    session.add_all(patients)
    session.flush()


def account_for(patient: Patient, *, number: str, on: date) -> GuarantorAccount:
    """An adult is their own guarantor, whoever subscribes; nobody is named for a minor yet."""
    address = {
        "street": patient.street,
        "street2": patient.street2,
        "city": patient.city,
        "state": patient.state,
        "postal_code": patient.postal_code,
    }
    if age_on(patient.birth_on, on) < ADULT_YEARS:
        return GuarantorAccount(
            number=number,
            named=False,
            last_name=f"Parent or guardian of {patient.full_name}",
            relationship="",
            **address,
        )
    return GuarantorAccount(
        number=number,
        named=True,
        last_name=patient.last_name,
        first_name=patient.first_name,
        middle_name=patient.middle_name,
        suffix=patient.suffix,
        birth_on=patient.birth_on,
        **address,
    )


def fresh_numbers(session: Session, count: int) -> list[str]:
    """Random printed numbers that no account has yet."""
    found: list[str] = []
    while len(found) < count:
        drawn = {_number() for _ in range(count - len(found))}.difference(found)
        taken = session.scalars(
            select(GuarantorAccount.number).where(GuarantorAccount.number.in_(drawn))
        )
        found += sorted(drawn.difference(taken))
    return found


def _number() -> str:
    return f"{secrets.randbelow(10_000):04d}-{secrets.randbelow(10_000):04d}"
