"""Close the review of a patient share of which the plan owes nothing any more: it was paid, or taken off, meanwhile (OPS-8)."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from billing.decision import Outcome
from billing.entries import Line
from billing.ledger import Party
from billing.money import ZERO, Money
from portal.db import transaction
from portal.models.claims import Claim, Visit
from portal.models.remittances import LineAdjustment, RemittanceClaim, RemittanceLine
from portal.models.work import WorkItem
from portal.queries.plan_open import claim_open
from portal.services.lock_posting import lock_accounts, lock_posting

NOTHING_OPEN = "nothing_open"


def settle_reviews(*, now: datetime) -> int:
    """Every open review, once a day; how many closed. A second run of the same day closes no more."""
    with transaction() as session:
        lock_posting(session)
        ids = session.scalars(
            select(WorkItem.remittance_claim_id)
            .where(WorkItem.kind == "review", WorkItem.closed_at.is_(None))
            .order_by(WorkItem.remittance_claim_id)
            .distinct()
        ).all()
        parties = {one: review_party(session, one) for one in ids if one is not None}
        lock_accounts(session, {p.guarantor_account_id or 0 for p in parties.values() if p})
        return sum(_settled(session, one, party, now) for one, party in parties.items() if party)


def settle_review(remittance_claim_id: int, *, now: datetime) -> bool:
    """This one alone, before a person decides on it; whether it closed now."""
    with transaction() as session:
        lock_posting(session)
        party = review_party(session, remittance_claim_id)
        if party is None:
            return False
        lock_accounts(session, {party.guarantor_account_id or 0})
        return _settled(session, remittance_claim_id, party, now)


def review_party(session: Session, remittance_claim_id: int) -> Party | None:
    """Whose decision it is, while it stands."""
    row = session.execute(
        select(Visit.guarantor_account_id, Visit.id, Claim.id, Claim.payer_id)
        .join(Claim, Claim.visit_id == Visit.id)
        .join(RemittanceClaim, RemittanceClaim.claim_id == Claim.id)
        .where(
            RemittanceClaim.id == remittance_claim_id,
            RemittanceClaim.disposition == "posted",
            RemittanceClaim.reversed_by_id.is_(None),
        )
    ).one_or_none()
    if row is None:
        return None
    account_id, visit_id, claim_id, payer_id = row
    return Party(
        guarantor_account_id=account_id, visit_id=visit_id, claim_id=claim_id, payer_id=payer_id
    )


def review_lines(session: Session, remittance_claim_id: int, party: Party) -> list[Line]:
    """What waits for a person on each line."""
    sums: dict[int | None, Money] = defaultdict(lambda: ZERO)
    rows = session.execute(
        select(RemittanceLine.charge_id, LineAdjustment.amount)
        .join(LineAdjustment, LineAdjustment.remittance_line_id == RemittanceLine.id)
        .where(
            RemittanceLine.remittance_claim_id == remittance_claim_id,
            LineAdjustment.outcome == Outcome.REVIEW.value,
        )
    )
    for charge_id, amount in rows:
        sums[charge_id] += amount
    return [
        Line(
            Party(
                guarantor_account_id=party.guarantor_account_id,
                visit_id=party.visit_id,
                charge_id=charge_id,
                claim_id=party.claim_id,
                payer_id=party.payer_id,
            ),
            amount,
        )
        for charge_id, amount in sums.items()
        if amount
    ]


def mark_reviewed(session: Session, remittance_claim_id: int, outcome: Outcome) -> None:
    """The decision says what became of its amounts in review; none is left."""
    lines = select(RemittanceLine.id).where(
        RemittanceLine.remittance_claim_id == remittance_claim_id
    )
    session.execute(
        update(LineAdjustment)
        .where(
            LineAdjustment.remittance_line_id.in_(lines),
            LineAdjustment.outcome == Outcome.REVIEW.value,
        )
        .values(outcome=outcome.value)
    )
    session.execute(
        update(RemittanceClaim)
        .where(RemittanceClaim.id == remittance_claim_id)
        .values(under_review=ZERO)
    )


def close_review(
    session: Session, remittance_claim_id: int, *, outcome: str, by: int | None, now: datetime
) -> None:
    """Its work is done; `by` nobody is the system."""
    session.execute(
        update(WorkItem)
        .where(
            WorkItem.remittance_claim_id == remittance_claim_id,
            WorkItem.kind == "review",
            WorkItem.closed_at.is_(None),
        )
        .values(closed_at=now, closed_by_id=by, outcome=outcome)
    )


def _settled(session: Session, remittance_claim_id: int, party: Party, now: datetime) -> bool:
    """No money moves: a line on which the plan still owes any part of it is for a person."""
    lines = review_lines(session, remittance_claim_id, party)
    still = dict(claim_open(session, party.visit_id or 0, party.payer_id or 0))
    if not lines or any(still.get(line.party.charge_id or 0) for line in lines):
        return False
    mark_reviewed(session, remittance_claim_id, Outcome.STAYS)
    close_review(session, remittance_claim_id, outcome=NOTHING_OPEN, by=None, now=now)
    return True
