"""The records that somebody who asks for theirs may mean, with what agrees between the two (ID-2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, null, or_, select
from sqlalchemy.orm import Session

from billing.holds import Condition
from portal.models.accounts import AccountCondition, GuarantorAccount, Patient
from portal.models.identity import AccountAccess
from portal.models.linking import LinkRequest
from portal.queries.name_keys import begins, words_of
from portal.queries.person_names import Likeness, Name, likeness

MOST = 20
ZIP_DIGITS = 5
# Nobody's own code opens these: a person looks at them first.
_PROTECTED = (Condition.DECEASED, Condition.DO_NOT_CONTACT, Condition.MINOR_UNNAMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the person said."""

    last_name: str
    first_name: str
    suffix: str
    birth_on: date
    postal_code: str
    phone: str
    email: str

    @property
    def name(self) -> Name:
        return Name(self.last_name, self.first_name, self.suffix)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One person on file: an account's guarantor, or (with `patient_id`) a patient on it."""

    account_id: int
    account_number: str
    patient_id: int | None
    name: str
    birth_on: date | None
    postal_code: str
    mobile: str
    email: str
    likeness: Likeness
    same_birth: bool
    same_zip: bool
    same_phone: bool
    same_email: bool
    named: bool
    protected: bool  # deceased, not to be contacted, confidential, or a minor's without a guarantor
    linked: bool  # some sign-in opens the account already

    @property
    def matches(self) -> bool:
        """Name, birth date and one thing more, as ID-2 asks; never name and birth date alone."""
        agree = self.same_zip or self.same_phone or self.same_email
        return self.likeness is Likeness.SAME and self.same_birth and agree

    @property
    def rank(self) -> int:
        """How much agrees, for a list."""
        same = (self.same_birth, self.same_phone, self.same_email, self.same_zip)
        return 3 * int(self.likeness) + 2 * same[0] + sum(same[1:])


def asked_of(request: LinkRequest) -> Asked:
    """The words of a request."""
    return Asked(**{name: getattr(request, name) for name in Asked.__dataclass_fields__})


def same_birth_candidates(session: Session, asked: Asked) -> tuple[Candidate, ...]:
    """Everybody on file who was born that day and may be meant by name: what a machine decides by."""
    guarantors = _guarantors(session, GuarantorAccount.birth_on == asked.birth_on)
    patients = _patients(session, Patient.birth_on == asked.birth_on)
    return _judged(session, asked, [*guarantors, *patients])


def likely_candidates(session: Session, asked: Asked) -> tuple[Candidate, ...]:
    """Whom a person at the office should compare: born that day, the same name, phone or e-mail; likeliest first."""
    words = [word for part in (asked.last_name, asked.first_name) for word in words_of(part)]
    of_account = [GuarantorAccount.birth_on == asked.birth_on]
    of_patient = [Patient.birth_on == asked.birth_on]
    if words:
        of_account.append(begins(GuarantorAccount.last_name, GuarantorAccount.first_name, words))
        of_patient.append(begins(Patient.last_name, Patient.first_name, words))
    if asked.phone:
        of_account.append(GuarantorAccount.mobile == asked.phone)
    if asked.email:
        of_account.append(func.lower(GuarantorAccount.email) == asked.email.lower())
    found = _judged(
        session,
        asked,
        [*_guarantors(session, or_(*of_account)), *_patients(session, or_(*of_patient))],
    )
    likely = (one for one in found if one.likeness or one.same_phone or one.same_email)
    return tuple(sorted(likely, key=lambda one: (-one.rank, one.account_id)))[:MOST]


_ACCOUNT = (
    GuarantorAccount.id.label("account_id"),
    GuarantorAccount.number,
    GuarantorAccount.named,
    GuarantorAccount.mobile,
    GuarantorAccount.email,
    GuarantorAccount.postal_code.label("account_zip"),
)


def _guarantors(session: Session, where: ColumnElement[bool]) -> list[Row[*tuple[Any, ...]]]:
    own = (
        *(GuarantorAccount.first_name, GuarantorAccount.middle_name, GuarantorAccount.last_name),
        *(GuarantorAccount.suffix, GuarantorAccount.birth_on, GuarantorAccount.postal_code),
    )
    query = select(*_ACCOUNT, *own, null().label("patient_id"))
    current = query.where(where, GuarantorAccount.named, ~_merged_away())
    return list(session.execute(current.limit(MOST * 5)))


def _merged_away() -> ColumnElement[bool]:
    """True of an account whose patients all went to other records (ID-5)."""
    on_it = select(Patient.id).where(Patient.guarantor_account_id == GuarantorAccount.id)
    still = on_it.where(Patient.merged_into_id.is_(None))
    return and_(on_it.exists(), ~still.exists())


def _patients(session: Session, where: ColumnElement[bool]) -> list[Row[*tuple[Any, ...]]]:
    """Patients who are not the guarantor of their account."""
    own = (
        *(Patient.first_name, Patient.middle_name, Patient.last_name),
        *(Patient.suffix, Patient.birth_on, Patient.postal_code),
    )
    query = (
        select(*_ACCOUNT, *own, Patient.id.label("patient_id"))
        .join(GuarantorAccount, GuarantorAccount.id == Patient.guarantor_account_id)
        .where(where, Patient.merged_into_id.is_(None))
        .limit(MOST * 5)
    )
    return list(session.execute(query))


def _judged(
    session: Session, asked: Asked, rows: Sequence[Row[*tuple[Any, ...]]]
) -> tuple[Candidate, ...]:
    """Each row compared; a patient who is the guarantor in person is not listed twice."""
    ids = {row.account_id for row in rows}
    guarded, linked = _guarded(session, ids), _linked(session, ids)
    guarantors = {row.account_id: row for row in rows if row.patient_id is None}
    return tuple(
        _candidate(row, asked, guarded, linked)
        for row in rows
        if row.patient_id is None or not _is_one(guarantors.get(row.account_id), row)
    )


def _is_one(guarantor: Row[*tuple[Any, ...]] | None, patient: Row[*tuple[Any, ...]]) -> bool:
    if guarantor is None or guarantor.birth_on != patient.birth_on:
        return False
    return likeness(_name(guarantor), _name(patient)) is Likeness.SAME


def _name(row: Row[*tuple[Any, ...]]) -> Name:
    return Name(row.last_name, row.first_name, row.suffix)


def _candidate(
    row: Row[*tuple[Any, ...]], asked: Asked, guarded: set[int], linked: set[int]
) -> Candidate:
    parts = (row.first_name, row.middle_name, row.last_name, row.suffix)
    return Candidate(
        account_id=row.account_id,
        account_number=row.number,
        patient_id=row.patient_id,
        name=" ".join(part for part in parts if part),
        birth_on=row.birth_on,
        postal_code=row.postal_code or row.account_zip,
        mobile=row.mobile,
        email=row.email,
        likeness=likeness(_name(row), asked.name),
        same_birth=row.birth_on == asked.birth_on,
        same_zip=any(
            _same(on_file[:ZIP_DIGITS], asked.postal_code[:ZIP_DIGITS])
            for on_file in (row.postal_code, row.account_zip)
        ),
        same_phone=_same(row.mobile, asked.phone),
        same_email=_same(row.email.strip().lower(), asked.email.strip().lower()),
        named=row.named,
        protected=row.account_id in guarded or not row.named,
        linked=row.account_id in linked,
    )


def _same(on_file: str, said: str) -> bool:
    return bool(on_file) and on_file == said


def _guarded(session: Session, account_ids: set[int]) -> set[int]:
    """Accounts that no code opens."""
    held = select(AccountCondition.guarantor_account_id).where(
        AccountCondition.guarantor_account_id.in_(account_ids),
        AccountCondition.kind.in_(_PROTECTED),
        AccountCondition.ended_at.is_(None),
    )
    confidential = select(Patient.guarantor_account_id).where(
        Patient.guarantor_account_id.in_(account_ids), Patient.confidential
    )
    return set(session.scalars(held.union(confidential)))


def _linked(session: Session, account_ids: set[int]) -> set[int]:
    live = and_(
        AccountAccess.guarantor_account_id.in_(account_ids), AccountAccess.ended_at.is_(None)
    )
    return set(session.scalars(select(AccountAccess.guarantor_account_id).where(live)))
