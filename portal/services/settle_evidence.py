"""Find out what became of an answer to a bank by asking; it is never sent as another one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from billing.transitions import EvidenceState
from portal.db import read_only
from portal.models.disputes import Dispute, DisputeEvidence
from portal.office_ports import DisputeDesk
from portal.ports import DocumentStore, Refused
from portal.services.record_evidence import accept_evidence, refuse_evidence
from portal.services.refusal import NotFound
from portal.services.settle_payment import KEY_LIVES
from portal.services.submit_evidence import send


def settle_evidence(
    *, evidence_id: UUID, desk: DisputeDesk, store: DocumentStore, now: datetime
) -> None:
    """Ask and record. A card company that cannot be reached raises, and it stays as it is."""
    with read_only() as session:
        evidence = session.get(DisputeEvidence, evidence_id)
        dispute = session.get(Dispute, evidence.dispute_id) if evidence else None
    if evidence is None or dispute is None:
        raise NotFound
    if evidence.state != EvidenceState.SUBMITTING:
        return
    facts = desk.find(dispute.provider_id)
    if facts.evidence_id == evidence_id and not facts.standing.endswith("needs_response"):
        accept_evidence(facts, now=now)
    elif now - evidence.sent_at >= KEY_LIVES or not facts.standing.endswith("needs_response"):
        refuse_evidence(evidence_id=evidence_id, now=now)  # it is not there, and never will be
    else:
        try:
            send(
                desk,
                evidence_id=evidence_id,
                provider_id=dispute.provider_id,
                fields=evidence.fields,
                document=store.get(evidence.document),
                now=now,
            )
        except Refused:
            refuse_evidence(evidence_id=evidence_id, now=now)
