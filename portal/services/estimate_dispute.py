"""Staff keep what happens in a federal dispute of a bill above its estimate; nothing is collected while it is open (NSA-7)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from billing.estimates import SELF_PAY, decision_by, dispute_answer_by
from billing.free_text import check_free_text
from billing.holds import Condition
from billing.money import ZERO
from portal.db import transaction
from portal.models.accounts import AccountCondition
from portal.models.claims import Visit
from portal.models.estimate_disputes import EstimateDispute
from portal.models.work import WorkItem
from portal.queries.estimate_sums import billed_parts
from portal.queries.viewer import StaffViewer
from portal.services.close_work import close_work
from portal.services.lock_posting import lock_accounts
from portal.services.practice_date import practice_date
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal

WORK = "estimate_dispute"
SOURCE = "ppdr:"  # of the hold; it ends with the dispute
OUTCOMES = {
    "for_patient": "The patient owes less: the decision lowers the bill",
    "for_us": "The bill stands",
    "settled": "We agreed with the patient",
    "withdrawn": "The patient withdrew it",
    "not_eligible": "The agency did not take it up",
}
REASON = "A patient disputes a bill above its estimate with the federal agency: send it what it asks for (NSA-7)."
SEND = "Send the agency the estimate, the bill and why it is higher. Then open Estimates and write down that you did."
WAIT = "Write down the decision under Estimates when it comes. Nothing is collected until then."


class CannotDispute(Refusal):
    """A number, a day or words are missing, the bill has none to dispute, or it moved on."""

    title = "Nothing was written down"


def open_estimate_dispute(
    *, staff: StaffViewer, visit_id: int, reference: str, initiated_on: date, now: datetime
) -> int:
    """Hold the bill from this moment, and start the clock of our answer. The same bill again answers the open one.

    Raises CannotDispute, CardNumberRefused or NotFound.
    """
    reference = check_free_text(reference)
    if not staff.may("holds.set") or not reference:
        raise CannotDispute("Write down the agency's number. Your role must be allowed to hold.")
    with transaction() as session:
        visit = session.get(Visit, visit_id)
        if visit is None:
            raise NotFound
        lock_accounts(session, [visit.guarantor_account_id])
        if visit.coverage_intent not in SELF_PAY:
            raise CannotDispute("This bill went to a plan: it has no good-faith estimate.")
        on = practice_date(session, now)
        if initiated_on > on:
            raise CannotDispute("The day of the notice lies ahead of today.")
        standing = _standing(session, visit_id)
        if standing is not None:
            return standing
        hold = AccountCondition(
            guarantor_account_id=visit.guarantor_account_id,
            visit_id=visit_id,
            kind=Condition.GFE_DISPUTE.value,
            since=now,
            source=f"{SOURCE}{reference}",
            note="Disputed with the federal agency.",
            evidence=reference,
            until_on=dispute_answer_by(initiated_on),
            set_by_id=staff.login_id,
        )
        session.add(hold)
        session.flush()
        row = EstimateDispute(
            visit_id=visit_id,
            hold_id=hold.id,
            reference=reference,
            initiated_on=initiated_on,
            answer_by=dispute_answer_by(initiated_on),
            opened_at=now,
            opened_by_id=staff.login_id,
        )
        session.add(row)
        session.flush()
        session.add(_work(session, row, visit, now))
        _note(session, staff, row, visit, action="create", reason=reference, now=now)
        return row.id


def answer_estimate_dispute(
    *, staff: StaffViewer, dispute_id: int, answered_on: date, answer: str, now: datetime
) -> None:
    """What the agency asked for was sent; now its decision is awaited. Raises CannotDispute, CardNumberRefused or NotFound."""
    answer = check_free_text(answer)
    if not staff.may("tasks.work") or not answer:
        raise CannotDispute("Write down what you sent, and how.")
    with transaction() as session:
        row, visit = _open(session, dispute_id)
        if row.answered_on is not None:
            raise CannotDispute("It was answered before.")
        if not row.initiated_on <= answered_on <= practice_date(session, now):
            raise CannotDispute("The day lies ahead of today, or before the notice.")
        row.answered_on, row.answered_by_id, row.answer = answered_on, staff.login_id, answer
        until = decision_by(answered_on)
        session.execute(
            update(WorkItem)
            .where(WorkItem.dedupe_key == work_key(row.id), WorkItem.closed_at.is_(None))
            .values(next_step=WAIT, due_on=until)
        )
        session.get_one(AccountCondition, row.hold_id).until_on = until
        _note(session, staff, row, visit, action="answer", reason=answer, now=now)


def end_estimate_dispute(
    *, staff: StaffViewer, dispute_id: int, outcome: str, decision: str, now: datetime
) -> None:
    """The hold ends with it; a lower amount is taken off by an adjustment. Raises CannotDispute, CardNumberRefused or NotFound."""
    decision = check_free_text(decision)
    if not staff.may("holds.set") or outcome not in OUTCOMES or not decision:
        raise CannotDispute("Choose how it ended, and write down the decision.")
    with transaction() as session:
        row, visit = _open(session, dispute_id)
        row.outcome, row.decision = outcome, decision
        row.ended_at, row.ended_by_id = now, staff.login_id
        hold = session.get_one(AccountCondition, row.hold_id, with_for_update=True)
        if hold.ended_at is None:
            hold.ended_at, hold.ended_by_id, hold.end_reason = now, staff.login_id, decision
        close_work(session, work_key(row.id), by=staff.login_id, outcome="done", now=now)
        _note(session, staff, row, visit, action="end", reason=f"{outcome}: {decision}", now=now)


def work_key(dispute_id: int) -> str:
    """By which its work is known."""
    return f"{WORK}:{dispute_id}"


def _standing(session: Session, visit_id: int) -> int | None:
    return session.scalar(
        select(EstimateDispute.id).where(
            EstimateDispute.visit_id == visit_id, EstimateDispute.ended_at.is_(None)
        )
    )


def _open(session: Session, dispute_id: int) -> tuple[EstimateDispute, Visit]:
    found = session.get(EstimateDispute, dispute_id)
    if found is None:
        raise NotFound
    visit = session.get_one(Visit, found.visit_id)
    lock_accounts(session, [visit.guarantor_account_id])
    row = session.get_one(EstimateDispute, dispute_id, with_for_update=True, populate_existing=True)
    if row.ended_at is not None:
        raise CannotDispute("It is over.")
    return row, visit


def _work(session: Session, row: EstimateDispute, visit: Visit, now: datetime) -> WorkItem:
    parts = billed_parts(session, [visit.id]).get(visit.id, [])
    return WorkItem(
        dedupe_key=work_key(row.id),
        kind=WORK,
        reasons=[REASON],
        next_step=SEND,
        amount=sum((amount for _, amount in parts), ZERO),
        guarantor_account_id=visit.guarantor_account_id,
        visit_id=visit.id,
        opened_at=now,
        due_on=row.answer_by,
    )


def _note(
    session: Session,
    staff: StaffViewer,
    row: EstimateDispute,
    visit: Visit,
    *,
    action: str,
    reason: str,
    now: datetime,
) -> None:
    add_staff_act(
        session,
        staff,
        action=action,
        object_type="estimate_dispute",
        object_id=row.id,
        account_ids=(visit.guarantor_account_id,),
        patient_ids=(visit.patient_id,),
        reason=reason,
        now=now,
    )
