"""Write down one thing that became of a letter or a statement; the same thing told twice is written once (CORE-3)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.reach import Lines
from portal.models.notices import NoticeDelivery
from portal.queries.reach import sealed_accounts

PAPER, EMAIL = "paper", "email"
SEALED = "an address kept private"  # HIPAA-10: nothing that is kept bears it


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One fact. `source` is its name for ever."""

    source: str
    channel: str
    status: str
    address: str
    content_hash: str
    happened_on: date
    notice_id: int | None = None
    statement_id: int | None = None
    document_hash: str = ""
    batch: str = ""
    detail: str = ""


def note_delivery(session: Session, fact: Happened, *, now: datetime) -> bool:
    """Add it in the caller's transaction; false when it was there."""
    added = session.scalar(
        insert(NoticeDelivery)
        .values(
            source=fact.source,
            notice_id=fact.notice_id,
            statement_id=fact.statement_id,
            channel=fact.channel,
            address=fact.address,
            content_hash=fact.content_hash,
            document_hash=fact.document_hash,
            batch=fact.batch,
            status=fact.status,
            detail=fact.detail,
            happened_on=fact.happened_on,
            at=now,
        )
        .on_conflict_do_nothing(index_elements=[NoticeDelivery.source])
        .returning(NoticeDelivery.id)
    )
    return added is not None


def written(session: Session, account_id: int, lines: Lines) -> str:
    """An envelope's lines as the evidence keeps them."""
    return SEALED if sealed_accounts(session, [account_id]) else ", ".join(lines)


def digest(document: bytes) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(document).hexdigest()
