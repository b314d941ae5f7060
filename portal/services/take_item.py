"""Take an item of work to act on it: once for each form, and not after somebody else acted unseen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.identity import Login
from portal.models.practice import Practice
from portal.models.work import WorkAction, WorkItem
from portal.queries.viewer import StaffViewer
from portal.services.refusal import NotFound, Refusal


class ActedMeanwhile(Refusal):
    """Somebody else acted on the item since the page was shown; the message says who and what."""

    title = "Somebody was here before you"


@dataclass(frozen=True, slots=True)
class Turn:
    """The form that acts, and the last action its page had seen (0: none)."""

    form_id: UUID
    seen: int


def take_item(
    session: Session, item_id: int, turn: Turn, *, staff: StaffViewer, closed: bool = False
) -> WorkItem | None:
    """The item, locked and still open (or `closed` too); None when this very form acted before.

    Raises ActedMeanwhile or NotFound.
    """
    item = session.scalar(select(WorkItem).where(WorkItem.id == item_id).with_for_update())
    if item is None:
        raise NotFound
    if acted_before(session, turn):
        return None
    later = session.execute(
        select(WorkAction.words, WorkAction.at, Login.name, Login.email)
        .join(Login, Login.id == WorkAction.login_id)
        .where(
            WorkAction.work_item_id == item_id,
            WorkAction.id > turn.seen,
            WorkAction.login_id != staff.login_id,
        )
        .order_by(WorkAction.id.desc())
        .limit(1)
    ).one_or_none()
    if later is not None:
        who, when = later.name or later.email, _clock(session, later.at)
        raise ActedMeanwhile(
            f"{who} acted at {when}: {later.words}. Nothing of yours was changed; look again."
        )
    if item.closed_at is not None and not closed:
        raise ActedMeanwhile("It is closed already. Nothing was changed.")
    return item


def acted_before(session: Session, turn: Turn | None) -> bool:
    """Whether this very form acted already: a second click is no second act."""
    found = turn and session.scalar(select(WorkAction.id).where(WorkAction.form_id == turn.form_id))
    return bool(found)


def _clock(session: Session, at: datetime) -> str:
    zone = session.scalar(select(Practice.time_zone)) or "UTC"
    return f"{at.astimezone(ZoneInfo(zone)):%I:%M %p}".lstrip("0")
