"""A patient asks for terms outside the practice's policy: a person decides, and answers within 30 days (PLAN-3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.free_text import check_free_text
from billing.plans import Offer, Terms, judge
from billing.transitions import PlanStep
from portal.db import transaction
from portal.models.plans import LIVING_STATES, PlanProposal
from portal.queries.plan_offer import offer_of
from portal.queries.viewer import PatientViewer
from portal.services.move_plan import move_plan
from portal.services.plan_refusals import CannotChangePlan
from portal.services.practice_date import practice_date
from portal.services.record_access import Access, add_access
from portal.services.record_payment import lock_account
from portal.services.refusal import NotFound
from portal.services.screen_assistance import add_screening
from portal.services.sign_plan import find_plan, new_plan

ANSWERED_WITHIN = timedelta(days=30)


def ask_plan(
    *,
    viewer: PatientViewer,
    account_id: int,
    plan_id: UUID,
    terms: Terms,
    reason: str,
    now: datetime,
) -> UUID:
    """Keep the wish and open the work of answering it; the same page twice is one wish.

    Raises NotFound, CannotChangePlan or CardNumberRefused. Answers the plan that it is about.
    """
    if account_id not in viewer.account_ids or viewer.acting_for is not None:
        raise NotFound
    reason = check_free_text(reason)
    with transaction() as session:
        lock_account(session, account_id)
        plan = find_plan(session, plan_id, account_id)
        if plan is not None and has_open_proposal(session, plan_id):
            return plan_id
        on = practice_date(session, now)
        offer = offer_of(session, account_id, on=on)
        if offer.open_plan_id not in {None, plan_id}:
            raise CannotChangePlan("There is a plan for this account already. Open it to see it.")
        verdict = judge(terms, offer.policy, on)
        if verdict.offer is Offer.REFUSED or terms.total != offer.total:
            raise CannotChangePlan("Your balance has changed. Go back and choose again.")
        if plan is None:
            plan = new_plan(plan_id, account_id, viewer.login_id, now)
            session.add(plan)
            session.flush()
            if offer.assistance_first:  # FA-8: what our books presume is looked at, never a no
                add_screening(session, account_id, why="plan", on=on, now=now)
        if plan.state not in LIVING_STATES:
            move_plan(plan, PlanStep.ASK_APPROVAL, now=now)
        session.add(
            PlanProposal(
                id=uuid4(),
                plan_id=plan_id,
                total=terms.total,
                down=terms.down,
                instalments=terms.instalments,
                first_on=terms.first_on,
                day=terms.day,
                state="waiting",
                outside=[one.value for one in verdict.reasons],
                reason=reason,
                asked_by_login_id=viewer.login_id,
                asked_by_face="patient",
                asked_at=now,
                answer_by=on + ANSWERED_WITHIN,
                decision_reasons=[],
            )
        )
        access = Access(
            face="patient",
            login_id=viewer.login_id,
            action="plan_asked",
            object_type="plan",
            object_id=str(plan_id),
            account_ids=(account_id,),
        )
        add_access(session, access, now=now)
    return plan_id


def has_open_proposal(session: Session, plan_id: UUID) -> bool:
    """Whether terms wait for a decision or for a signature."""
    waits = select(PlanProposal.id).where(
        PlanProposal.plan_id == plan_id, PlanProposal.state.in_(("waiting", "approved"))
    )
    return session.scalar(waits) is not None
