"""An appeal before its packet is built: the letter with its fields filled, and what may go with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from billing.appeal_letter import AppealLetter, EmptyField, UnknownField, fill
from portal.db import read_only
from portal.models.denials import Appeal, AppealDenial, Denial
from portal.ports import DocumentStore
from portal.queries.appeal_facts import appeal_facts
from portal.queries.appeal_letters import letter_for, letters


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealDraft:
    """`text` is the filled letter; empty with `fault` where a field has no value or is none of ours."""

    letter: AppealLetter
    letters: tuple[AppealLetter, ...]
    text: str
    fault: str
    level_name: str


def appeal_draft(denial_id: int, *, key: str, on: date) -> AppealDraft | None:
    """With the letter of this key, or the one of the denial's category; None when there is no such denial."""
    with read_only() as session:
        denial = session.get(Denial, denial_id)
        if denial is None:
            return None
        found = letters(session)
        letter = found.get(key) or letter_for(found, denial.category)
        facts = appeal_facts(session, [denial], on=on)
    text, fault = "", ""
    try:
        text = fill(letter.body, facts.values)
    except (UnknownField, EmptyField) as refused:
        text, fault = letter.body, str(refused)
    return AppealDraft(
        letter=letter,
        letters=tuple(sorted(found.values(), key=lambda one: one.title)),
        text=text,
        fault=fault,
        level_name=facts.values["level_name"],
    )


def appeal_packet(denial_id: int, appeal_id: UUID, *, store: DocumentStore) -> bytes | None:
    """The packet as it was built, byte for byte; None when there is none of this denial."""
    with read_only() as session:
        key = session.scalar(
            select(Appeal.stored_as)
            .join(AppealDenial, AppealDenial.appeal_id == Appeal.id)
            .where(Appeal.id == appeal_id, AppealDenial.denial_id == denial_id)
        )
    return store.get(key) if key else None
