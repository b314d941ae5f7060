"""Keep a view of the queue under a name, and forget it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.worklists import SavedFilter
from portal.queries.viewer import StaffViewer
from portal.services.refusal import NotFound, Refusal

MOST = 20  # of one person: more is a list to search, not a row of tabs


class ViewRefused(Refusal):
    """The view was not kept; the message says why."""

    title = "This view was not kept"


def keep_view(
    *,
    name: str,
    args: Mapping[str, str],
    shared: bool,
    first: bool,
    staff: StaffViewer,
    now: datetime,
) -> None:
    """The same name again is the same view, with what it holds now. Raises ViewRefused or CardNumberRefused."""
    name = check_free_text(name)
    if not name:
        raise ViewRefused("Give the view a name.")
    if shared and not staff.may("work.decide"):
        raise ViewRefused("Only who decides about work shares a view with the team.")
    with transaction() as session:
        kept = session.scalar(
            select(func.count(SavedFilter.id)).where(
                SavedFilter.login_id == staff.login_id, SavedFilter.name != name
            )
        )
        if (kept or 0) >= MOST:
            raise ViewRefused(f"You have {MOST} views already. Forget one first.")
        if first:
            session.execute(
                update(SavedFilter)
                .where(SavedFilter.login_id == staff.login_id, SavedFilter.first)
                .values(first=False)
            )
        values = {"args": dict(args), "shared": shared, "first": first, "at": now}
        new = insert(SavedFilter).values(login_id=staff.login_id, name=name, **values)
        session.execute(new.on_conflict_do_update(index_elements=["login_id", "name"], set_=values))


def forget_view(*, view_id: int, staff: StaffViewer) -> None:
    """One's own alone. Raises NotFound."""
    with transaction() as session:
        view = session.get(SavedFilter, view_id)
        if view is None or view.login_id != staff.login_id:
            raise NotFound
        session.delete(view)
