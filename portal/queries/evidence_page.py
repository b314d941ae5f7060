"""What a person reviews before a bank is answered, and every answer that was given, as it was sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.evidence import DEFAULT_PARTS, PART_WORDS, EvidencePart
from billing.transitions import DisputeState, EvidenceState
from portal.db import read_only
from portal.models.disputes import Dispute, DisputeEvidence
from portal.models.identity import Login
from portal.models.payments import Payment
from portal.ports import DocumentStore
from portal.queries.evidence_facts import evidence_facts
from portal.queries.evidence_packet import Packet, build_packet

WAITS = ("needs_response", "warning_needs_response")


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAnswer:
    """One answer, who gave it and when, and what became of it."""

    id: UUID
    stage: str
    parts: tuple[str, ...]
    fields: Mapping[str, str]
    sha256: str
    by: str
    sent_at: datetime
    state: EvidenceState
    failure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePage:
    """The bank's clock, what would be sent, and what was."""

    dispute_id: int
    account_id: int
    standing: str
    bank_reason: str
    due_by: datetime | None
    days_left: int | None
    answerable: bool
    packet: Packet
    answers: tuple[GivenAnswer, ...]

    @property
    def inquiry(self) -> bool:
        return self.standing.startswith("warning")


def evidence_page(
    dispute_id: int, *, parts: Iterable[EvidencePart] = DEFAULT_PARTS, now: datetime
) -> EvidencePage | None:
    """The page of one dispute; None when there is none."""
    with read_only() as session:
        row = session.execute(
            select(Dispute, Payment.guarantor_account_id)
            .join(Payment, Payment.id == Dispute.payment_id)
            .where(Dispute.id == dispute_id)
        ).one_or_none()
        facts = evidence_facts(session, dispute_id)
        answers = _answers(session, dispute_id)
    if row is None or facts is None:
        return None
    dispute = row.Dispute
    left = (dispute.due_by - now).days if dispute.due_by else None
    stage = "inquiry" if dispute.standing.startswith("warning") else "dispute"
    given = any(a.stage == stage and a.state is not EvidenceState.REFUSED for a in answers)
    return EvidencePage(
        dispute_id=dispute_id,
        account_id=row.guarantor_account_id,
        standing=dispute.standing,
        bank_reason=dispute.bank_reason,
        due_by=dispute.due_by,
        days_left=left,
        answerable=dispute.state == DisputeState.OPEN
        and dispute.standing in WAITS
        and not given
        and (left is None or left >= 0),
        packet=build_packet(facts, parts),
        answers=answers,
    )


def sent_document(evidence_id: UUID, *, store: DocumentStore) -> tuple[int, bytes] | None:
    """The document of an answer, byte for byte, and whose account it is about; None when there is none."""
    with read_only() as session:
        row = session.execute(
            select(DisputeEvidence, Payment.guarantor_account_id)
            .join(Dispute, Dispute.id == DisputeEvidence.dispute_id)
            .join(Payment, Payment.id == Dispute.payment_id)
            .where(DisputeEvidence.id == evidence_id)
        ).one_or_none()
    if row is None:
        return None
    return row.guarantor_account_id, store.get(row.DisputeEvidence.document)


def _answers(session: Session, dispute_id: int) -> tuple[GivenAnswer, ...]:
    rows = session.execute(
        select(DisputeEvidence, func.coalesce(func.nullif(Login.name, ""), Login.email))
        .join(Login, Login.id == DisputeEvidence.login_id)
        .where(DisputeEvidence.dispute_id == dispute_id)
        .order_by(DisputeEvidence.sent_at.desc())
    )
    return tuple(
        GivenAnswer(
            id=evidence.id,
            stage=evidence.stage,
            parts=tuple(PART_WORDS[EvidencePart(part)] for part in evidence.parts),
            fields=evidence.fields,
            sha256=evidence.sha256,
            by=by,
            sent_at=evidence.sent_at,
            state=EvidenceState(evidence.state),
            failure=evidence.failure,
        )
        for evidence, by in rows
    )
