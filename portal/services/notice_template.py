"""The words in force for a letter: the newest approved version, the program's own before any other (FA-10, COLL-T)."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.notice_shipped import FIRST, SINCE, shipped
from billing.notice_text import LANGUAGES, hash_of
from billing.notices import REQUIRED, NoticeKind
from portal.models.notices import NoticeTemplate

EVERY = NoticeKind.STATE_NOTICE  # under which the blocks of each state are kept


def template_on(session: Session, kind: NoticeKind, *, language: str, on: date) -> NoticeTemplate:
    """The version in force on a day; in English where there is none in that language."""
    tongue = language if language in LANGUAGES else "en"
    found = _standing(session, kind, tongue, "", on)
    return found or _brought(session, kind, tongue, "")


def state_blocks(session: Session, state: str, *, language: str, on: date) -> NoticeTemplate | None:
    """What a state's law adds to a warning, reviewed or not; None where the pack has no words."""
    tongue = language if language in LANGUAGES else "en"
    if found := _standing(session, EVERY, tongue, state, on):
        return found
    return _brought(session, EVERY, tongue, state) if shipped(EVERY, tongue, state) else None


def _standing(
    session: Session, kind: NoticeKind, language: str, state: str, on: date
) -> NoticeTemplate | None:
    return session.scalars(
        select(NoticeTemplate)
        .where(
            NoticeTemplate.kind == kind.value,
            NoticeTemplate.language == language,
            NoticeTemplate.state == state,
            NoticeTemplate.effective_on <= on,
            NoticeTemplate.approved_at.is_not(None),
        )
        .order_by(NoticeTemplate.effective_on.desc(), NoticeTemplate.version.desc())
        .limit(1)
    ).first()


def _brought(session: Session, kind: NoticeKind, language: str, state: str) -> NoticeTemplate:
    """The program's own words, written down when they are first used."""
    words = shipped(kind, language, state)
    if words is None:
        raise AssertionError(f"no words of {kind} for {state}")
    at = datetime.combine(SINCE, datetime.min.time(), tzinfo=UTC)
    session.execute(
        insert(NoticeTemplate)
        .values(
            kind=kind.value,
            language=language,
            state=state,
            version=FIRST,
            effective_on=SINCE,
            words=words,
            required_fields=[] if state else sorted(REQUIRED[kind]),
            text_hash=hash_of(words),
            proposed_at=at,
            approved_at=at,
        )
        .on_conflict_do_nothing()
    )
    return session.scalars(
        select(NoticeTemplate).where(
            NoticeTemplate.kind == kind.value,
            NoticeTemplate.language == language,
            NoticeTemplate.state == state,
            NoticeTemplate.version == FIRST,
        )
    ).one()
