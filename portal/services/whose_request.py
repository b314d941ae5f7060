"""Whom a confidential request of a sign-in speaks for: the accounts on which that person owes, and those they stand on (HIPAA-10)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.models.accounts import GuarantorAccount, Patient
from portal.models.claims import Visit
from portal.models.profiles import Profile
from portal.services.match_person import ADULT_YEARS, age_on, match_name

Person = tuple[str, date | None]


@dataclass(frozen=True, slots=True)
class Whose:
    """One person, as far as their sign-in tells who they are."""

    account_ids: tuple[int, ...]  # they owe there themself
    patient_id: int | None
    leaving_id: int | None  # the account of somebody else that this grown-up stands on


def whose_request(
    session: Session, *, login_id: int, account_ids: Collection[int], on: date
) -> Whose:
    """The person behind a sign-in among the accounts that it may open.

    Who signed up with a printed code and told us no name of their own is the one that the account names. The
    account of a parent is never a child's to redirect, nor a husband's his wife's.
    """
    accounts = session.scalars(
        select(GuarantorAccount).where(GuarantorAccount.id.in_(account_ids), GuarantorAccount.named)
    ).all()
    owes = {account.id: _owes(account) for account in accounts}
    profile = session.get(Profile, login_id)
    if profile is not None:
        people: set[Person] = {
            (match_name(profile.last_name, profile.first_name), profile.birth_on)
        }
        owes = {id_: person for id_, person in owes.items() if person in people}
    else:
        people = set(owes.values())
    found = [
        patient
        for patient in _patients(session, account_ids)
        if (patient.match_name, patient.birth_on) in people
    ]
    leaving = [
        patient
        for patient in found
        if patient.guarantor_account_id in account_ids
        and patient.guarantor_account_id not in owes
        and age_on(patient.birth_on, on) >= ADULT_YEARS
    ]
    one = leaving[0] if leaving else next(iter(found), None)
    return Whose(
        account_ids=tuple(sorted(owes)),
        patient_id=one.id if one else None,
        leaving_id=leaving[0].guarantor_account_id if leaving else None,
    )


def _owes(account: GuarantorAccount) -> Person:
    return match_name(account.last_name, account.first_name), account.birth_on


def _patients(session: Session, account_ids: Collection[int]) -> list[Patient]:
    """Whose account it is, and whose visits are kept on one of these."""
    here = select(Visit.patient_id).where(
        Visit.guarantor_account_id.in_(account_ids), Visit.confidential
    )
    return list(
        session.scalars(
            select(Patient)
            .where(
                or_(Patient.guarantor_account_id.in_(account_ids), Patient.id.in_(here)),
                Patient.merged_into_id.is_(None),
            )
            .order_by(Patient.id)
        )
    )
