"""What is on record of each text, e-mail and letter: wording, consent, the gate's word, the provider's id, every status (MSG-20)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.consents import TextConsent
from portal.models.messages import MessageStatus, OutboundMessage


@dataclass(frozen=True, slots=True)
class StatusNote:
    """One status as we heard of it; `error` is the provider's code, or the rules that stopped it."""

    status: str
    error: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageHistory:
    """One message's record. `consented_at` is when the yes was given under which it went."""

    version: str
    gate: str
    provider_id: str
    consented_at: datetime | None
    consent_source: str
    statuses: tuple[StatusNote, ...]


def message_histories(session: Session, ids: Collection[int]) -> dict[int, MessageHistory]:
    """By message, in two queries for any number."""
    if not ids:
        return {}
    notes: dict[int, list[StatusNote]] = {}
    for row in session.scalars(
        select(MessageStatus).where(MessageStatus.message_id.in_(ids)).order_by(MessageStatus.id)
    ):
        notes.setdefault(row.message_id, []).append(StatusNote(row.status, row.error, row.at))
    rows = session.execute(
        select(
            OutboundMessage.id,
            OutboundMessage.template_version,
            OutboundMessage.gate,
            OutboundMessage.provider_id,
            TextConsent.at,
            TextConsent.source,
        )
        .outerjoin(TextConsent, TextConsent.id == OutboundMessage.consent_id)
        .where(OutboundMessage.id.in_(ids))
    )
    return {
        message_id: MessageHistory(
            version=version,
            gate=gate,
            provider_id=provider_id or "",
            consented_at=consented_at,
            consent_source=source or "",
            statuses=tuple(notes.get(message_id, ())),
        )
        for message_id, version, gate, provider_id, consented_at, source in rows
    }
