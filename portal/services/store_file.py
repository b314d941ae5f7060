"""Take in a file once: its bytes are kept encrypted, and its hash finds it again."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from pathlib import PurePath

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.free_text import redact_free_text
from portal.models.files import File

# One import at a time: two files that name the same new person must not both create them.
_IMPORT_LOCK = 0x837


def lock_imports(session: Session) -> None:
    """Wait until no other import is running; held until the caller's transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(_IMPORT_LOCK)))


def find_file(session: Session, *, kind: str, data: bytes) -> File | None:
    """The row of the very same bytes, if they came in before."""
    digest = sha256(data).hexdigest()
    return session.scalar(select(File).where(File.kind == kind, File.sha256 == digest))


def store_file(
    session: Session, *, kind: str, data: bytes, name: str, stored_as: str, now: datetime
) -> File:
    """Add the row of a file whose content already lies in the store under `stored_as`."""
    file = File(
        kind=kind,
        name=redact_free_text(PurePath(name).name),  # PCI-5: a name is somebody's words
        sha256=sha256(data).hexdigest(),
        size=len(data),
        stored_as=stored_as,
        received_at=now,
        result={},
    )
    session.add(file)
    session.flush()
    return file
