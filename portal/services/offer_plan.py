"""Staff write a plan down for a patient: within the policy it waits for the signature, outside for a second person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.free_text import check_free_text
from billing.plans import Offer, Terms, judge
from billing.transitions import PlanStep
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.plans import Plan, PlanProposal
from portal.queries.plan_offer import draft, offer_of
from portal.queries.plan_paper import approved_proposal, terms_of
from portal.queries.plan_scope import Why
from portal.queries.viewer import StaffViewer
from portal.services.ask_plan import ANSWERED_WITHIN
from portal.services.keep_plan_version import Signed, keep_version
from portal.services.move_plan import move_plan
from portal.services.plan_refusals import CannotChangePlan, CannotSign
from portal.services.practice_date import practice_date
from portal.services.prove_plan_offer import prove_plan_offer
from portal.services.record_access import add_staff_act
from portal.services.record_payment import lock_account
from portal.services.refusal import NotFound
from portal.services.screen_assistance import add_screening
from portal.services.sign_plan import find_plan, new_plan
from portal.services.tell_of_plan import tell_of_plan


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSignature:
    """What the patient signed on paper, and where the paper is."""

    name: str
    signed_on: date
    reference: str


def offer_plan(
    *,
    staff: StaffViewer,
    account_id: int,
    plan_id: UUID,
    terms: Terms,
    reason: str,
    public_url: str,
    now: datetime,
) -> bool:
    """Write it down; whether it waits for a second person. The same page twice is one plan.

    Above the policy's sum our own books are asked about help first (FA-8). Terms that may be signed are proof of an offer.

    Raises NotFound, CannotChangePlan or CardNumberRefused.
    """
    reason = check_free_text(reason)
    if not staff.may("plans.make"):
        raise CannotChangePlan("Your role cannot make plans.")
    with transaction() as session:
        if session.get(GuarantorAccount, account_id) is None:
            raise NotFound
        lock_account(session, account_id)
        plan = find_plan(session, plan_id, account_id)
        if plan is not None:
            return plan.state == "awaiting_approval"
        on = practice_date(session, now)
        offer = offer_of(session, account_id, on=on)
        if offer.open_plan_id is not None:
            raise CannotChangePlan("There is a plan for this account already.")
        verdict = judge(terms, offer.policy, on)
        if terms.total != offer.total or verdict.offer is Offer.REFUSED:
            raise CannotChangePlan(f"The balance is {offer.total} now. Look again.")
        outside = verdict.offer is Offer.NEEDS_APPROVAL
        if outside and not reason:
            raise CannotChangePlan(
                "Say why it is outside the policy: whoever approves it reads that."
            )
        plan = new_plan(plan_id, account_id, staff.login_id, now)
        session.add(plan)
        session.flush()
        move_plan(plan, PlanStep.ASK_APPROVAL if outside else PlanStep.OFFER, now=now)
        session.add(
            PlanProposal(
                id=uuid4(),
                plan_id=plan_id,
                total=terms.total,
                down=terms.down,
                instalments=terms.instalments,
                first_on=terms.first_on,
                day=terms.day,
                state="waiting" if outside else "approved",
                outside=[one.value for one in verdict.reasons],
                reason=reason,
                asked_by_login_id=staff.login_id,
                asked_by_face="staff",
                asked_at=now,
                answer_by=on + ANSWERED_WITHIN,
                decision_reasons=[],
            )
        )
        _audit(session, staff, plan, "create", now)
        if offer.assistance_first:
            add_screening(session, account_id, why="plan", on=on, now=now, login_id=staff.login_id)
        if not outside:
            tell_of_plan(session, plan, about="offered:0", public_url=public_url, on=on, now=now)
            prove_plan_offer(
                session, plan, terms, number="0", on=on, login_id=staff.login_id, now=now
            )
    return outside


def keep_paper_signature(
    *,
    staff: StaffViewer,
    plan_id: UUID,
    signature: PaperSignature,
    public_url: str,
    now: datetime,
) -> None:
    """The patient signed the printed agreement: staff record the paper, they never sign for anybody.

    Raises NotFound, CannotSign or CardNumberRefused.
    """
    reference = check_free_text(signature.reference)
    with transaction() as session:
        wish = approved_proposal(session, plan_id)
        if wish is None:
            raise CannotSign("Nothing of this plan waits for a signature.")
        account_id = plan_account(session, plan_id)
        lock_account(session, account_id)
        plan = find_plan(session, plan_id, account_id)
        on = practice_date(session, now)
        offer, terms = offer_of(session, account_id, on=on), terms_of(wish)
        if plan is None:
            raise NotFound
        if offer.total != terms.total:
            raise CannotSign(f"The balance is {offer.total} now, and the paper says {terms.total}.")
        asked_on = practice_date(session, wish.asked_at)
        if not asked_on <= signature.signed_on <= on or not reference:
            raise CannotSign("Enter the day on the paper, and where the paper is kept.")
        drafted = draft(
            offer,
            terms,
            plan_id=plan_id,
            on=signature.signed_on,
            version=plan.current_version + 1,
        )
        signed = Signed(
            how="paper",
            login_id=staff.login_id,
            typed_name=signature.name,
            paper_reference=reference,
        )
        keep_version(
            session, plan, offer, drafted, why=Why.FIRST, signed=signed, proposal=wish, now=now
        )
        move_plan(plan, PlanStep.SIGN, now=now)
        _audit(session, staff, plan, "plan_paper_kept", now)
        about = f"signed:{plan.current_version}"
        tell_of_plan(session, plan, about=about, public_url=public_url, on=on, now=now)


def plan_account(session: Session, plan_id: UUID) -> int:
    """Whose plan it is."""
    found = session.scalar(select(Plan.guarantor_account_id).where(Plan.id == plan_id))
    if found is None:
        raise NotFound
    return found


def _audit(session: Session, staff: StaffViewer, plan: Plan, action: str, now: datetime) -> None:
    add_staff_act(
        session,
        staff,
        action=action,
        object_type="plan",
        object_id=plan.id,
        account_ids=(plan.guarantor_account_id,),
        now=now,
    )
