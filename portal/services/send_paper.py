"""The applicant sends a paper, or takes one back: made harmless first, kept encrypted (FA-7, HIPAA-18)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Protocol
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.assistance_reasons import PROOF_WORDS, Proof
from billing.assistance_steps import MOST_PAPERS
from portal.card_ports import CardImages, UnusableImage
from portal.db import transaction
from portal.models.assistance import PENDING, AssistanceApplication, AssistanceDocument
from portal.office_ports import PaperDesk, UnusablePaper
from portal.ports import DocumentStore
from portal.queries.viewer import PatientViewer
from portal.services.move_application import note_event
from portal.services.own_application import (
    AlreadySent,
    CannotApply,
    own_application,
    tell_own_change,
)
from portal.services.receive_application import look_again

PDF = "application/pdf"
CLOSED = "This application has its answer already. You can start a new one at any time."
NOT_READ = "We could not open this file. Take the picture again, or send another file."


class Desk(Protocol):
    """What opens strangers' files and keeps them."""

    @property
    def papers(self) -> PaperDesk: ...
    @property
    def card_images(self) -> CardImages: ...
    @property
    def documents(self) -> DocumentStore: ...


def send_paper(
    *,
    viewer: PatientViewer,
    application_id: UUID,
    kind: Proof,
    content: bytes,
    desk: Desk,
    public_url: str,
    on: date,
    now: datetime,
) -> bool:
    """False when the same file was there. Sent while the office has it, it looks again whether the case is clear.

    The file is opened and stored with no transaction open. Raises CannotApply with the reason, NotFound, AlreadySent.
    """
    digest = sha256(content).hexdigest()
    with transaction() as session:
        if _known(session, viewer, application_id, digest):
            return False
    with stored_paper(content, desk) as stored, transaction() as session:
        if _known(session, viewer, application_id, digest):
            return False
        row = own_application(session, viewer, application_id)
        paper = AssistanceDocument(
            id=uuid4(),
            application_id=application_id,
            kind=kind.value,
            name=PROOF_WORDS[kind],
            media_type=PDF,
            size=stored.size,
            sha256=digest,
            stored_as=stored.key,
            login_id=viewer.login_id,
            added_at=now,
        )
        tell_own_change(session, row, viewer, action="update", reason="paper", now=now)
        lay_paper(session, row, paper, public_url=public_url, on=on)
        stored.kept = True
    return True


@dataclass(slots=True)
class Stored:
    """A file that waits for the row that names it; whoever writes that row says that it is kept."""

    key: str
    size: int
    kept: bool = False


@contextmanager
def stored_paper(content: bytes, desk: Desk) -> Iterator[Stored]:
    """Made harmless and stored; deleted again where the transaction within fails, or keeps it not. Raises CannotApply."""
    pdf = _cleaned(content, desk)
    stored, written = Stored(desk.documents.put(pdf), len(pdf)), False
    try:
        yield stored
        written = stored.kept
    finally:
        if not written:
            desk.documents.delete(stored.key)


def lay_paper(
    session: Session,
    row: AssistanceApplication,
    paper: AssistanceDocument,
    *,
    public_url: str,
    on: date,
) -> None:
    """With the application, in the caller's transaction; one that the office has is looked at again."""
    session.add(paper)
    session.flush()
    if row.state in PENDING:
        now = paper.added_at
        note_event(session, row, "paper", on=on, now=now, login_id=paper.login_id, proof=paper.kind)
        look_again(session, row, public_url=public_url, on=on, now=now)


def take_back_paper(
    *,
    viewer: PatientViewer,
    application_id: UUID,
    document_id: UUID,
    documents: DocumentStore,
    now: datetime,
) -> None:
    """Deleted, while it is a draft; once gone, again is no error. Raises NotFound, AlreadySent."""
    with transaction() as session:
        row = own_application(session, viewer, application_id, draft=True)
        paper = session.get(AssistanceDocument, document_id)
        if paper is None or paper.application_id != application_id:
            return
        key = paper.stored_as
        session.delete(paper)
        tell_own_change(session, row, viewer, action="update", reason="paper", now=now)
    documents.delete(key)


def _known(session: Session, viewer: PatientViewer, application_id: UUID, digest: str) -> bool:
    """Whether the same file lies there; refuses what takes no more."""
    row: AssistanceApplication = own_application(session, viewer, application_id)
    if row.state not in {"draft", *PENDING}:
        raise AlreadySent(CLOSED)
    there = session.scalars(
        select(AssistanceDocument.sha256).where(AssistanceDocument.application_id == application_id)
    ).all()
    if digest in there:
        return True
    if len(there) >= MOST_PAPERS:
        raise CannotApply("That is as many papers as we can take here. Please call us.")
    return False


def _cleaned(content: bytes, desk: Desk) -> bytes:
    """A PDF of our own making; a phone's HEIC becomes a JPEG first. Both are opened in a child process."""
    try:
        if content[4:8] == b"ftyp":
            content = desk.card_images.clean(content).content
        return desk.papers.clean(content).content
    except UnusablePaper as refused:
        raise CannotApply(str(refused)) from refused
    except UnusableImage as refused:
        raise CannotApply(NOT_READ) from refused
