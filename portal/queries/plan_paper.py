"""What somebody could sign now: a new plan, an approved offer, or a change of the plan they have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.plans import Terms
from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.plans import Plan, PlanProposal
from portal.queries.plan_offer import PlanDraft, PlanOffer, draft, offer_of
from portal.queries.plan_scope import Why, wished_offer
from portal.queries.viewer import PatientViewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """An agreement ready to be read. `drafted` is none where the terms make no schedule."""

    plan_id: UUID
    offer: PlanOffer
    drafted: PlanDraft | None
    fits: bool  # the terms are over what is owed now
    approved: bool  # somebody of the practice agreed to them


def paper(
    viewer: PatientViewer,
    *,
    plan_id: UUID,
    account_id: int,
    why: Why,
    terms: Terms | None,
    on: date,
) -> Paper | None:
    """For these terms, or for those that were approved; None when it is not the viewer's."""
    if account_id not in viewer.account_ids:
        return None
    with read_only() as session:
        plan = session.get(Plan, plan_id)
        if plan is not None and plan.guarantor_account_id != account_id:
            return None
        approved = approved_terms(session, plan_id)
        offer = wished_offer(session, offer_of(session, account_id, on=on), plan, why)
        wanted = terms or approved
        if wanted is None:
            return None
        version = plan.current_version + 1 if plan else 1
        return Paper(
            plan_id=plan_id,
            offer=offer,
            drafted=_draft(offer, wanted, plan_id=plan_id, on=on, version=version),
            fits=offer.total == wanted.total,
            approved=approved == wanted,
        )


def staff_offer(account_id: int, *, on: date) -> PlanOffer | None:
    """What a plan of an account would cover, for the office."""
    with read_only() as session:
        if session.get(GuarantorAccount, account_id) is None:
            return None
        return offer_of(session, account_id, on=on)


def offered_draft(plan_id: UUID, *, on: date) -> PlanDraft | None:
    """The agreement that waits for a signature, as it would be signed today."""
    with read_only() as session:
        plan, terms = session.get(Plan, plan_id), approved_terms(session, plan_id)
        if plan is None or terms is None:
            return None
        offer = offer_of(session, plan.guarantor_account_id, on=on)
        version = plan.current_version + 1
        return _draft(offer, terms, plan_id=plan_id, on=on, version=version)


def approved_terms(session: Session, plan_id: UUID) -> Terms | None:
    """What somebody of the practice agreed to and the patient has not signed yet."""
    row = approved_proposal(session, plan_id)
    return terms_of(row) if row else None


def approved_proposal(session: Session, plan_id: UUID) -> PlanProposal | None:
    """The row of it."""
    return session.scalar(
        select(PlanProposal).where(
            PlanProposal.plan_id == plan_id, PlanProposal.state == "approved"
        )
    )


def terms_of(row: PlanProposal) -> Terms:
    """The terms that a row holds."""
    return Terms(row.total, row.down, row.instalments, row.first_on, row.day)


def _draft(
    offer: PlanOffer, terms: Terms, *, plan_id: UUID, on: date, version: int
) -> PlanDraft | None:
    try:
        return draft(offer, terms, plan_id=plan_id, on=on, version=version)
    except ValueError:
        return None
