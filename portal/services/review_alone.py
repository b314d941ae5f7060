"""The owner looks over what was decided alone, and signs the month; a month without its signature is work (OPS-13)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.alone import AloneDecision, OwnerSignOff
from portal.queries.alone import KIND, alone_months
from portal.queries.audit_alerts import first_of_next
from portal.queries.viewer import StaffViewer
from portal.services.close_work import close_work
from portal.services.open_work import open_work
from portal.services.practice_date import practice_date
from portal.services.record_access import add_staff_act
from portal.services.refusal import Refusal

NEXT_STEP = "Look over each decision on the owner’s review page, and sign the month."


class CannotSign(Refusal):
    """The month runs still, has nothing to sign, or is signed."""

    title = "Nothing was signed"


def sign_alone_month(*, staff: StaffViewer, month: date, note: str, now: datetime) -> None:
    """Sign a month that is over; its work is done. Raises CannotSign or CardNumberRefused."""
    if not staff.may("alone.review"):
        raise CannotSign("Your role does not sign the owner’s review.")
    note, month = check_free_text(note), month.replace(day=1)
    with transaction() as session:
        if first_of_next(month) > practice_date(session, now):
            raise CannotSign("The month is not over yet.")
        decisions = session.scalar(
            select(func.count()).where(
                AloneDecision.day >= month, AloneDecision.day < first_of_next(month)
            )
        )
        if not decisions:
            raise CannotSign("Nothing was decided alone in this month.")
        signed = session.scalar(
            insert(OwnerSignOff)
            .values(month=month, login_id=staff.login_id, at=now, decisions=decisions, note=note)
            .on_conflict_do_nothing()
            .returning(OwnerSignOff.id)
        )
        if signed is None:
            raise CannotSign("This month is signed already.")
        close_work(session, _key(month), by=staff.login_id, outcome="signed", now=now)
        add_staff_act(
            session,
            staff,
            action="approve",
            object_type="owner_review",
            object_id=month.isoformat()[:7],
            now=now,
        )


def note_unsigned_months(*, on: date, now: datetime) -> int:
    """One item for each month that is over and not signed, due by the end of the next; how many there are."""
    with transaction() as session:
        due = [one for one in alone_months(session, on=on) if one.over and one.at is None]
        for one in due:
            open_work(
                session,
                key=_key(one.month),
                kind=KIND,
                reasons=[f"{one.decisions} decided by one person in {one.month:%B %Y}."],
                next_step=NEXT_STEP,
                due_on=first_of_next(first_of_next(one.month)),
                now=now,
            )
    return len(due)


def _key(month: date) -> str:
    return f"{KIND}:{month.isoformat()[:7]}"
