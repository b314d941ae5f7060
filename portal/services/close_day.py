"""Explain a day's differences, close it when none is left unexplained, and reopen it (OPS-11, OPS-12)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.day import DayClose, DayExplanation
from portal.queries.day_summary import DaySummary, summary_of
from portal.queries.viewer import StaffViewer
from portal.services.day_lock import DayClosed, hold_days, hold_days_alone, refuse_closed
from portal.services.record_access import add_staff_act
from portal.services.refusal import Refusal


class CloseRefused(Refusal):
    """The day cannot be closed, explained or reopened so; the message says why."""

    title = "This was not done"


def explain_difference(
    *, day: date, key: str, note: str, staff: StaffViewer, now: datetime
) -> None:
    """Write down why a difference is right as it stands; it counts while the amount stays the same.

    Raises CloseRefused, DayClosed or CardNumberRefused.
    """
    note = check_free_text(note)
    if not note:
        raise CloseRefused("Say why: the note stays with the day.")
    with transaction() as session:
        hold_days(session)
        refuse_closed(session, day)
        found = next((d for d in summary_of(session, day).differences if d.key == key), None)
        if found is None:
            raise CloseRefused("This difference is gone. Look at the day again.")
        session.add(
            DayExplanation(
                day=day, key=key, amount=found.amount, note=note, login_id=staff.login_id, at=now
            )
        )
        _audit(session, day, staff, f"explained {key} {found.amount}", now)


def close_day(*, day: date, staff: StaffViewer, on: date, now: datetime) -> None:
    """Freeze the day's figures; from then on nothing is posted into it.

    Raises CloseRefused while a difference is unexplained or the drawer is not counted by two, DayClosed when somebody was quicker.
    """
    with transaction() as session:
        hold_days_alone(session)
        if day >= on:
            raise CloseRefused("Close a day when it is over.")
        refuse_closed(session, day)
        summary = summary_of(session, day)
        if summary.blocks:
            raise CloseRefused(summary.blocks[0])
        if summary.unexplained:
            first = summary.unexplained[0]
            raise CloseRefused(
                f"{len(summary.unexplained)} unexplained: {first.what}, {first.amount}."
                " Mend it, or let a manager say why."
            )
        session.add(
            DayClose(
                day=day,
                closed_at=now,
                closed_by_id=staff.login_id,
                figures=figures_of(summary),
            )
        )
        _audit(session, day, staff, "closed", now)


def reopen_day(*, day: date, reason: str, staff: StaffViewer, now: datetime) -> None:
    """Open a closed day again, with the reason; its figures as closed are kept.

    Raises CloseRefused or CardNumberRefused.
    """
    reason = check_free_text(reason)
    if not reason:
        raise CloseRefused("Say why it must be opened again.")
    with transaction() as session:
        hold_days_alone(session)
        row = session.scalar(
            select(DayClose)
            .where(DayClose.day == day, DayClose.reopened_at.is_(None))
            .with_for_update()
        )
        if row is None:
            raise CloseRefused("This day is open.")
        row.reopened_at, row.reopened_by_id, row.reopen_reason = now, staff.login_id, reason
        _audit(session, day, staff, "reopened", now)


def figures_of(summary: DaySummary) -> dict[str, object]:
    """The day's totals in cents and its explained differences, as they are frozen."""
    return {
        "remitted": summary.remitted.cents,
        "posted": summary.posted.cents,
        "received": summary.received.cents,
        "paid_out": summary.paid_out.cents,
        "deposited": summary.deposited.cents,
        "suspense": summary.standing.suspense.cents,
        "ways": [
            {
                "kind": w.label,
                "bank": w.bank.cents,
                "papers": w.papers.cents,
                "posted": w.posted.cents,
            }
            for w in summary.ways
        ],
        "differences": [
            {"key": d.key, "cents": d.amount.cents, "by": d.explained_by, "note": d.note}
            for d in summary.differences
        ],
    }


def _audit(session: Session, day: date, staff: StaffViewer, reason: str, now: datetime) -> None:
    add_staff_act(
        session,
        staff,
        action="update",
        object_type="day",
        object_id=day.isoformat(),
        reason=reason,
        now=now,
    )


__all__ = ["CloseRefused", "DayClosed", "close_day", "explain_difference", "reopen_day"]
