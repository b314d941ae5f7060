"""What a patient is told of a payment that their bank took back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import Session

from billing.disputes import Decision
from billing.money import Money
from portal.models.disputes import Dispute
from portal.models.payments import Payment
from portal.models.practice import Practice

IN_DISPUTE = "This payment is in dispute with your bank. We are not asking you to pay it now."
TOLD = {
    "": IN_DISPUTE,
    Decision.OWED.value: "Your bank took this payment back. It does not count as paid any more.",
    Decision.RETURNED.value: "Your bank returned this payment. It does not count as paid any more."
    " We will not try your bank account again.",
    Decision.WRITTEN_OFF.value: "Your bank took this payment back. You do not owe it.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeTold:
    """A sentence for the patient, and how much of the payment a bank holds or took for good."""

    words: str
    taken: Money
    on: date  # when the bank began it, in the practice's zone


def dispute_decision() -> ScalarSelect[str | None]:
    """As a column of a select of payments: the key in `TOLD` of what a bank holds or took; null when nothing."""
    return (
        select(Dispute.decision)
        .where(Dispute.payment_id == Payment.id, Dispute.withdrawn > Dispute.returned)
        .order_by(Dispute.id.desc())
        .limit(1)
        .correlate(Payment)
        .scalar_subquery()
    )


def disputes_told(session: Session, payment_ids: Collection[UUID]) -> dict[UUID, DisputeTold]:
    """Of these payments, each whose money a bank holds or took for good; the newest dispute has the word."""
    rows = session.execute(
        select(
            Dispute.payment_id,
            Dispute.decision,
            Dispute.withdrawn,
            Dispute.returned,
            Dispute.opened_at,
            Practice.time_zone,
        )
        .join(Practice, Practice.id == 1)
        .where(Dispute.payment_id.in_(payment_ids), Dispute.withdrawn > Dispute.returned)
        .order_by(Dispute.id)
    )
    told: dict[UUID, DisputeTold] = {}
    for row in rows:
        taken = row.withdrawn - row.returned
        if row.payment_id in told:
            taken += told[row.payment_id].taken
        told[row.payment_id] = DisputeTold(
            words=TOLD[row.decision],
            taken=taken,
            on=row.opened_at.astimezone(ZoneInfo(row.time_zone)).date(),
        )
    return told
