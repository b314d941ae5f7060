"""A manager changes one setting from a day on: a new row each time, and none is edited."""

from __future__ import annotations

from datetime import date, datetime

from billing.free_text import check_free_text
from billing.settings import Key, check_value, shown
from portal.db import transaction
from portal.models.settings import PracticeSetting
from portal.queries.viewer import StaffViewer
from portal.services.day_lock import hold_days, refuse_closed
from portal.services.practice_date import practice_date
from portal.services.record_access import add_staff_act
from portal.services.refusal import Refusal


class CannotSet(Refusal):
    """The day lies behind us, the reason is missing, or the role may not."""

    title = "Nothing was changed"


def set_setting(
    *, staff: StaffViewer, key: Key, value: int, effective_from: date, reason: str, now: datetime
) -> int:
    """Keep the change, and answer its id.

    It counts from today at the earliest, so that what a past day was decided by never changes, and not on a
    day that is closed. Raises CannotSet, SettingRefused, DayClosed or CardNumberRefused.
    """
    reason = check_free_text(reason)
    check_value(key, value)
    if not staff.may("settings.edit"):
        raise CannotSet("Your role cannot change settings. Ask a manager.")
    if not reason:
        raise CannotSet("Say why it changes: the reason stays with it.")
    with transaction() as session:
        today = practice_date(session, now)
        if effective_from < today:
            raise CannotSet("A change counts from today at the earliest.")
        hold_days(session)
        refuse_closed(session, effective_from)
        row = PracticeSetting(
            key=key.value,
            value=value,
            effective_from=effective_from,
            login_id=staff.login_id,
            at=now,
            reason=reason,
        )
        session.add(row)
        session.flush()
        add_staff_act(
            session,
            staff,
            action="update",
            object_type="setting",
            object_id=key.value,
            reason=f"{shown(key, value)} from {effective_from.isoformat()}: {reason}",
            now=now,
        )
        return row.id
