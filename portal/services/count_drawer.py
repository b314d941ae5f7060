"""Somebody counts the cash drawer; a day with cash closes when a second person counted the same (OPS-12)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from billing.drawer import NOTES, counted_total
from billing.money import ZERO, Money
from portal.db import transaction
from portal.models.day import CashCount
from portal.queries.viewer import StaffViewer
from portal.services.day_lock import hold_days, refuse_closed
from portal.services.record_access import add_staff_act
from portal.services.refusal import Refusal


class CountRefused(Refusal):
    """The count cannot be kept so; the message says why."""

    title = "The count was not kept"


def count_drawer(
    *,
    form_id: UUID,
    day: date,
    pieces: Mapping[int, int],
    coins: Money,
    float_kept: Money,
    staff: StaffViewer,
    on: date,
    now: datetime,
) -> bool:
    """Keep one person's count; false when this page was sent before. Raises CountRefused or DayClosed."""
    if set(pieces) - set(NOTES) or any(count < 0 for count in pieces.values()) or coins < ZERO:
        raise CountRefused("A count has no piece below zero.")
    if day > on:
        raise CountRefused("Count a day when it is there.")
    total = counted_total(pieces, coins)
    if float_kept > total:
        raise CountRefused(f"The float is {float_kept}, and only {total} was counted.")
    with transaction() as session:
        hold_days(session)
        refuse_closed(session, day)
        if session.scalar(select(CashCount.id).where(CashCount.form_id == form_id)) is not None:
            return False
        kept = {str(value): count for value, count in pieces.items() if count}
        session.add(
            CashCount(
                form_id=form_id,
                day=day,
                total=total,
                float_kept=float_kept,
                pieces=kept | {"coins": coins.cents},
                login_id=staff.login_id,
                at=now,
            )
        )
        add_staff_act(
            session,
            staff,
            action="create",
            object_type="cash_count",
            object_id=day.isoformat(),
            now=now,
        )
    return True
