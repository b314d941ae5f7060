"""Write down what was told of a patient, and the requests for its list (HIPAA-11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.disclosures import Authority, clock_of
from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.disclosures import AccountingRequest, Disclosure
from portal.models.work import WorkItem
from portal.queries.viewer import StaffViewer
from portal.services.close_work import close_work
from portal.services.open_work import open_work
from portal.services.practice_date import practice_date
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal

KIND = "accounting_request"


class CannotRecord(Refusal):
    """Something is missing, too late, or done before."""

    title = "Nothing was written down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was told to whom, when, what for, and by which rule."""

    form_id: UUID
    patient_id: int
    disclosed_on: date
    to_whom: str
    what: str
    purpose: str
    authority: Authority


def record_disclosure(*, staff: StaffViewer, account_id: int, told: Told, now: datetime) -> None:
    """Keep it for good; the same form twice keeps it once."""
    words = [check_free_text(one) for one in (told.to_whom, told.what, told.purpose)]
    if not staff.may("disclosures.record") or not all(words):
        raise CannotRecord("Say to whom, what, and what for.")
    with transaction() as session:
        if told.disclosed_on > practice_date(session, now):
            raise CannotRecord("The day is still to come.")
        known = select(Patient.id).where(
            Patient.id == told.patient_id, Patient.guarantor_account_id == account_id
        )
        if session.scalar(known) is None:
            raise NotFound
        session.execute(
            insert(Disclosure)
            .values(
                form_id=told.form_id,
                guarantor_account_id=account_id,
                patient_id=told.patient_id,
                disclosed_on=told.disclosed_on,
                to_whom=words[0],
                what=words[1],
                purpose=words[2],
                authority=told.authority.value,
                recorded_by_id=staff.login_id,
                recorded_at=now,
            )
            .on_conflict_do_nothing()
        )
        _note(session, staff, account_id, kind="disclosure", action="create", now=now)


def ask_accounting(*, staff: StaffViewer, account_id: int, asked_on: date, now: datetime) -> None:
    """The clock runs from the day of the request: a task is due with it. An open request is refused again."""
    with transaction() as session:
        _locked(session, account_id)
        earlier = session.execute(
            select(AccountingRequest.asked_on, AccountingRequest.answered_on).where(
                AccountingRequest.guarantor_account_id == account_id
            )
        ).all()
        if asked_on > practice_date(session, now):
            raise CannotRecord("The day is still to come.")
        if any(one.answered_on is None for one in earlier):
            raise CannotRecord("A request of this account is still open.")
        clock = clock_of(
            asked_on=asked_on, earlier=[one.asked_on for one in earlier], extended=False
        )
        row = AccountingRequest(
            guarantor_account_id=account_id,
            asked_on=asked_on,
            due_on=clock.due_on,
            free=clock.free,
            recorded_by_id=staff.login_id,
            recorded_at=now,
        )
        session.add(row)
        session.flush()
        open_work(
            session,
            key=f"{KIND}:{row.id}",
            kind=KIND,
            reasons=["the patient asked to whom we told what about them"],
            next_step="Send the list from the account's page, Disclosures, and say there that it was sent.",
            account_id=account_id,
            due_on=clock.due_on,
            now=now,
        )
        _note(session, staff, account_id, kind="accounting_request", action="create", now=now)


def extend_accounting(*, staff: StaffViewer, account_id: int, why: str, now: datetime) -> None:
    """Thirty days more, once, with the reason that the letter gives."""
    why = check_free_text(why)
    with transaction() as session:
        row = _open(session, account_id)
        if row.extended_on is not None or not why:
            raise CannotRecord("It can be extended once, with a reason.")
        row.extended_on, row.extended_why = practice_date(session, now), why
        row.due_on = clock_of(asked_on=row.asked_on, earlier=(), extended=True).due_on
        session.execute(
            update(WorkItem)
            .where(WorkItem.dedupe_key == f"{KIND}:{row.id}")
            .values(due_on=row.due_on)
        )
        _note(session, staff, account_id, kind="accounting_request", action="update", now=now)


def answer_accounting(*, staff: StaffViewer, account_id: int, now: datetime) -> None:
    """The list was sent: the clock stops and the task ends."""
    with transaction() as session:
        row = _open(session, account_id)
        row.answered_on = practice_date(session, now)
        close_work(
            session, f"{KIND}:{row.id}", by=staff.login_id, outcome="the list was sent", now=now
        )
        _note(session, staff, account_id, kind="accounting_request", action="send", now=now)


def _open(session: Session, account_id: int) -> AccountingRequest:
    _locked(session, account_id)
    row = session.scalar(
        select(AccountingRequest).where(
            AccountingRequest.guarantor_account_id == account_id,
            AccountingRequest.answered_on.is_(None),
        )
    )
    if row is None:
        raise CannotRecord("No request is open: somebody else may have answered it.")
    return row


def _locked(session: Session, account_id: int) -> None:
    held = session.scalar(
        select(GuarantorAccount.id).where(GuarantorAccount.id == account_id).with_for_update()
    )
    if held is None:
        raise NotFound


def _note(
    session: Session, staff: StaffViewer, account_id: int, *, kind: str, action: str, now: datetime
) -> None:
    add_staff_act(
        session,
        staff,
        action=action,
        object_type=kind,
        object_id=account_id,
        account_ids=(account_id,),
        now=now,
    )
