"""Keep new visits of somebody who outgrew a family's or a parent's account off that account (STMT-13, HIPAA-9, COLL-26)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models.accounts import AccountCondition, GuarantorAccount, Patient
from portal.models.claims import Visit
from portal.services.cover_accounts import cover_also
from portal.services.match_person import ADULT_YEARS, age_on, match_name
from portal.services.open_account import account_for, fresh_numbers
from portal.services.share_accounts import SHARED_UNTIL

# What the guarantor of a child's account answers with on the account apart, as the contacts file would say.
_GUARANTOR = ("named", "last_name", "first_name", "middle_name", "suffix", "birth_on")
_REACHED = ("street", "street2", "city", "state", "postal_code", "mobile", "mobile_owner", "email")


@dataclass(frozen=True, slots=True)
class _Grown:
    """Somebody of 12 or more on an account that others share, on the day of their newest visit."""

    patient: Patient
    account: GuarantorAccount
    on: date


def part_grown(session: Session, fresh: Sequence[Visit]) -> None:
    """Open an account apart for each patient who was 12 or older at a new visit and shares one.

    From 12 to 17 the same guarantor answers for it; from 18 they do themselves, also who was alone on the
    account that a parent answers for. Older visits stay where the family was told of them, and one from
    before the 18th birthday goes there however late it comes (COLL-26). Every visit in `fresh` names its
    patient; none is in the ledger yet.
    """
    newest: dict[int, date] = {}
    for visit in fresh:
        newest[visit.patient_id] = max(visit.service_on, newest.get(visit.patient_id, date.min))
    grown = _grown(session, newest)
    if not grown:
        _leave_to_guarantors(session, fresh)
        return
    numbers = fresh_numbers(session, len(grown))
    apart: dict[int, GuarantorAccount] = {}
    for one, number in zip(grown, numbers, strict=True):
        apart[one.patient.id] = _account_apart(one, number)
    session.add_all(apart.values())
    session.flush()
    for one in grown:
        one.patient.guarantor_account_id = apart[one.patient.id].id
        if _answers_for_both(one, apart[one.patient.id]):
            cover_also(session, one.account.id, other_id=apart[one.patient.id].id)
    _carry_conditions(session, grown, apart)
    for visit in fresh:
        if visit.patient_id in apart:
            visit.guarantor_account_id = apart[visit.patient_id].id
    _leave_to_guarantors(session, fresh)


def _leave_to_guarantors(session: Session, fresh: Sequence[Visit]) -> None:
    """A visit from before the 18th birthday of somebody who answers for themselves now: to who answered for them then."""
    rows = session.execute(
        select(Patient, GuarantorAccount)
        .join(GuarantorAccount, GuarantorAccount.id == Patient.guarantor_account_id)
        .where(Patient.id.in_({visit.patient_id for visit in fresh}))
    )
    own = {patient.id: patient for patient, account in rows if _is_guarantor(patient, account)}
    late = [
        visit
        for visit in fresh
        if visit.patient_id in own
        and age_on(own[visit.patient_id].birth_on, visit.service_on) < ADULT_YEARS
    ]
    if not late:
        return
    before: dict[int, int] = {}
    told = select(Visit.patient_id, Visit.guarantor_account_id, Visit.service_on).where(
        Visit.patient_id.in_({visit.patient_id for visit in late})
    )
    for patient_id, account_id, service_on in session.execute(told.order_by(Visit.service_on)):
        patient = own[patient_id]
        if (
            account_id != patient.guarantor_account_id
            and age_on(patient.birth_on, service_on) < ADULT_YEARS
        ):
            before[patient_id] = account_id
    for visit in late:
        visit.guarantor_account_id = before.get(visit.patient_id, visit.guarantor_account_id)


def _grown(session: Session, newest: dict[int, date]) -> list[_Grown]:
    rows = session.execute(
        select(Patient, GuarantorAccount)
        .join(GuarantorAccount, GuarantorAccount.id == Patient.guarantor_account_id)
        .where(Patient.id.in_(newest))
        .order_by(Patient.id)
    ).all()
    old_enough = [
        _Grown(patient, account, newest[patient.id])
        for patient, account in rows
        if age_on(patient.birth_on, newest[patient.id]) >= SHARED_UNTIL
        and not _is_guarantor(patient, account)
    ]
    shared = _shared(session, {one.account.id for one in old_enough})
    outgrown = _outgrown(session, [one for one in old_enough if one.account.id not in shared])
    return [one for one in old_enough if one.account.id in shared or one.patient.id in outgrown]


def _outgrown(session: Session, alone: Sequence[_Grown]) -> set[int]:
    """Patients of 18 or more who were minors at a visit on the account, which somebody else answers for."""
    adults = {
        one.patient.id: one for one in alone if age_on(one.patient.birth_on, one.on) >= ADULT_YEARS
    }
    if not adults:
        return set()
    told = (
        select(Visit.patient_id, func.min(Visit.service_on))
        .join(Patient, Patient.id == Visit.patient_id)
        .where(
            Visit.patient_id.in_(adults),
            Visit.guarantor_account_id == Patient.guarantor_account_id,
        )
        .group_by(Visit.patient_id)
    )
    return {
        patient_id
        for patient_id, first in session.execute(told)
        if age_on(adults[patient_id].patient.birth_on, first) < ADULT_YEARS
    }


def _is_guarantor(patient: Patient, account: GuarantorAccount) -> bool:
    return account.named and _person(account) == (patient.match_name, patient.birth_on)


def _shared(session: Session, account_ids: Collection[int]) -> set[int]:
    """Accounts on which more than one person stands."""
    if not account_ids:
        return set()
    return set(
        session.scalars(
            select(Patient.guarantor_account_id)
            .where(Patient.guarantor_account_id.in_(account_ids), Patient.merged_into_id.is_(None))
            .group_by(Patient.guarantor_account_id)
            .having(func.count() > 1)
        )
    )


def _account_apart(one: _Grown, number: str) -> GuarantorAccount:
    account = account_for(one.patient, number=number, on=one.on)
    if age_on(one.patient.birth_on, one.on) < ADULT_YEARS and one.account.named:
        for field in (*_GUARANTOR, *_REACHED, "language"):
            setattr(account, field, getattr(one.account, field))
        account.relationship = "parent"
    return account


def _carry_conditions(
    session: Session, grown: Sequence[_Grown], apart: dict[int, GuarantorAccount]
) -> None:
    """What forbids a bill forbids it there too: of the patient always, of the guarantor while that is the same."""
    standing = session.scalars(
        select(AccountCondition).where(
            AccountCondition.guarantor_account_id.in_({one.account.id for one in grown}),
            AccountCondition.visit_id.is_(None),
            AccountCondition.ended_at.is_(None),
        )
    ).all()
    for one in grown:
        account = apart[one.patient.id]
        same = _answers_for_both(one, account)
        reach = {one.patient.id, None} if same else {one.patient.id}
        session.add_all(
            AccountCondition(
                guarantor_account_id=account.id,
                patient_id=found.patient_id,
                kind=found.kind,
                since=found.since,
                source=found.source,
                note=found.note,
            )
            for found in standing
            if found.guarantor_account_id == one.account.id and found.patient_id in reach
        )


def _answers_for_both(one: _Grown, apart: GuarantorAccount) -> bool:
    return apart.named and _person(apart) == _person(one.account)


def _person(account: GuarantorAccount) -> tuple[str, date | None]:
    return match_name(account.last_name, account.first_name), account.birth_on
