"""A picture or a PDF that goes with a message: made anew first, kept encrypted (HIPAA-18, PCI-5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import uuid4

from sqlalchemy.orm import Session

from portal.card_ports import CardFault, CardImages, UnusableImage
from portal.models.messages import MessageAttachment
from portal.office_ports import PaperDesk, UnusablePaper
from portal.ports import DocumentStore
from portal.queries.card_words import refusal_words

MOST_BYTES = 10 * 1024 * 1024
PDF, JPEG = "application/pdf", "image/jpeg"


class FileRefused(ValueError):
    """The file is none that can be kept; the message says why to whoever sent it."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that lies in the store already, until its message is kept."""

    media_type: str
    size: int
    digest: str
    stored_as: str


def take_file(
    content: bytes, *, images: CardImages, papers: PaperDesk, store: DocumentStore
) -> Attached:
    """Look at it by what is in it, make it anew and store it, with no transaction open. Raises FileRefused.

    A picture comes out without what a camera writes into it, a PDF with its pages alone.
    """
    if len(content) > MOST_BYTES:
        raise FileRefused(refusal_words(CardFault.TOO_BIG))
    try:
        if content.startswith(b"%PDF-"):
            media_type, clean = PDF, papers.clean(content).content
        else:
            media_type, clean = JPEG, images.clean(content).content
    except UnusablePaper as refused:
        raise FileRefused(str(refused)) from refused
    except UnusableImage as refused:
        raise FileRefused(refusal_words(refused.fault)) from refused
    return Attached(media_type, len(clean), sha256(clean).hexdigest(), store.put(clean))


def attach(
    session: Session, file: Attached, *, message_id: int, login_id: int, now: datetime
) -> None:
    """In the transaction that keeps the message."""
    session.add(
        MessageAttachment(
            id=uuid4(),
            message_id=message_id,
            media_type=file.media_type,
            size=file.size,
            sha256=file.digest,
            stored_as=file.stored_as,
            login_id=login_id,
            added_at=now,
        )
    )
