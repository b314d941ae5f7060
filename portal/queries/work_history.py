"""Everything that people did and noted about an item of work, oldest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, literal, literal_column, select, union_all
from sqlalchemy.orm import Session

from portal.models.identity import Login
from portal.models.work import WorkAction, WorkNote

SENT_BACK = "sent_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One act or one note."""

    by: str
    at: datetime
    text: str
    kind: str  # note, or the kind of the act
    action_id: int  # 0 for a note

    @property
    def is_note(self) -> bool:
        return self.kind == "note"


def work_history(session: Session, item_id: int) -> tuple[Happened, ...]:
    """Acts and notes together, in one statement."""
    notes: Select[*tuple[Any, ...]] = (
        select(
            WorkNote.at,
            literal_column("0").label("action_id"),
            literal("note").label("kind"),
            WorkNote.text,
            WorkNote.login_id,
        )
        .where(WorkNote.work_item_id == item_id)
        .order_by(None)
    )
    acts = select(
        WorkAction.at, WorkAction.id, WorkAction.kind, WorkAction.words, WorkAction.login_id
    ).where(WorkAction.work_item_id == item_id)
    both = union_all(notes, acts).subquery()
    rows = session.execute(
        select(both, Login.name, Login.email)
        .join(Login, Login.id == both.c.login_id)
        .order_by(both.c.at, both.c.action_id)
    )
    return tuple(
        Happened(
            by=row.name or row.email,
            at=row.at,
            text=row.text,
            kind=row.kind,
            action_id=row.action_id,
        )
        for row in rows
    )


def last_action(history: tuple[Happened, ...]) -> int:
    """The version of the item that a page shows: its last act (0: none)."""
    return max((one.action_id for one in history), default=0)
