"""A person answers a bank about a disputed payment: what they saw is kept first, then sent once (rule 13)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.evidence import EvidencePart
from billing.transitions import DisputeState, EvidenceState
from portal.db import read_only, transaction
from portal.models.disputes import Dispute, DisputeEvidence
from portal.office_ports import DisputeDesk
from portal.ports import DocumentStore, GatewayError, OutcomeUnknown, PdfPrinter, RetryLater
from portal.queries.evidence_facts import evidence_facts
from portal.queries.evidence_packet import LAYOUT, Packet, build_packet, digest
from portal.queries.viewer import StaffViewer
from portal.queue import enqueue
from portal.services.lock_refund import lock_paid
from portal.services.record_access import add_staff_act
from portal.services.record_dispute import close_items, inquiry_key, opened_key
from portal.services.record_evidence import accept_evidence, refuse_evidence
from portal.services.refusal import NotFound, Refusal

LEASE = timedelta(minutes=2)  # how long a started call may take before the sweep looks
ANSWERABLE = {"needs_response": "dispute", "warning_needs_response": "inquiry"}
LARGEST = 4_500_000  # bytes; what the card company takes for one dispute


class CannotAnswer(Refusal):
    """The bank cannot be answered so; the message says why."""

    title = "Nothing was sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a person decided to send: the parts left on, and the packet as they saw it, by its hash."""

    evidence_id: UUID
    dispute_id: int
    parts: Collection[EvidencePart]
    seen: str


class EvidenceDoors(Protocol):
    """The doors to the outside that an answer needs."""

    @property
    def disputes(self) -> DisputeDesk: ...

    @property
    def printer(self) -> PdfPrinter: ...

    @property
    def documents(self) -> DocumentStore: ...


def submit_evidence(
    answer: Answer,
    *,
    staff: StaffViewer,
    doors: EvidenceDoors,
    now: datetime,
) -> bool:
    """Keep the packet and send it; False when this page had sent it before.

    An answer that does not come leaves it `submitting`, to be looked up. Raises CannotAnswer or NotFound.
    """
    if not staff.may("disputes.answer"):
        raise CannotAnswer("Your role cannot answer banks. Ask a biller or a manager.")
    with read_only() as session:
        if session.get(DisputeEvidence, answer.evidence_id) is not None:
            return False
        facts = evidence_facts(session, answer.dispute_id)
    if facts is None:
        raise NotFound
    packet = build_packet(facts, answer.parts)
    _check(packet, answer)
    document = doors.printer.print(LAYOUT, packet.document)
    if len(document) > LARGEST:
        raise CannotAnswer("The document is too large for the card company. Switch a part off.")
    key = doors.documents.put(document)
    with transaction() as session:
        if not _claim(session, answer, packet, key, document, staff=staff, now=now):
            return False
    try:
        send(
            doors.disputes,
            evidence_id=answer.evidence_id,
            provider_id=facts.provider_id,
            fields=packet.fields,
            document=document,
            now=now,
        )
    except (OutcomeUnknown, RetryLater):
        with transaction() as session:
            enqueue(session, "settle_evidence", evidence_id=str(answer.evidence_id))
    except GatewayError:
        refuse_evidence(evidence_id=answer.evidence_id, now=now)
    return True


def send(
    desk: DisputeDesk,
    *,
    evidence_id: UUID,
    provider_id: str,
    fields: Mapping[str, str],
    document: bytes,
    now: datetime,
) -> None:
    """Hand over document and fields under the evidence's own keys: sent again, it is the same answer."""
    file_id = desk.upload(evidence_id=evidence_id, content=document)
    facts = desk.answer(
        evidence_id=evidence_id, provider_id=provider_id, fields=fields, file_id=file_id
    )
    accept_evidence(facts, now=now)


def _check(packet: Packet, answer: Answer) -> None:
    if packet.forbidden:
        words = ", ".join(f"“{word}”" for word in packet.forbidden[:3])
        raise CannotAnswer(
            f"The packet holds {words}, which must not leave. Switch that part off, and tell whoever"
            " runs this system."
        )
    if not packet.fields:
        raise CannotAnswer("Leave at least one part on.")
    if packet.digest != answer.seen:
        raise CannotAnswer("Our record changed since you opened the page. Look at it again.")


def _claim(
    session: Session,
    answer: Answer,
    packet: Packet,
    document_key: str,
    document: bytes,
    *,
    staff: StaffViewer,
    now: datetime,
) -> bool:
    """Write the answer down before it leaves; False when the same page did already."""
    payment_id = session.scalar(select(Dispute.payment_id).where(Dispute.id == answer.dispute_id))
    if payment_id is None:
        raise NotFound
    payment = lock_paid(session, payment_id)
    dispute = session.get_one(Dispute, answer.dispute_id, with_for_update=True)
    if session.get(DisputeEvidence, answer.evidence_id) is not None:
        return False
    stage = ANSWERABLE.get(dispute.standing)
    if dispute.state != DisputeState.OPEN or stage is None:
        raise CannotAnswer("The bank does not wait for an answer now.")
    if dispute.due_by is not None and dispute.due_by <= now:
        raise CannotAnswer("The day to answer by is over.")
    if _answered(session, dispute, stage):
        raise CannotAnswer("An answer was sent before. A bank reads one.")
    session.add(
        DisputeEvidence(
            id=answer.evidence_id,
            dispute_id=dispute.id,
            stage=stage,
            parts=[part.value for part in packet.chosen],
            fields=dict(packet.fields),
            document=document_key,
            sha256=digest(packet.fields, document),
            login_id=staff.login_id,
            sent_at=now,
            state=EvidenceState.SUBMITTING.value,
            state_at=now,
            lease_until=now + LEASE,
        )
    )
    add_staff_act(
        session,
        staff,
        action="send",
        object_type="dispute_evidence",
        object_id=answer.evidence_id,
        account_ids=(payment.guarantor_account_id,),
        reason=", ".join(part.value for part in packet.chosen),
        now=now,
    )
    keys = [opened_key(dispute.provider_id), inquiry_key(dispute.provider_id)]
    close_items(session, keys, outcome="answered", now=now)
    return True


def _answered(session: Session, dispute: Dispute, stage: str) -> bool:
    live = (EvidenceState.SUBMITTING, EvidenceState.SUBMITTED)
    found = select(DisputeEvidence.id).where(
        DisputeEvidence.dispute_id == dispute.id,
        DisputeEvidence.stage == stage,
        DisputeEvidence.state.in_(live),
    )
    return session.scalar(found) is not None
