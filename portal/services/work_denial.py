"""Take a denial in hand, or write down what was found out about it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from billing.denial_states import DenialEvent, DenialState
from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.denials import Denial, DenialEventRow
from portal.queries.viewer import StaffViewer
from portal.services.move_denial import DenialRefused, lock_denial, move_denial, tell_denial
from portal.services.refusal import NotFound

NOTE = "note"


def take_denial(*, denial_id: int, version: int, staff: StaffViewer, now: datetime) -> None:
    """It is this person's from now on. Raises SomebodyElse, DenialRefused or NotFound."""
    with transaction() as session:
        denial = lock_denial(session, denial_id, version=version)
        denial.owner_id = staff.login_id
        if denial.state in {DenialState.OPEN, DenialState.WORKING}:
            move_denial(session, denial, DenialEvent.TAKE, staff=staff, now=now)
        else:
            tell_denial(session, denial, "taken_over", staff=staff, now=now)


def note_denial(*, denial_id: int, text: str, staff: StaffViewer, now: datetime) -> None:
    """Add a note; the same words sent twice in a row by the same person are one note.

    Raises DenialRefused, CardNumberRefused or NotFound.
    """
    text = check_free_text(text)
    if not text:
        raise DenialRefused("Write what you found out. Nothing was saved.")
    with transaction() as session:
        denial = session.scalar(select(Denial).where(Denial.id == denial_id).with_for_update())
        if denial is None:
            raise NotFound
        last = session.execute(
            select(DenialEventRow.what, DenialEventRow.note, DenialEventRow.login_id)
            .where(DenialEventRow.denial_id == denial_id)
            .order_by(DenialEventRow.id.desc())
            .limit(1)
        ).one_or_none()
        if last is None or tuple(last) != (NOTE, text, staff.login_id):
            if denial.first_touch_at is None:
                denial.first_touch_at = now
            version = denial.version
            tell_denial(session, denial, NOTE, staff=staff, note=text, now=now)
            denial.version = version  # a note takes nothing from whoever is deciding meanwhile
