"""Whose coverage an unlinked person sent: the patients that the office chooses among, and where they differ (ID-2)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.orm import Session

from portal.models.accounts import GuarantorAccount, Patient
from portal.models.identity import AccountAccess
from portal.models.insurance import InsuranceSubmission
from portal.models.profiles import Profile
from portal.queries.person_names import Likeness, Name, likeness

SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class MaybeTheirs:
    """One patient beside whoever sent it; `differs` is empty when name and birth date agree."""

    patient_id: int
    account_id: int
    name: str
    birth_on: str
    account_number: str
    city: str
    differs: tuple[str, ...]

    @property
    def words(self) -> str:
        """For a list to choose from."""
        parts = (f"{self.name}, born {self.birth_on}", self.city, f"account {self.account_number}")
        told = ", ".join(part for part in parts if part)
        return f"{told}. Differs: {', '.join(self.differs)}" if self.differs else told


def submission_people(
    session: Session, row: InsuranceSubmission, *, also: Collection[int] = ()
) -> tuple[MaybeTheirs, ...]:
    """Patients of accounts that the sender sees by now, those of the sender's name and birth date, and `also`."""
    linked = select(AccountAccess.guarantor_account_id).where(
        AccountAccess.login_id == row.login_id, AccountAccess.ended_at.is_(None)
    )
    same = (
        select(Profile.login_id)
        .where(
            Profile.login_id == row.login_id,
            Profile.birth_on == Patient.birth_on,
            func.lower(Profile.last_name) == func.lower(Patient.last_name),
        )
        .correlate(Patient)
        .exists()
    )
    ways = or_(Patient.guarantor_account_id.in_(linked), same, Patient.id.in_(also))
    return _read(session, row, ways, limit=SHOWN + len(also))


def differs_from_sender(
    session: Session, row: InsuranceSubmission, patient_id: int
) -> tuple[str, ...]:
    """Where one patient is not as the sender said of themself."""
    found = _read(session, row, Patient.id == patient_id, limit=1)
    return found[0].differs if found else ()


def _read(
    session: Session, row: InsuranceSubmission, where: ColumnElement[bool], *, limit: int
) -> tuple[MaybeTheirs, ...]:
    sender = session.get(Profile, row.login_id)
    rows = session.execute(
        select(Patient, GuarantorAccount.number)
        .join(GuarantorAccount, GuarantorAccount.id == Patient.guarantor_account_id)
        .where(where, Patient.merged_into_id.is_(None))
        .order_by(Patient.id)
        .limit(limit)
    )
    people = [_person(one, sender) for one in rows]
    return tuple(sorted(people, key=lambda one: (len(one.differs), one.patient_id)))


def _person(row: Row[*tuple[Any, ...]], sender: Profile | None) -> MaybeTheirs:
    patient: Patient = row.Patient
    born = patient.birth_on
    return MaybeTheirs(
        patient_id=patient.id,
        account_id=patient.guarantor_account_id,
        name=f"{patient.first_name} {patient.last_name}".strip(),
        birth_on=f"{born:%b} {born.day}, {born.year}",
        account_number=row.number,
        city=patient.city,
        differs=_differs(patient, sender),
    )


def _differs(patient: Patient, sender: Profile | None) -> tuple[str, ...]:
    if sender is None:
        return ("the sender told us no name",)
    said = Name(sender.last_name, sender.first_name, sender.suffix)
    name = likeness(Name(patient.last_name, patient.first_name, patient.suffix), said)
    apart = (
        ("name", name is not Likeness.SAME),
        ("birth date", patient.birth_on != sender.birth_on),
    )
    return tuple(what for what, different in apart if different)
