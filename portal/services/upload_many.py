"""Take in the files of one form, each with its own preview; post those that are fit with one press."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import select

from billing.posting_policy import Choice
from portal.db import read_only
from portal.models.files import Upload
from portal.ports import DocumentStore
from portal.queries.viewer import StaffViewer
from portal.services.post_upload import post_upload
from portal.services.preview_upload import AT_ONCE, preview_upload
from portal.services.refusal import NotFound, Refusal

MOST_FILES = 50


class TooManyFiles(Refusal):
    """More files than one form takes."""

    title = "Nothing was taken in"


@dataclass(frozen=True, slots=True)
class SentFile:
    """One file as the browser sent it."""

    name: str
    content: bytes


def upload_many(
    *,
    group_id: UUID,
    files: Sequence[SentFile],
    staff: StaffViewer,
    store: DocumentStore,
    now: datetime,
) -> None:
    """Keep every file with its preview; the same form again keeps nothing twice. Raises TooManyFiles or NotFound.

    The first million bytes are read at once, the rest by jobs.
    """
    if len(files) > MOST_FILES:
        raise TooManyFiles(f"Choose {MOST_FILES} files at most; these are {len(files)}.")
    with read_only() as session:
        known = session.execute(
            select(Upload.id, Upload.login_id).where(Upload.group_id == group_id)
        ).all()
    if any(login_id != staff.login_id for _, login_id in known):
        raise NotFound
    there, read = {upload_id for upload_id, _ in known}, 0
    for number, file in enumerate(files):
        upload_id = uuid5(group_id, f"{number}:{file.name}")
        if upload_id in there:
            continue
        read += len(file.content)
        preview_upload(
            upload_id=upload_id,
            data=file.content,
            name=file.name,
            staff=staff,
            store=store,
            now=now,
            group_id=group_id,
            later=read > AT_ONCE,
        )


def post_group(
    *, group_id: UUID, choice: Choice, staff: StaffViewer, store: DocumentStore, now: datetime
) -> int:
    """Post the files of the group that are fit and not posted yet; how many. Raises NotFound for another's."""
    with read_only() as session:
        found = session.execute(
            select(Upload.id, Upload.size, Upload.preview["status"].astext.label("status"))
            .where(Upload.group_id == group_id, Upload.login_id == staff.login_id)
            .order_by(Upload.uploaded_at, Upload.name, Upload.id)
        ).all()
    if not found:
        raise NotFound
    fit = [row for row in found if row.status in {"posted", "held"}]
    by_job = sum(row.size for row in fit) > AT_ONCE
    return sum(
        post_upload(
            upload_id=row.id, staff=staff, store=store, now=now, choice=choice, by_job=by_job
        )
        for row in fit
    )
