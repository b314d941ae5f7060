"""Somebody signs a payment plan, new or changed: exactly what the page showed, once, and it never changes again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.money import ZERO
from billing.plans import Offer, Terms
from billing.transitions import PlanStep
from portal.db import transaction
from portal.models.plans import LIVING_STATES, Plan, PlanProposal, PlanVersion
from portal.queries.plan_offer import PlanDraft, PlanOffer, draft, offer_of, plan_number
from portal.queries.plan_paper import approved_proposal, terms_of
from portal.queries.plan_restarts import asks_a_person
from portal.queries.plan_scope import Why, wished_offer
from portal.queries.plan_words import MANUAL
from portal.queries.viewer import PatientViewer
from portal.services.consent_paperless import Browser
from portal.services.keep_plan_version import Signed, keep_version
from portal.services.move_plan import move_plan
from portal.services.plan_refusals import CannotSign, NeedsApproval
from portal.services.practice_date import practice_date
from portal.services.record_access import Access, add_access
from portal.services.record_payment import lock_account
from portal.services.refusal import NotFound
from portal.services.screen_assistance import add_screening
from portal.services.tell_of_plan import tell_of_plan

OUTSIDE = "This plan is outside what we offer by ourselves. You can ask for it."


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWish:
    """What somebody wants to sign: the terms as the page showed them."""

    plan_id: UUID
    account_id: int
    why: Why
    version: int
    terms: Terms
    method: str = MANUAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A typed name under a ticked box, and the hashes of what stood above it."""

    typed_name: str
    ticked: bool
    agreement_hash: str
    box_hash: str
    browser: Browser


def sign_plan(
    *,
    viewer: PatientViewer,
    wish: PlanWish,
    signature: Signature,
    public_url: str,
    now: datetime,
) -> UUID:
    """Sign as the patient; the same page sent twice is one signature.

    Raises NotFound, CannotSign with the figure of now, or NeedsApproval.
    """
    if wish.account_id not in viewer.account_ids or viewer.acting_for is not None:
        raise NotFound
    with transaction() as session:
        lock_account(session, wish.account_id)
        plan = find_plan(session, wish.plan_id, wish.account_id)
        if plan is not None and _signed_before(session, plan, wish, signature):
            return plan.id
        on = practice_date(session, now)
        offer = wished_offer(session, offer_of(session, wish.account_id, on=on), plan, wish.why)
        proposal = approved_proposal(session, wish.plan_id)
        drafted = draft(
            offer,
            wish.terms,
            plan_id=wish.plan_id,
            on=on,
            version=wish.version,
            method=wish.method,
        )
        _check(offer, drafted, plan, wish, proposal)
        approved = proposal is not None and same_terms(proposal, wish.terms)
        if not approved and asks_a_person(session, wish.account_id, plan, why=wish.why, on=on):
            raise NeedsApproval(OUTSIDE)
        _check_signature(drafted, signature)
        if plan is None:
            plan = new_plan(wish.plan_id, wish.account_id, viewer.login_id, now)
            session.add(plan)
            session.flush()
            if offer.assistance_first:  # FA-8: what our books presume is looked at, never a no
                add_screening(session, wish.account_id, why="plan", on=on, now=now)
        signed = Signed(
            how="online",
            login_id=viewer.login_id,
            typed_name=signature.typed_name.strip(),
            ip=signature.browser.ip,
            user_agent=signature.browser.user_agent,
        )
        keep_version(
            session, plan, offer, drafted, why=wish.why, signed=signed, proposal=proposal, now=now
        )
        move_plan(plan, PlanStep.SIGN, now=now)
        _audit(session, viewer, plan, now)
        tell_of_plan(
            session, plan, about=f"signed:{wish.version}", public_url=public_url, on=on, now=now
        )
    return wish.plan_id


def find_plan(session: Session, plan_id: UUID, account_id: int) -> Plan | None:
    """The plan under this id, locked; of another account it is not found."""
    plan = session.get(Plan, plan_id, with_for_update=True)
    if plan is not None and plan.guarantor_account_id != account_id:
        raise NotFound
    return plan


def new_plan(plan_id: UUID, account_id: int, login_id: int, now: datetime) -> Plan:
    """A plan that nobody agreed to yet."""
    return Plan(
        id=plan_id,
        guarantor_account_id=account_id,
        number=plan_number(plan_id),
        state="proposed",
        state_at=now,
        created_at=now,
        created_by_login_id=login_id,
        current_version=0,
    )


def _signed_before(session: Session, plan: Plan, wish: PlanWish, signature: Signature) -> bool:
    """Whether this very page was signed; another one under the same number is refused."""
    kept = session.scalar(
        select(PlanVersion.agreement_hash).where(
            PlanVersion.plan_id == plan.id, PlanVersion.number == wish.version
        )
    )
    if kept is None:
        return False
    if kept != signature.agreement_hash:
        raise CannotSign("This plan was changed in another window. Open it again to see how.")
    return True


def _check(
    offer: PlanOffer,
    drafted: PlanDraft,
    plan: Plan | None,
    wish: PlanWish,
    proposal: PlanProposal | None,
) -> None:
    if offer.open_plan_id not in {None, wish.plan_id}:
        raise CannotSign("There is a plan for this account already. Open it to see how it stands.")
    if wish.why is not Why.FIRST and (plan is None or plan.state not in LIVING_STATES):
        raise CannotSign("This plan is over, so it cannot be changed. You can set up a new one.")
    if wish.version != (plan.current_version if plan else 0) + 1:
        raise CannotSign("This plan was changed in another window. Open it again to see how.")
    if offer.total <= ZERO:
        raise CannotSign("You owe nothing right now, so there is nothing to plan.")
    if offer.total != wish.terms.total:
        raise CannotSign(
            f"Your balance changed while you read. It is {offer.total} now, and the page said"
            f" {wish.terms.total}. Nothing was signed. Look at the new payments, then sign."
        )
    if proposal is not None and same_terms(proposal, wish.terms):
        if drafted.verdict.offer is Offer.REFUSED:
            raise CannotSign("The first payment day has passed. Ask us for a new offer.")
        return
    if drafted.verdict.offer is not Offer.WITHIN:
        raise NeedsApproval(OUTSIDE)


def same_terms(proposal: PlanProposal, terms: Terms) -> bool:
    """Whether these are the terms that somebody approved."""
    return terms == terms_of(proposal)


def _check_signature(drafted: PlanDraft, signature: Signature) -> None:
    """PLAN-2: what is signed is what was shown, the box included."""
    if signature.agreement_hash != drafted.agreement_hash:
        raise CannotSign("The agreement changed while you read. Go back, and read it again.")
    if drafted.box_hash is not None and signature.box_hash != drafted.box_hash:
        raise CannotSign("The page did not show the cost of this plan. Go back, and read it again.")
    if len(signature.typed_name.strip()) < 2 or not signature.ticked:  # noqa: PLR2004 - a name
        raise CannotSign("Type your name and tick the box to sign.")


def _audit(session: Session, viewer: PatientViewer, plan: Plan, now: datetime) -> None:
    access = Access(
        face="patient",
        login_id=viewer.login_id,
        action="plan_signed",
        object_type="plan",
        object_id=str(plan.id),
        account_ids=(plan.guarantor_account_id,),
    )
    add_access(session, access, now=now)
