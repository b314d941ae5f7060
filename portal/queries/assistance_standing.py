"""Where an application stands once it was sent: the same for whoever signed in and for whoever comes by its code (FA-9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.assistance_clock import DECIDE_WITHIN
from billing.assistance_reasons import PROOF_WORDS, Proof
from billing.settings import Key
from portal.db import read_only
from portal.models.assistance import (
    PENDING,
    AssistanceApplication,
    AssistanceDocument,
    AssistanceEvent,
)
from portal.models.assistance_decisions import AssistanceDecision, AssistanceRequest
from portal.queries.assistance_answer import Answer, answer_of
from portal.queries.settings import settings_on

# What of the office's own record an applicant's timeline tells; the rest is between the office's people.
TOLD = (
    "started",
    "received",
    "acknowledged",
    "asked",
    "paper",
    "answered",
    "complete",
    "decided",
    "withdrawn",
    "appealed",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is missing and by when, what happened, and our answer."""

    state: str
    events: tuple[tuple[str, date, dict[str, Any]], ...]  # the newest first
    items: tuple[Proof, ...]  # asked for and not answered yet
    note: str  # of who asked
    answer_by: date | None
    decide_by: date | None
    sent_since_asked: bool
    decision_id: UUID | None  # its letter may be read
    appealed: bool  # we look again at that answer
    told: Answer | None  # our answer, where nobody looks at it again

    @property
    def pending(self) -> bool:
        return self.state in PENDING

    @property
    def item_words(self) -> tuple[str, ...]:
        """What we asked for."""
        return tuple(PROOF_WORDS[item] for item in self.items)


def standing_of_tied(application_id: UUID, *, language: str, on: date) -> Standing:
    """Of one that was tied to an account, our answer in the page's language."""
    with read_only() as session:
        row = session.get_one(AssistanceApplication, application_id)
        return load_standing(session, row, language=language, on=on)


def load_standing(
    session: Session, row: AssistanceApplication, *, language: str, on: date
) -> Standing:
    """The same in a transaction that is open, of a row that the caller may see."""
    asked = _newest_request(session, row.id) if row.state == "asked" else None
    decision = newest_decision(session, row.id) if row.decided_on else None
    events = session.scalars(
        select(AssistanceEvent)
        .where(AssistanceEvent.application_id == row.id, AssistanceEvent.kind.in_(TOLD))
        .order_by(AssistanceEvent.id.desc())
    ).all()
    return Standing(
        state=row.state,
        events=tuple((one.kind, one.on, one.detail) for one in events),
        items=tuple(Proof(item) for item in asked.items) if asked else (),
        note=asked.note if asked else "",
        answer_by=asked.answer_by if asked else None,
        decide_by=_decide_by(session, row, on),
        sent_since_asked=asked is not None and _sent_since(session, asked),
        decision_id=decision.id if decision else None,
        appealed=decision is not None and decision.appealed_on is not None,
        told=answer_of(session, decision, language, on=on)
        if decision is not None and row.state == "decided"
        else None,
    )


def newest_decision(session: Session, application_id: UUID) -> AssistanceDecision | None:
    """Our answer that counts, whose letter may be read."""
    return session.scalar(
        select(AssistanceDecision)
        .where(
            AssistanceDecision.application_id == application_id,
            AssistanceDecision.state.in_(("made", "reversed")),
        )
        .order_by(AssistanceDecision.made_at.desc())
        .limit(1)
    )


def _decide_by(session: Session, row: AssistanceApplication, on: date) -> date | None:
    """Until when we answer, once everything is here."""
    if row.complete_on is None or row.state not in PENDING:
        return None
    within = settings_on(session, on).span(Key.ASSISTANCE_DECIDE_DAYS) or DECIDE_WITHIN
    return row.complete_on + within


def _newest_request(session: Session, application_id: UUID) -> AssistanceRequest | None:
    return session.scalar(
        select(AssistanceRequest)
        .where(AssistanceRequest.application_id == application_id)
        .order_by(AssistanceRequest.id.desc())
        .limit(1)
    )


def _sent_since(session: Session, asked: AssistanceRequest) -> bool:
    paper = select(AssistanceDocument.id).where(
        AssistanceDocument.application_id == asked.application_id,
        AssistanceDocument.added_at > asked.at,
    )
    return session.scalar(paper.limit(1)) is not None
