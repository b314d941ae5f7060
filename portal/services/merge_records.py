"""Carry one record into another and back again: visits with every cent, coverages, conditions, access (ID-5).

No ledger entry and no audit row is edited: money moves by entries of its own, and the record that is
left behind stays with a pointer to the one that took its visits.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session

from billing.money import ZERO, Money
from portal.models.accounts import AccountCondition, Coverage, GuarantorAccount, Patient
from portal.models.claims import Claim, Visit
from portal.models.identity import AccountAccess
from portal.models.insurance import InsuranceSubmission
from portal.models.payments import LIVE_STATES, Payment, PracticeReceipt
from portal.queries.among import among
from portal.queries.balances import balances
from portal.services.appointment_time import TimeGone
from portal.services.carry_appointments import Carried, carry_merged, carry_parted
from portal.services.cover_accounts import cover_also
from portal.services.match_person import match_name
from portal.services.move_visits import carry_credit, carry_visits
from portal.services.refusal import Refusal

Ids = list[int]
TWO_VISITS = "Both records have a visit at the same time. Cancel one of them first."


class MergeRefused(Refusal):
    """The records cannot be merged, or parted again, now; the message says why."""

    title = "This cannot be done now"


def carry_over(
    session: Session, *, gone: Patient, kept: Patient, merge_id: int, on: date, now: datetime
) -> dict[str, Any]:
    """Put all of `gone` under `kept`; what went, as `put_back` wants it. Their accounts are locked.

    Raises MergeRefused while a payment is under way, or where both hold the same visit.
    """
    left, here = gone.guarantor_account_id, kept.guarantor_account_id
    _refuse_live_payment(session, {left, here})
    _refuse_same_visit(session, gone.id, kept.id)
    _refuse_confidential(session, Visit.patient_id == gone.id, left)
    if session.get_one(GuarantorAccount, here).birth_on == kept.birth_on:  # their own, no parent's
        cover_also(session, left, other_id=here)
    visits = _ids(session, Visit.id, Visit.patient_id == gone.id)
    source = f"merge:{merge_id}"
    carry_visits(session, dict.fromkeys(visits, here), entries=dict.fromkeys(visits, source), on=on)
    _to_patient(session, Visit, visits, kept.id)
    receipts = _ids(session, PracticeReceipt.id, PracticeReceipt.patient_id == gone.id)
    _to_patient(session, PracticeReceipt, receipts, kept.id)
    conditions = _ids(session, AccountCondition.id, AccountCondition.patient_id == gone.id)
    _to_patient(session, AccountCondition, conditions, kept.id, account_id=here)
    coverages, same = _carry_coverages(session, gone.id, kept.id)
    submissions = _ids(session, InsuranceSubmission.id, InsuranceSubmission.patient_id == gone.id)
    _to_patient(session, InsuranceSubmission, submissions, kept.id)
    booked = _carry_booked(session, gone.id, kept.id, same)
    followers = _ids(session, Patient.id, Patient.merged_into_id == gone.id)
    _follow(session, followers, kept.id)
    gone.merged_into_id = kept.id
    session.flush()
    credit, access = ZERO, list[int]()
    if left != here and _is_left_alone(session, left) and _one_guarantor(session, left, here):
        [account] = balances(session, on=on, account_ids=[left])
        credit = account.unapplied_credit
        carry_credit(session, credit, left, here, entry=f"{source}:credit", on=on)
        access = _share_access(session, left, here, source, now)
    return {
        "from_account_id": left,
        "to_account_id": here,
        "visits": visits,
        "receipts": receipts,
        "conditions": conditions,
        "coverages": coverages,
        "same_coverages": same,
        "submissions": submissions,
        **booked,
        "followers": followers,
        "credit_cents": credit.cents,
        "access": access,
    }


def put_back(
    session: Session,
    moved: dict[str, Any],
    *,
    gone: Patient,
    merge_id: int,
    on: date,
    now: datetime,
) -> None:
    """Give `gone` again what `carry_over` took, as it stands now. What came later stays where it came.

    Raises MergeRefused while a payment is under way, or when the credit that went along was used.
    """
    left, here = moved["from_account_id"], moved["to_account_id"]
    _refuse_live_payment(session, {left, here})
    source, visits = f"merge:{merge_id}:undone", moved["visits"]
    _refuse_confidential(session, among(Visit.id, visits), here)
    carry_visits(session, dict.fromkeys(visits, left), entries=dict.fromkeys(visits, source), on=on)
    _to_patient(session, Visit, visits, gone.id)
    _to_patient(session, PracticeReceipt, moved["receipts"], gone.id)
    _to_patient(session, AccountCondition, moved["conditions"], gone.id, account_id=left)
    _to_patient(session, Coverage, moved["coverages"], gone.id)
    submissions = moved.get("submissions", [])
    _to_patient(session, InsuranceSubmission, submissions, gone.id)
    _part_coverages(session, visits, submissions, moved["same_coverages"])
    try:
        carry_parted(session, moved, gone_id=gone.id, same_coverages=moved["same_coverages"])
    except TimeGone:
        raise MergeRefused(TWO_VISITS) from None
    _follow(session, moved["followers"], gone.id)
    gone.merged_into_id = None
    session.execute(
        update(AccountAccess)
        .where(AccountAccess.id.in_(moved["access"]), AccountAccess.ended_at.is_(None))
        .values(ended_at=now)
    )
    _return_credit(session, moved, source, on)


def _carry_booked(
    session: Session, gone_id: int, kept_id: int, same: list[tuple[int, int]]
) -> Carried:
    try:
        return carry_merged(session, gone_id=gone_id, kept_id=kept_id, same_coverages=same)
    except TimeGone:
        raise MergeRefused(TWO_VISITS) from None


def _refuse_live_payment(session: Session, account_ids: Collection[int]) -> None:
    live = session.scalar(
        select(func.count())
        .select_from(Payment)
        .where(Payment.guarantor_account_id.in_(account_ids), Payment.state.in_(LIVE_STATES))
    )
    if live:
        raise MergeRefused(
            "A payment on one of the accounts is under way. Try again when it has ended; most end within an hour."
        )


def _refuse_same_visit(session: Session, gone_id: int, kept_id: int) -> None:
    same = session.execute(
        select(Visit.control_number, Visit.service_on)
        .where(Visit.patient_id.in_((gone_id, kept_id)))
        .group_by(Visit.control_number, Visit.service_on)
        .having(func.count() > 1)
    ).first()
    if same is not None:
        raise MergeRefused(
            f"Both records hold visit {same.control_number} of {same.service_on:%B %-d, %Y}. "
            "One of them was sent twice: void that claim first."
        )


def _refuse_confidential(session: Session, which: ColumnElement[bool], account_id: int) -> None:
    """A visit kept from the family stands on an account of its own; it must not come back by a merge (HIPAA-9)."""
    kept_apart = select(Visit.id).where(
        which, Visit.confidential, Visit.guarantor_account_id != account_id
    )
    if session.scalar(kept_apart.limit(1)) is not None:
        raise MergeRefused(
            "This patient has a confidential visit on an account of its own. Keep the records apart."
        )


def _ids(session: Session, column: InstrumentedAttribute[int], where: Any) -> Ids:
    return list(session.scalars(select(column).where(where).order_by(column)))


def _to_patient(
    session: Session, model: Any, ids: Ids, patient_id: int, *, account_id: int | None = None
) -> None:
    values = {"patient_id": patient_id}
    if account_id is not None:
        values["guarantor_account_id"] = account_id
    session.execute(update(model).where(among(model.id, ids)).values(values))


def _follow(session: Session, followers: Ids, patient_id: int) -> None:
    """Records that were merged into one that goes, or comes back, go with it."""
    session.execute(
        update(Patient).where(among(Patient.id, followers)).values(merged_into_id=patient_id)
    )


def _carry_coverages(
    session: Session, gone_id: int, kept_id: int
) -> tuple[Ids, list[tuple[int, int]]]:
    """The coverages that went, and the pairs of which both records had the same one."""
    known = {
        (coverage.payer_id, coverage.member_id): coverage.id
        for coverage in session.scalars(select(Coverage).where(Coverage.patient_id == kept_id))
    }
    went: Ids = []
    same: list[tuple[int, int]] = []
    for coverage in session.scalars(select(Coverage).where(Coverage.patient_id == gone_id)):
        there = known.get((coverage.payer_id, coverage.member_id))
        if there is None:
            went.append(coverage.id)
        else:
            same.append((coverage.id, there))
    _to_patient(session, Coverage, went, kept_id)
    visits = select(Visit.id).where(Visit.patient_id == kept_id)
    for own, there in same:  # a person has a handful of plans
        session.execute(
            update(Claim)
            .where(Claim.coverage_id == own, Claim.visit_id.in_(visits))
            .values(coverage_id=there)
        )
        # What waits to end or replace the plan must reach the one that is read from now on.
        session.execute(
            update(InsuranceSubmission)
            .where(InsuranceSubmission.replaces_coverage_id == own)
            .values(replaces_coverage_id=there)
        )
    return went, same


def _part_coverages(
    session: Session, visits: Ids, submissions: Ids, own: list[tuple[int, int]]
) -> None:
    """Claims and submissions that come back name the coverage of their own record again."""
    for before, there in own:
        session.execute(
            update(Claim)
            .where(Claim.coverage_id == there, among(Claim.visit_id, visits))
            .values(coverage_id=before)
        )
        session.execute(
            update(InsuranceSubmission)
            .where(
                InsuranceSubmission.replaces_coverage_id == there,
                among(InsuranceSubmission.id, submissions),
            )
            .values(replaces_coverage_id=before)
        )


def _is_left_alone(session: Session, account_id: int) -> bool:
    return not session.scalar(
        select(func.count())
        .select_from(Patient)
        .where(Patient.guarantor_account_id == account_id, Patient.merged_into_id.is_(None))
    )


def _one_guarantor(session: Session, one_id: int, other_id: int) -> bool:
    """Whether both accounts name the same person: only then does access to one open the other."""
    found: Sequence[GuarantorAccount] = session.scalars(
        select(GuarantorAccount).where(GuarantorAccount.id.in_((one_id, other_id)))
    ).all()
    people = {(match_name(a.last_name, a.first_name), a.birth_on) for a in found}
    return len(people) == 1 and all(a.named and a.birth_on for a in found)


def _share_access(session: Session, left: int, here: int, source: str, now: datetime) -> Ids:
    """Who could see the account that is empty now sees the one that took its visits."""
    logins = session.scalars(
        select(AccountAccess.login_id).where(
            AccountAccess.guarantor_account_id == left, AccountAccess.ended_at.is_(None)
        )
    ).all()
    if not logins:
        return []
    rows = [
        {
            "login_id": login_id,
            "guarantor_account_id": here,
            "granted_by": source,
            "granted_at": now,
        }
        for login_id in logins
    ]
    granted = insert(AccountAccess).values(rows).on_conflict_do_nothing()
    return list(session.scalars(granted.returning(AccountAccess.id)))


def _return_credit(session: Session, moved: dict[str, Any], source: str, on: date) -> None:
    """The credit that went along goes back whole, or the records are not parted."""
    went = Money(moved["credit_cents"])
    if went == ZERO:
        return
    left, here = moved["from_account_id"], moved["to_account_id"]
    [account] = balances(session, on=on, account_ids=[here])
    if account.unapplied_credit < went:
        raise MergeRefused(
            f"Credit of {went} came along, and part of it paid a bill since. Correct that first, then part the records."
        )
    carry_credit(session, went, here, left, entry=f"{source}:credit", on=on)
