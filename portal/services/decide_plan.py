"""A second person answers for terms outside the policy: yes, no, or another offer, each within 30 days (PLAN-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.duties import Duty, same_person
from billing.plan_answers import NO_WORDS, NoReason
from billing.plans import Offer, Terms, judge
from billing.transitions import PlanStep
from portal.db import transaction
from portal.models.plans import LIVING_STATES, Plan, PlanProposal
from portal.queries.plan_offer import offer_of
from portal.queries.plan_paper import terms_of
from portal.queries.viewer import StaffViewer
from portal.services.decide_alone import Alone, decide_alone
from portal.services.move_plan import move_plan
from portal.services.plan_refusals import CannotChangePlan
from portal.services.practice_date import practice_date
from portal.services.prove_plan_offer import prove_plan_offer
from portal.services.record_access import add_staff_act
from portal.services.record_payment import lock_account
from portal.services.refusal import NotFound
from portal.services.tell_of_plan import tell_of_plan

OWN = "You wrote these terms down, so somebody else must approve them."


@dataclass(frozen=True, slots=True, kw_only=True)
class Deciding:
    """Who decides about which wish, and when."""

    staff: StaffViewer
    plan_id: UUID
    public_url: str
    now: datetime


@dataclass(slots=True)
class _Held:
    plan: Plan
    wish: PlanProposal
    on: date


def approve_plan(who: Deciding) -> None:
    """The patient may sign these terms now. Never by whoever wrote them down."""
    with transaction() as session:
        held = _hold(session, who)
        if same_person(Duty.PLAN, held.wish.asked_by_login_id, who.staff.login_id):
            held.wish.alone_log_id = decide_alone(
                session, Duty.PLAN, _about(held), staff=who.staff, now=who.now
            )
            if held.wish.alone_log_id is None:
                raise CannotChangePlan(OWN)
        offer = offer_of(session, held.plan.guarantor_account_id, on=held.on)
        if judge(terms_of(held.wish), offer.policy, held.on).offer is Offer.REFUSED:
            raise CannotChangePlan("The first payment day has passed. Make another offer instead.")
        _decide(held.wish, who, "approved")
        if held.plan.state not in LIVING_STATES:
            move_plan(held.plan, PlanStep.APPROVE, now=who.now)
        _tell(session, who, held, "offered", "approve")
        _offered(session, who, held, terms_of(held.wish))


def decline_plan(who: Deciding, *, reason: NoReason) -> None:
    """No, with the reason, in a letter of its own."""
    with transaction() as session:
        held = _hold(session, who)
        _decide(held.wish, who, "declined", reason)
        if held.plan.state not in LIVING_STATES:
            move_plan(held.plan, PlanStep.DECLINE, now=who.now, on=held.on, reason=reason.value)
        _tell(session, who, held, "declined", "decline")


def counter_plan(who: Deciding, *, terms: Terms, reason: NoReason) -> None:
    """Another offer, within the policy: the patient may sign it, and reads why it is not what they asked for."""
    with transaction() as session:
        held = _hold(session, who)
        offer = offer_of(session, held.plan.guarantor_account_id, on=held.on)
        if terms.total != offer.total:
            raise CannotChangePlan(f"The balance is {offer.total} now. Look again.")
        if judge(terms, offer.policy, held.on).offer is not Offer.WITHIN:
            raise CannotChangePlan(
                "Another offer has to be within the policy. What is outside needs two people: decline"
                " this, and write a plan down for somebody else to approve."
            )
        _decide(held.wish, who, "countered", reason)
        session.flush()
        session.add(
            PlanProposal(
                id=uuid4(),
                plan_id=held.plan.id,
                total=terms.total,
                down=terms.down,
                instalments=terms.instalments,
                first_on=terms.first_on,
                day=terms.day,
                state="approved",
                outside=[],
                asked_by_login_id=who.staff.login_id,
                asked_by_face="staff",
                asked_at=who.now,
                decision_reasons=[],
                counters_id=held.wish.id,
            )
        )
        if held.plan.state not in LIVING_STATES:
            move_plan(held.plan, PlanStep.APPROVE, now=who.now)
        _tell(session, who, held, "declined", "counter")
        _offered(session, who, held, terms)


def _offered(session: Session, who: Deciding, held: _Held, terms: Terms) -> None:
    """What may be signed now was offered (COLL-T)."""
    prove_plan_offer(
        session,
        held.plan,
        terms,
        number=str(held.wish.id),
        on=held.on,
        login_id=who.staff.login_id,
        now=who.now,
    )


def _hold(session: Session, who: Deciding) -> _Held:
    if not who.staff.may("plans.approve"):
        raise CannotChangePlan("Your role cannot decide about plans. Ask a manager.")
    account_id = session.scalar(select(Plan.guarantor_account_id).where(Plan.id == who.plan_id))
    if account_id is None:
        raise NotFound
    lock_account(session, account_id)
    plan = session.get_one(Plan, who.plan_id, with_for_update=True)
    wish = session.scalar(
        select(PlanProposal).where(
            PlanProposal.plan_id == who.plan_id, PlanProposal.state == "waiting"
        )
    )
    if wish is None:
        raise CannotChangePlan("Somebody decided meanwhile. Open the plan again.")
    return _Held(plan, wish, practice_date(session, who.now))


def _about(held: _Held) -> Alone:
    return Alone(
        what="Plan outside the policy",
        object_type="plan",
        object_id=str(held.plan.id),
        account_id=held.plan.guarantor_account_id,
        amount=held.wish.total,
    )


def _decide(wish: PlanProposal, who: Deciding, state: str, reason: NoReason | None = None) -> None:
    wish.state, wish.decided_at, wish.decided_by_login_id = state, who.now, who.staff.login_id
    wish.decision_reasons = [NO_WORDS[reason]] if reason else []


def _tell(session: Session, who: Deciding, held: _Held, letter: str, action: str) -> None:
    add_staff_act(
        session,
        who.staff,
        action=action,
        object_type="plan",
        object_id=held.plan.id,
        account_ids=(held.plan.guarantor_account_id,),
        now=who.now,
    )
    held.wish.letter_message_id = tell_of_plan(
        session,
        held.plan,
        about=f"{letter}:{held.wish.id}",
        public_url=who.public_url,
        on=held.on,
        now=who.now,
    )
