"""Stripe's disputes in our words: how each stands, every movement of its money, and how a bank is answered."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import cast
from uuid import UUID

import stripe
from stripe.params import DisputeUpdateParamsEvidence

from billing.evidence import FIELDS, FILE_FIELD
from billing.money import Money
from portal.adapters.stripe_calls import CURRENCY, changing, client_of, field, our_id, reading
from portal.ports import DisputeFacts, DisputeMove, DisputeOutcome, Notice

# A warning that is closed, and a dispute that was prevented, never took money.
OUTCOMES = {
    "won": DisputeOutcome.WON,
    "lost": DisputeOutcome.LOST,
    "warning_closed": DisputeOutcome.WON,
    "prevented": DisputeOutcome.WON,
}


def dispute_facts(dispute: stripe.Dispute) -> DisputeFacts:
    """How it stands now; its lines in the order in which they were made."""
    intent = dispute.payment_intent
    lines = sorted(dispute.balance_transactions, key=lambda line: (line.created, line.id))
    return DisputeFacts(
        provider_id=dispute.id,
        intent_id=_id(intent),
        outcome=OUTCOMES.get(dispute.status, DisputeOutcome.OPEN),
        amount=Money(dispute.amount) if dispute.currency == CURRENCY else None,
        moves=tuple(
            DisputeMove(
                provider_id=line.id,
                category=line.reporting_category,
                amount=Money(line.amount),
                fee=Money(line.fee),
            )
            for line in lines
        ),
        standing=dispute.status,
        due_by=_moment(dispute.evidence_details.due_by),
        bank_reason=dispute.reason,
        evidence_id=our_id(field(dispute.metadata, "evidence")),
    )


def _moment(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def dispute_notices(dispute: stripe.Dispute) -> Iterator[Notice]:
    """What its events would have told; the id is how it stands, so that only news is new."""
    kind = "created" if OUTCOMES.get(dispute.status) is None else "closed"
    yield Notice(
        event_id=f"walk:dispute:{dispute.id}:{dispute.status}:{len(dispute.balance_transactions)}",
        type=f"charge.dispute.{kind}",
        object_id=dispute.id,
        intent_id=_id(dispute.payment_intent) or None,
    )


class StripeDisputes:
    """A DisputeDesk. Nothing leaves but fields of the closed list, one PDF and our opaque id."""

    def __init__(self, *, secret_key: str, api_base: str | None = None) -> None:
        self._secret_key = secret_key
        self._api_base = api_base

    @cached_property
    def _client(self) -> stripe.StripeClient:
        return client_of(self._secret_key, self._api_base)

    def find(self, provider_id: str) -> DisputeFacts:
        """How a dispute stands now, by Stripe's id."""
        return dispute_facts(reading(lambda: self._client.v1.disputes.retrieve(provider_id)))

    def upload(self, *, evidence_id: UUID, content: bytes) -> str:
        """Hand over the document; the same evidence gives the same file: its id is the key, for a day."""
        document = io.BytesIO(content)
        document.name = "evidence.pdf"
        file = changing(
            lambda: self._client.v1.files.create(
                params={"file": document, "purpose": "dispute_evidence"},
                options={"idempotency_key": f"evidence-file-{evidence_id}"},
            )
        )
        return file.id

    def answer(
        self, *, evidence_id: UUID, provider_id: str, fields: Mapping[str, str], file_id: str
    ) -> DisputeFacts:
        """Answer the bank, once: the evidence's id is the key, and is kept on the dispute to be found again."""
        unknown = fields.keys() - FIELDS.keys()
        if unknown:
            raise ValueError(f"these fields never leave: {sorted(unknown)}")
        evidence = cast("DisputeUpdateParamsEvidence", {**fields, FILE_FIELD: file_id})
        dispute = changing(
            lambda: self._client.v1.disputes.update(
                provider_id,
                params={
                    "evidence": evidence,
                    "metadata": {"evidence": str(evidence_id)},
                    "submit": True,
                },
                options={"idempotency_key": f"evidence-{evidence_id}"},
            )
        )
        return dispute_facts(dispute)


def _id(intent: str | stripe.PaymentIntent | None) -> str:
    if isinstance(intent, stripe.PaymentIntent):
        return intent.id
    return intent or ""
