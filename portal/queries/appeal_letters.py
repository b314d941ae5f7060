"""The letters that appeals start from: as the office keeps them, or as they came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.appeal_letter import STARTERS, AppealLetter
from portal.db import read_only
from portal.models.denials import AppealTemplate
from portal.models.identity import Login


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterVersion:
    """One version that was saved."""

    version: int
    title: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterPage:
    """A letter with its versions, the newest first."""

    letter: AppealLetter
    versions: tuple[LetterVersion, ...]


def letters(session: Session) -> dict[str, AppealLetter]:
    """The one that counts of each key."""
    rows = session.scalars(select(AppealTemplate).order_by(AppealTemplate.version))
    kept = {
        row.key: AppealLetter(
            key=row.key,
            title=row.title,
            body=row.body,
            category=row.category,
            version=row.version,
        )
        for row in rows
    }
    return {**STARTERS, **kept}


def letter_list() -> tuple[AppealLetter, ...]:
    """Every letter by title."""
    with read_only() as session:
        return tuple(sorted(letters(session).values(), key=lambda one: one.title))


def letter_page(key: str) -> LetterPage | None:
    """One letter; None when there is none of that key."""
    with read_only() as session:
        letter = letters(session).get(key)
        if letter is None:
            return None
        rows = session.execute(
            select(
                AppealTemplate.version,
                AppealTemplate.title,
                AppealTemplate.made_at,
                func.coalesce(func.nullif(Login.name, ""), Login.email).label("by"),
            )
            .outerjoin(Login, Login.id == AppealTemplate.made_by_id)
            .where(AppealTemplate.key == key)
            .order_by(AppealTemplate.version.desc())
        )
        return LetterPage(
            letter=letter,
            versions=tuple(
                LetterVersion(version=row.version, title=row.title, by=row.by or "", at=row.made_at)
                for row in rows
            ),
        )


def letter_for(found: dict[str, AppealLetter], category: str) -> AppealLetter:
    """The one to start from for a denial of this category."""
    own = [one for one in found.values() if one.category == category]
    return own[0] if own else found["general"]
