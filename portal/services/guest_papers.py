"""Papers of an application without a sign-in, from its first screen until the office answers (FA-7, FA-9, HIPAA-18)."""

from __future__ import annotations

from datetime import date, datetime
from hashlib import sha256
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.assistance_reasons import PROOF_WORDS, Proof
from billing.assistance_steps import MOST_PAPERS
from portal.db import transaction
from portal.models.assistance import PENDING, AssistanceApplication, AssistanceDocument
from portal.models.guest_applications import GuestApplication, GuestPaper
from portal.ports import DocumentStore
from portal.services.answer_request import put_answered
from portal.services.guest_application import guest_draft, tell_guest
from portal.services.move_application import held_application
from portal.services.own_application import AlreadySent, CannotApply
from portal.services.refusal import NotFound
from portal.services.send_paper import CLOSED, PDF, Desk, lay_paper, stored_paper


def send_guest_paper(
    guest_id: UUID,
    *,
    kind: Proof,
    content: bytes,
    desk: Desk,
    public_url: str,
    on: date,
    now: datetime,
) -> bool:
    """Made harmless, kept encrypted; False when the same file was there. Tied, it lies with the application as well.

    The file is opened and stored with no transaction open. Raises CannotApply with the reason, NotFound, AlreadySent.
    """
    digest = sha256(content).hexdigest()
    with transaction() as session:
        _open(session, guest_id)
        if _known(session, guest_id, digest):
            return False
    with stored_paper(content, desk) as stored, transaction() as session:
        row, application = _open(session, guest_id)
        if _known(session, guest_id, digest):
            return False
        paper = GuestPaper(
            guest_id=guest_id,
            kind=kind.value,
            size=stored.size,
            sha256=digest,
            stored_as=stored.key,
            added_at=now,
        )
        session.add(paper)
        row.changed_at = now
        account_id = application.guarantor_account_id if application else None
        tell_guest(session, row, "update", now, reason="paper", account_id=account_id)
        if application is not None:
            document = document_of(application.id, paper)
            lay_paper(session, application, document, public_url=public_url, on=on)
        stored.kept = True
    return True


def remove_guest_paper(
    guest_id: UUID, paper_id: int, *, documents: DocumentStore, now: datetime
) -> None:
    """Deleted, while it is a draft; once gone, again is no error. Raises NotFound or AlreadySent."""
    with transaction() as session:
        row = guest_draft(session, guest_id)
        paper = session.get(GuestPaper, paper_id)
        if paper is None or paper.guest_id != guest_id:
            return
        key = paper.stored_as
        session.delete(paper)
        row.changed_at = now
    documents.delete(key)


def answer_as_guest(guest_id: UUID, *, on: date, now: datetime) -> bool:
    """All that we asked for is sent, as with a sign-in (FA-9). Raises NotFound, AlreadySent or CannotApply."""
    with transaction() as session:
        row, application = _open(session, guest_id)
        if application is None:
            raise NotFound  # nothing was asked for yet
        if not put_answered(session, application, login_id=None, on=on, now=now):
            return False
        account_id = application.guarantor_account_id
        tell_guest(session, row, "update", now, reason="answered", account_id=account_id)
    return True


def document_of(application_id: UUID, paper: GuestPaper) -> AssistanceDocument:
    """The same paper with the application that it was tied to; no sign-in stands behind it."""
    kind = Proof(paper.kind)
    return AssistanceDocument(
        id=uuid4(),
        application_id=application_id,
        kind=kind.value,
        name=PROOF_WORDS[kind],
        media_type=PDF,
        size=paper.size,
        sha256=paper.sha256,
        stored_as=paper.stored_as,
        login_id=None,
        added_at=paper.added_at,
    )


def tied_guest(session: Session, guest_id: UUID) -> tuple[GuestApplication, AssistanceApplication]:
    """One that is tied, with its application, held with its accounts. Raises NotFound."""
    row, application = _held(session, guest_id)
    if application is None:
        raise NotFound
    return row, application


def _held(
    session: Session, guest_id: UUID
) -> tuple[GuestApplication, AssistanceApplication | None]:
    """It is locked before its accounts, as where it is tied (`tie_guest`): it is tied before or after, never in between."""
    row = session.get(GuestApplication, guest_id, with_for_update=True)
    if row is None:
        raise NotFound
    tied_to = row.application_id
    return row, None if tied_to is None else held_application(session, tied_to)


def _open(
    session: Session, guest_id: UUID
) -> tuple[GuestApplication, AssistanceApplication | None]:
    """The same, while papers are taken: until the office answered, or closed it."""
    row, application = _held(session, guest_id)
    over = row.state == "closed" if application is None else application.state not in PENDING
    if over:
        raise AlreadySent(CLOSED)
    return row, application


def _known(session: Session, guest_id: UUID, digest: str) -> bool:
    """Whether the same file lies there; refuses more than we take."""
    mine = GuestPaper.guest_id == guest_id
    there = session.scalars(select(GuestPaper.sha256).where(mine)).all()
    if digest in there:
        return True
    if len(there) >= MOST_PAPERS:
        raise CannotApply("There are many papers already. Send the others by mail.")
    return False
