"""Take in the 835 files that lie where payers leave them: each posted once, whatever dies in between (OPS-9).

A file goes through rows of `incoming_files`: growing, or cut_off while its end is missing; kept, once its bytes
lie encrypted in our own store; posted, duplicate or refused; and closed, once the readable copy is out of the way.
What is refused is kept as well, if it could be read: it holds patients too. Every step may run twice.
"""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.free_text import redact_free_text
from portal.db import alone, read_only, transaction
from portal.models.posting import IncomingFile
from portal.office_ports import DropFile, RemittanceDrop
from portal.ports import DocumentStore, GatewayError, RetryLater
from portal.queries.incoming_files import what_became
from portal.services.post_remittance import post_remittance
from portal.services.practice_date import practice_date
from portal.services.write_remittance import add_work_items
from portal.x12.envelope import X12Error
from portal.x12.tell_kind import tell_kind, why_cut_off

LOG = logging.getLogger(__name__)
LARGEST = 32 * 1024 * 1024  # bytes, as an upload
# So long the end of a file may be missing: a slow line, or a program that writes in two parts.
PATIENCE = timedelta(hours=1)
ENDED = frozenset({"posted", "duplicate", "refused"})
ASK_AGAIN = (
    "Ask the payer to send the file again, or upload it by hand after looking at its preview."
)
TOO_LARGE = f"It is larger than {LARGEST // 1024 // 1024} MB. {ASK_AGAIN}"
REFUSED_STEP = "Read why on the page of remittances, and do what it says."


def take_in_files(*, drop: RemittanceDrop, store: DocumentStore, now: datetime) -> None:
    """One look at one place. A file that cannot be had now is asked for again at the next look."""
    with alone(f"take_in_files:{drop.source}") as mine:
        if not mine:
            return
        try:
            listed = {_kept_name(file.name): file for file in drop.look()}
        except GatewayError as error:
            LOG.warning("remittance_drop_failed", extra={"source": drop.source, "why": str(error)})
            return
        for name in sorted(_open_names(drop.source) | listed.keys()):
            try:
                _take(name, listed.get(name), drop, store, now)
            except GatewayError as error:
                LOG.warning("incoming_file_later", extra={"why": str(error)})
            except Exception:
                # Whatever one file does to us, those behind it are somebody's money too.
                LOG.exception("incoming_file_failed", extra={"source": drop.source})


def _kept_name(name: str) -> str:
    """PCI-5: a name is somebody's words. Files that are alike without a card's number take turns."""
    return redact_free_text(_printable(name))


def _printable(name: str) -> str:
    """The name as we can keep and show it: bytes that are no UTF-8, and control characters, escaped."""
    words = name.encode("utf-8", "backslashreplace").decode()
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in words)


def _open_names(source: str) -> set[str]:
    with read_only() as session:
        return set(
            session.scalars(
                select(IncomingFile.name).where(
                    IncomingFile.source == source, IncomingFile.closed_at.is_(None)
                )
            )
        )


def _take(
    name: str, file: DropFile | None, drop: RemittanceDrop, store: DocumentStore, now: datetime
) -> None:
    """One file as far as it goes now."""
    with transaction() as session:
        row = _row(session, drop.source, name, file, now)
        row_id, state, stored_as = row.id, row.state, row.stored_as
        stands = row.standing_since < now
        same = file is None or (row.size, row.changed_at) == (file.size, file.changed_at)
    if state in {"growing", "cut_off"} and file is not None and stands:
        state, stored_as = _keep(row_id, file, drop, store, now)
    if state == "kept":
        state = _post(row_id, name, stored_as, store, now)
    if state in ENDED:
        _close(row_id, name if file is None else file.name, drop if same else None, now)


def _row(
    session: Session, source: str, name: str, file: DropFile | None, now: datetime
) -> IncomingFile:
    """The open row of this name; one that changed begins to stand anew, one that vanished is closed."""
    row = session.scalar(
        select(IncomingFile)
        .where(
            IncomingFile.source == source,
            IncomingFile.name == name,
            IncomingFile.closed_at.is_(None),
        )
        .with_for_update()
    )
    if row is None:
        assert file is not None, "a name comes from a row or from the list"
        row = IncomingFile(
            source=source,
            name=name,
            size=file.size,
            changed_at=file.changed_at,
            seen_at=now,
            standing_since=now,
        )
        session.add(row)
    elif row.state in {"growing", "cut_off"}:
        if file is None:
            row.state, row.closed_at = "gone", now
            row.reason = "It was taken away before we read it. Nothing of it is posted."
        elif (row.size, row.changed_at) != (file.size, file.changed_at):
            row.size, row.changed_at, row.standing_since = file.size, file.changed_at, now
            row.state, row.reason = "growing", ""
    session.flush()
    return row


def _keep(
    row_id: int, file: DropFile, drop: RemittanceDrop, store: DocumentStore, now: datetime
) -> tuple[str, str]:
    """Read it; keep what is whole, refuse what is no 835, wait for the rest of what is cut off."""
    if words := _unfit(file):
        return _refuse(row_id, "", words, now), ""
    try:
        data = drop.fetch(file.name, at_most=LARGEST + 1)
    except RetryLater:
        raise
    except GatewayError as error:
        return _refuse(row_id, "", f"It could not be read: {error}. {ASK_AGAIN}", now), ""
    if len(data) != file.size:
        more = len(data) > LARGEST
        return _refuse(row_id, "", TOO_LARGE, now) if more else "growing", ""
    digest, name = sha256(data).hexdigest(), _kept_name(file.name)
    wrong = tell_kind(data, file=name)
    if wrong is not None:
        return _refuse(row_id, digest, str(wrong), now, store.put(data)), ""
    if cut := _cut_off(data, name):
        return _wait_for_the_rest(row_id, data, cut, store, now), ""
    stored_as = store.put(data)
    with transaction() as session:
        row = session.get_one(IncomingFile, row_id)
        row.state, row.reason, row.sha256, row.stored_as = "kept", "", digest, stored_as
    return "kept", stored_as


def _unfit(file: DropFile) -> str:
    """Why it is not even read."""
    if _printable(file.name) != file.name:
        return f"Its name has characters that we cannot keep. {ASK_AGAIN}"
    return TOO_LARGE if file.size > LARGEST else ""


def _cut_off(data: bytes, name: str) -> str:
    try:
        return why_cut_off(data, file=name)
    except X12Error as error:
        return str(error)


def _wait_for_the_rest(
    row_id: int, data: bytes, cut: str, store: DocumentStore, now: datetime
) -> str:
    with transaction() as session:
        row = session.get_one(IncomingFile, row_id)
        if now - row.standing_since <= PATIENCE:
            row.state = "cut_off"
            row.reason = f"It looks cut off: {cut}. We wait an hour for the rest."
            return row.state
    why, digest = f"It is cut off: {cut}. {ASK_AGAIN}", sha256(data).hexdigest()
    return _refuse(row_id, digest, why, now, store.put(data))


def _refuse(row_id: int, digest: str, why: str, now: datetime, stored_as: str = "") -> str:
    """Nothing of it is posted, and somebody is told."""
    with transaction() as session:
        row = session.get_one(IncomingFile, row_id)
        row.state, row.reason = "refused", why
        if stored_as:
            row.sha256, row.stored_as = digest, stored_as
        add_work_items(session, [_work(row, now, on=practice_date(session, now))])
    return "refused"


def _work(row: IncomingFile, now: datetime, *, on: date) -> dict[str, object]:
    return {
        "dedupe_key": f"incoming:{row.id}",
        "kind": "file_refused",
        "reasons": [row.reason],
        "next_step": REFUSED_STEP,
        "opened_at": now,
        "due_on": on + timedelta(days=1),
    }


def _post(row_id: int, name: str, stored_as: str, store: DocumentStore, now: datetime) -> str:
    """Post the bytes that were kept; after a crash the same again, which posts nothing twice."""
    report = post_remittance(data=store.get(stored_as), name=name, now=now, store=store)
    if report.file_id is None:
        return _refuse(row_id, "", f"{report.error}. {ASK_AGAIN}", now)
    with transaction() as session:
        row = session.get_one(IncomingFile, row_id)
        row.file_id = report.file_id
        row.state, row.reason = what_became(session, report.file_id, seen_at=row.seen_at)
        return row.state


def _close(row_id: int, name: str, drop: RemittanceDrop | None, now: datetime) -> None:
    """Remove it, or move aside what we do not keep; not where another file came under its name meanwhile, which is
    looked at next. The note names our row, so that two notes are two files, and no patient.
    """
    with read_only() as session:
        row = session.get_one(IncomingFile, row_id)
    if drop is not None:
        note = f"{row.reason}\nIncoming file {row_id}."
        kept = row.sha256 if row.stored_as else ""
        drop.put_aside(name, refused=row.state == "refused", note=note, kept=kept)
    with transaction() as session:
        session.get_one(IncomingFile, row_id).closed_at = now
