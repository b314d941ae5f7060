"""The office answers a dispute: a finding, what changed, and what comes next; by somebody who had no hand in it (DISP-4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.bill_disputes import Finding, Step, rejoins
from billing.duties import Duty, same_person
from billing.free_text import check_free_text
from billing.money import ZERO, Money
from portal.db import transaction
from portal.models.bill_disputes import BillDispute, BillDisputeEvent, BillDisputeLine
from portal.models.claims import Charge, Visit
from portal.queries.balances import balances
from portal.queries.dispute_hands import hands_on
from portal.queries.plain_services import describe
from portal.queries.viewer import StaffViewer
from portal.services.dispute_letters import answer_letter
from portal.services.open_dispute import add_event, close_dispute_work, lock_dispute
from portal.services.own_dispute import move
from portal.services.practice_date import practice_date
from portal.services.record_access import add_staff_act
from portal.services.refusal import Refusal
from portal.services.tell_of_dispute import ANSWERED, tell_of_dispute

CHANGES = frozenset({Finding.CORRECTED, Finding.PARTLY})


class NotYours(Refusal):
    """The role reads disputes and does not answer them."""

    status = 403
    title = "Your role does not answer disputes"


class SecondPerson(Refusal):
    """Whoever had a hand in these lines does not judge them (DISP-4)."""

    title = "Another person must answer this"


class NothingCorrected(Refusal):
    """The answer would tell of a correction that the ledger does not show."""

    title = "Correct the bill first"


class AnsweredAlready(Refusal):
    """Somebody was quicker, or the patient took it back."""

    title = "This is closed already"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the office found, in words that the patient reads."""

    finding: Finding
    words: str


def answer_dispute(
    *, dispute_id: UUID, answer: Answer, staff: StaffViewer, public_url: str, now: datetime
) -> None:
    """Close it with a finding and its letter; the bill rejoins the cycle 14 days later (DISP-2).

    Raises NotFound, NotYours, SecondPerson, NothingCorrected, AnsweredAlready, CardNumberRefused.
    """
    words = check_free_text(answer.words)
    may_work(staff)
    with transaction() as session:
        row, visit = lock_dispute(session, dispute_id)
        if row.state != "open":
            raise AnsweredAlready("Nothing was saved. Open it again to see how it stands.")
        _second_person(session, row, staff)
        on = practice_date(session, now)
        changed = figures_then_and_now(session, row, on=on)
        if answer.finding in CHANGES and not changed:
            raise NothingCorrected(
                "No line of it is another than when it was disputed. Nothing was saved."
            )
        row.finding, row.answer = answer.finding.value, words
        row.changed = "\n".join(changed)
        move(row, Step.ANSWER)
        row.answered_at, row.answered_by_id = now, staff.login_id
        row.rejoins_on = rejoins(on, answer.finding)
        add_event(
            session,
            row,
            "answered",
            by_id=staff.login_id,
            face="staff",
            now=now,
            detail={"finding": row.finding, "answer": words, "changed": row.changed},
        )
        close_dispute_work(session, row, by_id=staff.login_id, outcome=row.finding, now=now)
        audit(session, row, visit, staff=staff, action="decide", reason=row.finding, now=now)
        answer_letter(
            session, row, visit, changed=changed, staff=staff, public_url=public_url, on=on, now=now
        )
        tell_of_dispute(
            session, row, words=ANSWERED, by_id=staff.login_id, public_url=public_url, now=now
        )


def may_work(staff: StaffViewer) -> None:
    """Raises NotYours."""
    if not staff.may("bill_disputes.work"):
        raise NotYours("Nothing was saved.")


def audit(
    session: Session,
    row: BillDispute,
    visit: Visit,
    *,
    staff: StaffViewer,
    action: str,
    reason: str,
    now: datetime,
) -> None:
    """Who did what about whose dispute (HIPAA-3)."""
    add_staff_act(
        session,
        staff,
        action=action,
        object_type="bill_dispute",
        object_id=row.id,
        account_ids=(visit.guarantor_account_id,),
        patient_ids=(visit.patient_id,),
        reason=reason,
        now=now,
    )


def figures_then_and_now(session: Session, row: BillDispute, *, on: date) -> list[str]:
    """One sentence for each disputed line that owes another amount than when it was disputed (STMT-19)."""
    filed = session.scalar(
        select(BillDisputeEvent.detail).where(
            BillDisputeEvent.dispute_id == row.id, BillDisputeEvent.kind == "filed"
        )
    )
    before = {int(key): Money(cents) for key, cents in (filed or {}).get("owed", {}).items()}
    [account] = balances(session, on=on, visit_ids=[row.visit_id])
    now_owed = {c.charge_id: c.patient_due for c in account.visits[0].charges}
    lines = session.execute(
        select(Charge.id, Charge.description, Charge.procedure_code)
        .join(BillDisputeLine, BillDisputeLine.charge_id == Charge.id)
        .where(BillDisputeLine.dispute_id == row.id)
        .order_by(Charge.line_number)
    )
    return [
        f"{line.description or describe(line.procedure_code) or 'Medical service'}:"
        f" {before[line.id]} before, {max(now_owed[line.id], ZERO)} now."
        for line in lines
        if line.id in before and now_owed[line.id] != before[line.id]
    ]


def _second_person(session: Session, row: BillDispute, staff: StaffViewer) -> None:
    hands = hands_on(session, row.id) | {row.first_answered_by_id, row.filed_by_id}
    if any(same_person(Duty.BILL_DISPUTE, one, staff.login_id) for one in hands):
        raise SecondPerson(
            "You posted or adjusted one of these lines, entered the dispute, or answered it before."
            " Nothing was saved."
        )
