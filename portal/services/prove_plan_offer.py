"""Put on record that a plan was offered: a state may want that before anything else, and the packet shows it (COLL-T)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from billing.plans import Terms
from portal.models.plans import Plan
from portal.services.prove_step import ProofKind, prove_step


def prove_plan_offer(
    session: Session,
    plan: Plan,
    terms: Terms,
    *,
    number: str,
    on: date,
    login_id: int | None,
    now: datetime,
) -> None:
    """In the transaction that tells the patient of it; only terms that they may sign count. `number` tells offers of a plan apart.

    The sentence on every statement that one can pay over time names no terms, so it is no offer.
    """
    prove_step(
        session,
        ProofKind.PLAN_OFFER,
        account_id=plan.guarantor_account_id,
        happened_on=on,
        source=f"plan:{plan.id}:{number}",
        facts={
            "plan": plan.number,
            "total_cents": terms.total.cents,
            "instalments": terms.instalments,
        },
        now=now,
        login_id=login_id,
    )
