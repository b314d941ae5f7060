"""Write the letter of a decision once, as a tagged PDF, and keep it as it was sent (FA-10)."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from portal.db import read_only, transaction
from portal.models.assistance_decisions import AssistanceDecision, AssistanceLetter
from portal.ports import DocumentStore, PdfPrinter
from portal.queries.assistance_letter import language_of, letter_data
from portal.services.refusal import NotFound


class Press(Protocol):
    """What prints and keeps."""

    @property
    def printer(self) -> PdfPrinter: ...
    @property
    def documents(self) -> DocumentStore: ...


def keep_assistance_letter(*, decision_id: UUID, press: Press, now: datetime) -> str:
    """The key of the kept PDF; the same decision has one letter. Raises NotFound."""
    with read_only() as session:
        row = session.get(AssistanceDecision, decision_id)
        if row is None or row.state not in {"made", "reversed"}:
            raise NotFound
        kept = session.scalar(
            select(AssistanceLetter).where(AssistanceLetter.decision_id == decision_id)
        )
        if kept is not None:
            return kept.stored_as
        language = language_of(session, row)
        data = letter_data(session, row, language)
    content = press.printer.print("assistance", data)
    stored_as = press.documents.put(content)
    with transaction() as session:
        session.execute(
            insert(AssistanceLetter)
            .values(
                decision_id=decision_id,
                language=language,
                words=dict(data),
                sha256=sha256(content).hexdigest(),
                stored_as=stored_as,
                made_at=now,
            )
            .on_conflict_do_nothing()
        )
        found = select(AssistanceLetter).where(AssistanceLetter.decision_id == decision_id)
        return session.scalars(found).one().stored_as


def write_assistance_letters(*, press: Press, now: datetime) -> int:
    """Those of decisions that have none yet: what was decided at once, or a process that died in between."""
    with read_only() as session:
        waiting = session.scalars(
            select(AssistanceDecision.id)
            .outerjoin(AssistanceLetter, AssistanceLetter.decision_id == AssistanceDecision.id)
            .where(AssistanceDecision.state == "made", AssistanceLetter.id.is_(None))
            .order_by(AssistanceDecision.made_at, AssistanceDecision.id)
        ).all()
    for decision_id in waiting:
        keep_assistance_letter(decision_id=decision_id, press=press, now=now)
    return len(waiting)
