"""The templates of letters as the office sees them: version, since when, which fields, reviewed or not; and a preview."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.letter_words import parts_of
from billing.money import Money
from billing.notice_shipped import FIRST, FLAGS, SINCE, STATE_BLOCKS, shipped
from billing.notice_text import LANGUAGES, Words, made_letter, with_language_help
from billing.notices import WARNINGS, Field, Intended, NoticeKind, checked, fields_of
from portal.db import read_only
from portal.models.identity import Login
from portal.models.notices import NoticeTemplate
from portal.models.practice import Practice
from portal.queries.day_at_practice import day_at_practice
from portal.queries.notice_evidence import KINDS
from portal.queries.notice_print import printed

_WORDS = {
    "about": "the bill of March 2",
    "agency": "Sample Recovery",
    "email": "testa@example.com",
    "finding": "You are right. We billed this visit two times.",
    "outcome": "You get help: 75% of these bills is taken off.",
    "reason": "Your health plan has not yet told us what it will pay.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """New words that wait for a second person."""

    id: int
    kind: str
    name: str
    language: str
    version: int
    by: str
    by_id: int | None
    at: datetime
    changes: tuple[tuple[str, str, str], ...]  # part, words in force, new words


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsPage:
    """A letter's words in force, for changing them."""

    name: str
    version: int
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateRow:
    """One template in one language; `state` where a state's law asks for the words."""

    kind: str
    name: str
    state: str
    language: str
    version: int
    effective_on: date
    fields: tuple[str, ...]
    reviewed_on: date | None
    reviewed_by: str
    words: str  # of a state's addition, to be read before it is reviewed


_Kept = tuple[NoticeTemplate, str, date | None]  # with who reviewed it and when


def template_rows() -> tuple[TemplateRow, ...]:
    """Every letter in every language, then the words of each state."""
    with read_only() as session:
        kept: dict[tuple[str, str, str], _Kept] = {}
        for row, name, email, reviewed_on in session.execute(
            select(
                NoticeTemplate, Login.name, Login.email, day_at_practice(NoticeTemplate.reviewed_at)
            )
            .outerjoin(Login, Login.id == NoticeTemplate.reviewed_by_id)
            .where(NoticeTemplate.approved_at.is_not(None))
            .order_by(NoticeTemplate.version)
        ):
            kept[row.kind, row.language, row.state] = (row, name or email or "", reviewed_on)
    general = [(kind, language, "") for kind in NoticeKind for language in LANGUAGES]
    states = [
        (NoticeKind.STATE_NOTICE, language, state)
        for state in sorted(STATE_BLOCKS["en"])
        for language in LANGUAGES
    ]
    return tuple(
        _row(*key, kept.get((key[0].value, key[1], key[2]))) for key in (*general, *states)
    )


def _row(kind: NoticeKind, language: str, state: str, found: _Kept | None) -> TemplateRow:
    kept, reviewer, reviewed_on = found or (None, "", None)
    blocks = (shipped(kind, language, state) or Words(title="", blocks=[]))["blocks"]
    said = " ".join(text for block in blocks for text in block.get("paragraphs", ()))
    return TemplateRow(
        kind=kind.value,
        name=f"Words of {state}" if state else KINDS[kind.value],
        state=state,
        language=language,
        version=kept.version if kept else FIRST,
        effective_on=kept.effective_on if kept else SINCE,
        fields=() if state else tuple(fields_of(kind)),
        reviewed_on=reviewed_on,
        reviewed_by=reviewer,
        words=said if state else "",
    )


def proposed_words() -> tuple[Proposed, ...]:
    """The newest proposal of each letter that is newer than what is in force."""
    with read_only() as session:
        rows = session.execute(
            select(NoticeTemplate, Login.name, Login.email)
            .outerjoin(Login, Login.id == NoticeTemplate.proposed_by_id)
            .where(NoticeTemplate.state == "")
            .order_by(NoticeTemplate.version)
        ).all()
    newest = {(row.kind, row.language): (row, name or email or "") for row, name, email in rows}
    kept = {(row.kind, row.language): row for row, _, _ in rows if row.approved_at is not None}
    return tuple(
        Proposed(
            id=row.id,
            kind=row.kind,
            name=KINDS[row.kind],
            language=row.language,
            version=row.version,
            by=by,
            by_id=row.proposed_by_id,
            at=row.proposed_at,
            changes=_changes(row, kept.get((row.kind, row.language))),
        )
        for row, by in newest.values()
        if row.approved_at is None
    )


def _changes(
    proposed: NoticeTemplate, kept: NoticeTemplate | None
) -> tuple[tuple[str, str, str], ...]:
    """Each part whose words are others than before: which, the words now in force, the new ones."""
    after = _words(proposed)
    before = _words(kept) if kept else shipped(NoticeKind(proposed.kind), proposed.language)
    if before is None:
        return ()
    parts = [("Title", before["title"], after["title"])] + [
        (heading or f"Part {number}", old, new)
        for number, ((heading, new), (_, old)) in enumerate(
            zip(parts_of(after), parts_of(before), strict=False), start=1
        )
    ]
    return tuple(one for one in parts if one[1] != one[2])


def words_page(kind: NoticeKind, language: str, *, on: date) -> WordsPage:
    """The words in force on a day."""
    with read_only() as session:
        row = _in_force(session, kind, language, on)
        version = row.version if row else FIRST
        words = _words(row) if row else shipped(kind, language)
    if words is None:
        raise AssertionError("every kind has words")
    return WordsPage(name=KINDS[kind.value], version=version, words=words)


def proposal(template_id: int) -> tuple[NoticeKind, str, Words] | None:
    """Kind, language and words of one version; None where there is none."""
    with read_only() as session:
        row = session.get(NoticeTemplate, template_id)
        if row is None or row.state:
            return None
        return NoticeKind(row.kind), row.language, _words(row)


def _words(row: NoticeTemplate) -> Words:
    return Words(title=row.words["title"], blocks=row.words["blocks"])


def _in_force(session: Session, kind: NoticeKind, language: str, on: date) -> NoticeTemplate | None:
    return session.scalars(
        select(NoticeTemplate)
        .where(
            NoticeTemplate.kind == kind.value,
            NoticeTemplate.language == language,
            NoticeTemplate.state == "",
            NoticeTemplate.effective_on <= on,
            NoticeTemplate.approved_at.is_not(None),
        )
        .order_by(NoticeTemplate.effective_on.desc(), NoticeTemplate.version.desc())
        .limit(1)
    ).first()


def preview(
    kind: NoticeKind, language: str, *, on: date, public_url: str, words: Words | None = None
) -> dict[str, Any]:
    """The data of the layout `notice`: the words in force, or those given, with invented facts about nobody."""
    with read_only() as session:
        practice = session.get_one(Practice, 1)
    words = words or words_page(kind, language, on=on).words
    intended = {Intended.PLACEMENT.value} if kind in WARNINGS else set()
    types = fields_of(kind)
    facts = {name: _invented(name, one, on) for name, one in types.items()}
    letter = made_letter(
        words,
        facts=checked(kind, facts, intended=intended, on=on),
        types=types,
        frame=_frame(practice, public_url),
        flags=FLAGS - {"names_lawsuit"} if intended else frozenset(),
        language=language,
    )
    return printed(
        with_language_help(letter, phone=practice.phone, state=practice.state),
        practice=practice,
        name="Testa Sample",
        lines=("1 Invented Street", "Sampletown, NY 10001"),
        account_number="0000000",
        number="Sample",
        language=language,
        on=on,
    )


def _frame(practice: Practice, public_url: str) -> Mapping[str, str]:
    return {
        "practice": practice.legal_name or practice.name,
        "phone": practice.phone,
        "hours": practice.phone_hours,
        "assistance_phone": practice.assistance_phone,
        "assistance_url": practice.assistance_url,
        "portal_url": public_url,
        "name": "Testa Sample",
        "account_number": "0000000",
    }


def _invented(name: str, kind: Field, on: date) -> Any:
    if kind is Field.DAY:
        return on + timedelta(days=45)
    if kind is Field.MONEY:
        return Money(182_40)
    if kind is Field.LINES:
        return ("Visit of March 2: $120.00", "Visit of March 9: $62.40")
    if kind is Field.COUNT:
        return 3
    return True if kind is Field.FLAG else _WORDS.get(name, "Sample")
