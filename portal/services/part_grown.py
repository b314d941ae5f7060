"""Keep new visits of somebody who outgrew a family's account off that account (STMT-13, HIPAA-9)."""

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

    From 12 to 17 the same guarantor answers for it; from 18 they do themselves. Older visits stay where
    the family was told of them. Every visit in `fresh` names its patient; none is in the ledger yet.
    """
    newest: dict[int, date] = {}
    for visit in fresh:
        newest[visit.patient_id] = max(visit.service_on, newest.get(visit.patient_id, date.min))
    grown = _grown(session, newest)
    if not grown:
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
    return [one for one in old_enough if one.account.id in shared]


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
