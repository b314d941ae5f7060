"""When a statement is spoken of by text or e-mail: as it goes out, before it is due, and once after (MSG-16)."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum


class BillNotice(StrEnum):
    """What may be told about a statement; the value is its template's name."""

    NEW_STATEMENT = "new_statement"
    DUE_SOON = "due_soon"
    DUE_PASSED = "due_passed"


DAYS_BEFORE = timedelta(days=7)
DAYS_AFTER = timedelta(days=3)
STALE_AFTER = timedelta(days=3)  # a run that comes later leaves it out: the words would be old


def first_day(notice: BillNotice, *, sent_on: date, due_on: date) -> date:
    """The day on which this notice is due."""
    if notice is BillNotice.NEW_STATEMENT:
        return sent_on
    return due_on - DAYS_BEFORE if notice is BillNotice.DUE_SOON else due_on + DAYS_AFTER


def timely(notice: BillNotice, *, sent_on: date, due_on: date, on: date) -> bool:
    """Whether the notice may go out on this day."""
    first = first_day(notice, sent_on=sent_on, due_on=due_on)
    return first <= on <= first + STALE_AFTER


def notice_on(*, sent_on: date, due_on: date, on: date) -> BillNotice | None:
    """What a statement's day asks for; None on most days."""
    for notice in BillNotice:
        if timely(notice, sent_on=sent_on, due_on=due_on, on=on):
            return notice
    return None
