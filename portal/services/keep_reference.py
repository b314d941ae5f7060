"""Keep changes of reference data, by hand or from a file that somebody looked at; each change stays in the history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from billing.reference_data import TABLES, Cells, Change, Kind, compare, read_cells
from portal.db import transaction
from portal.models.reference import ReferenceChange, ReferenceUpload
from portal.queries.reference_rows import reference_rows
from portal.queries.viewer import StaffViewer
from portal.services.judge_reference import judge_reference
from portal.services.record_access import add_staff_act
from portal.services.reference_file import preview_reference
from portal.services.refusal import NotFound, Refusal
from portal.services.write_reference import WRITERS


class ReferenceRefused(Refusal):
    """A row, or a file, cannot be kept; `problems` says what is wrong by column."""

    title = "This was not saved"

    def __init__(self, words: str, problems: Mapping[str, str] | None = None) -> None:
        super().__init__(words)
        self.problems = dict(problems or {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Who keeps it, when, and from which file; empty: by hand."""

    staff: StaffViewer
    on: date
    now: datetime
    file: str = ""


def keep_row(*, kind: Kind, typed: Cells, hand: Hand) -> bool:
    """One row as somebody typed it; whether anything changed. Raises ReferenceRefused."""
    table = TABLES[kind]
    row, problems = read_cells(table, typed)
    if problems:
        raise ReferenceRefused("Look at the fields that are marked.", problems)
    with transaction() as session:
        _lock(session)
        found = compare(table, reference_rows(session, kind), [row])
        wrong = judge_reference(session, kind, found.changes, staff=hand.staff, on=hand.on)
        if wrong:
            raise ReferenceRefused(next(iter(wrong.values())))
        _keep(session, kind, found.changes, hand)
    return bool(found.changes)


def take_reference_file(
    *, upload_id: UUID, kind: Kind, data: bytes, name: str, staff: StaffViewer, now: datetime
) -> None:
    """Put a file aside until its changes were looked at; the same form twice is one file."""
    with transaction() as session:
        values = {"kind": kind.value, "name": name[:120], "content": data}
        session.execute(
            upsert(ReferenceUpload)
            .values(id=upload_id, login_id=staff.login_id, at=now, **values)
            .on_conflict_do_nothing()
        )


def apply_reference_file(*, upload_id: UUID, digest: str, hand: Hand) -> int:
    """Keep exactly the changes that were looked at; how many. Applied before: none.

    Raises NotFound, or ReferenceRefused where a row is refused or something changed since the look.
    """
    with transaction() as session:
        _lock(session)
        upload = session.get(ReferenceUpload, upload_id, with_for_update=True)
        if upload is None:
            raise NotFound
        if upload.applied_at is not None:
            return 0
        kind = Kind(upload.kind)
        seen = preview_reference(session, kind, upload.content, staff=hand.staff, on=hand.on)
        if seen.refused:
            raise ReferenceRefused(
                "Some rows cannot be taken. Mend them, and upload the file again."
            )
        if seen.comparison.digest != digest:
            raise ReferenceRefused("Something changed since you looked. Look at the changes again.")
        by = Hand(staff=hand.staff, on=hand.on, now=hand.now, file=upload.name)
        _keep(session, kind, seen.comparison.changes, by)
        upload.applied_at = hand.now
    return len(seen.comparison.changes)


def _lock(session: Session) -> None:
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('kindbill.reference_data'))"))


def _keep(session: Session, kind: Kind, changes: Sequence[Change], hand: Hand) -> None:
    if not changes:
        return
    WRITERS[kind](session, [change.after for change in changes], hand.staff, hand.now)
    history = [
        {
            "kind": kind.value,
            "key": " ".join(change.key),
            "before": dict(change.before) if change.before is not None else None,
            "after": dict(change.after),
            "file": hand.file,
            "login_id": hand.staff.login_id,
            "at": hand.now,
        }
        for change in changes
    ]
    session.execute(insert(ReferenceChange), history)  # in parts, as the driver takes them
    add_staff_act(
        session,
        hand.staff,
        action="update",
        object_type="reference_data",
        object_id=kind.value,
        reason=f"{len(changes)} rows",
        row_count=len(changes),
        now=hand.now,
    )
