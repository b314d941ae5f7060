"""What staff do with a dispute before and after the answer: take it, ask for more time once, lift the lock of a theft."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from billing.bill_disputes import extended
from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.work import WorkItem
from portal.queries.viewer import StaffViewer
from portal.services.answer_dispute import AnsweredAlready, audit, may_work
from portal.services.dispute_letters import extended_letter
from portal.services.open_dispute import WORK, add_event, lock_dispute
from portal.services.practice_date import practice_date
from portal.services.refusal import Refusal
from portal.services.tell_of_dispute import EXTENDED, LIFTED, tell_of_dispute


class ExtendedAlready(Refusal):
    """There is one extension, and it was used."""

    title = "This was extended before"


class NotLocked(Refusal):
    """No theft was found, or the lock is lifted."""

    title = "Nothing is locked here"


def take_dispute(*, dispute_id: UUID, staff: StaffViewer, now: datetime) -> None:
    """It is this person's to answer. Raises NotFound, NotYours, AnsweredAlready."""
    may_work(staff)
    with transaction() as session:
        row, visit = lock_dispute(session, dispute_id)
        if row.state != "open":
            raise AnsweredAlready("Nothing was changed.")
        row.owner_id = staff.login_id
        item = session.scalar(select(WorkItem).where(WorkItem.dedupe_key == f"{WORK}:{row.id}"))
        if item is not None:
            item.owner_id = staff.login_id
        add_event(session, row, "taken", by_id=staff.login_id, face="staff", now=now)
        audit(session, row, visit, staff=staff, action="update", reason="taken", now=now)


def extend_dispute(
    *, dispute_id: UUID, reason: str, staff: StaffViewer, public_url: str, now: datetime
) -> None:
    """To 45 days, once, with a letter that says why (DISP-2).

    Raises NotFound, NotYours, AnsweredAlready, ExtendedAlready, CardNumberRefused.
    """
    reason = check_free_text(reason)
    may_work(staff)
    with transaction() as session:
        row, visit = lock_dispute(session, dispute_id)
        if row.state != "open":
            raise AnsweredAlready("Nothing was changed.")
        if row.extended_at is not None:
            raise ExtendedAlready("Answer it by the day that stands there.")
        on = practice_date(session, now)
        row.extended_at = now
        # Of a second look the days count from the reply.
        begun = row.filed_on if row.replied_at is None else practice_date(session, row.replied_at)
        row.resolve_by = extended(begun)
        item = session.scalar(select(WorkItem).where(WorkItem.dedupe_key == f"{WORK}:{row.id}"))
        if item is not None:
            item.due_on = row.resolve_by
        add_event(
            session, row, "extended", by_id=staff.login_id, face="staff", now=now, words=reason
        )
        audit(session, row, visit, staff=staff, action="update", reason="extended", now=now)
        extended_letter(
            session, row, visit, reason=reason, staff=staff, public_url=public_url, on=on, now=now
        )
        tell_of_dispute(
            session, row, words=EXTENDED, by_id=staff.login_id, public_url=public_url, now=now
        )


def lift_lock(
    *, dispute_id: UUID, words: str, staff: StaffViewer, public_url: str, now: datetime
) -> None:
    """A person spoke with whom it concerns, and the bill may be asked for again, or was taken off.

    Raises NotFound, NotYours, NotLocked, CardNumberRefused.
    """
    words = check_free_text(words)
    may_work(staff)
    with transaction() as session:
        row, visit = lock_dispute(session, dispute_id)
        if row.state != "answered" or row.rejoins_on is not None or row.ended_on is not None:
            raise NotLocked("Nothing was changed.")
        row.ended_on = practice_date(session, now)
        add_event(session, row, "lifted", by_id=staff.login_id, face="staff", now=now, words=words)
        audit(session, row, visit, staff=staff, action="update", reason="lifted", now=now)
        tell_of_dispute(
            session, row, words=LIFTED, by_id=staff.login_id, public_url=public_url, now=now
        )
