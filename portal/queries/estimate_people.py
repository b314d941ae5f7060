"""Whose an estimate is that somebody asked for: the people of one account (NSA-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select

from portal.db import read_only
from portal.models.accounts import GuarantorAccount, Patient


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPerson:
    """One patient of an account."""

    patient_id: int
    account_id: int
    name: str
    born_on: date


def people_of_account(account_id: int) -> tuple[AccountPerson, ...]:
    """Those with a record of their own, the oldest first."""
    return _people(GuarantorAccount.id == account_id)


def people_of_number(number: str) -> tuple[AccountPerson, ...]:
    """The same by the account's number, as it is printed on a bill."""
    return _people(GuarantorAccount.number == number.strip()) if number.strip() else ()


def _people(where: ColumnElement[bool]) -> tuple[AccountPerson, ...]:
    with read_only() as session:
        rows = session.scalars(
            select(Patient)
            .join(GuarantorAccount, GuarantorAccount.id == Patient.guarantor_account_id)
            .where(where, Patient.merged_into_id.is_(None))
            .order_by(Patient.birth_on, Patient.id)
        ).all()
    return tuple(
        AccountPerson(
            patient_id=one.id,
            account_id=one.guarantor_account_id,
            name=one.full_name,
            born_on=one.birth_on,
        )
        for one in rows
    )
