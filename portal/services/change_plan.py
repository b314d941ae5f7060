"""What a patient, or staff at their wish, does with a plan that runs: another day, a pause, a skip, an end.

None of it raises an amount; what would is signed anew (PLAN-15).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.plan_standing import PlanStanding
from billing.transitions import PlanStep
from portal.db import transaction
from portal.models.plans import LIVING_STATES, Plan, PlanEvent, PlanProposal
from portal.queries.plan_offer import offer_of
from portal.queries.plan_policy import plan_rules
from portal.queries.plan_scope import covered_charges
from portal.queries.plan_standing import plan_standing
from portal.queries.viewer import LoginViewer, PatientViewer
from portal.services.move_plan import move_plan, note_plan
from portal.services.plan_refusals import CannotChangePlan
from portal.services.practice_date import practice_date
from portal.services.record_access import Access, add_access
from portal.services.record_payment import lock_account
from portal.services.refusal import NotFound
from portal.services.tell_of_plan import tell_of_plan

A_YEAR = timedelta(days=365)
PAUSES_A_YEAR, DAYS_A_YEAR = 1, 2
OVER = "This plan is over, so it was not changed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Changing:
    """Who changes which plan, and when."""

    viewer: LoginViewer
    plan_id: UUID
    public_url: str
    now: datetime


def change_day(who: Changing, *, day: int) -> None:
    """Another of the offered days for every payment to come; twice a year at most by oneself."""
    with transaction() as session:
        plan, standing = _hold(session, who)
        if day not in plan_rules(session).days:
            raise CannotChangePlan("Choose a day from the list.")
        if _is_patient(who):
            _at_most(session, plan, "date_changed", DAYS_A_YEAR, standing.on)
        _note(session, who, plan, "date_changed", standing.on, day=day)


def pause_plan(who: Changing, *, months: int) -> None:
    """Nothing is due for so many months; once a year by oneself, and never longer than the policy says."""
    with transaction() as session:
        plan, standing = _hold(session, who)
        rules = plan_rules(session)
        until = standing.on + timedelta(days=31 * months)
        if months < 1 or until > standing.on + rules.policy.longest_pause + timedelta(days=1):
            raise CannotChangePlan("That is longer than we can pause. Call us.")
        if _is_patient(who):
            _at_most(session, plan, "paused", PAUSES_A_YEAR, standing.on)
            if standing.past_due:
                raise CannotChangePlan("A payment is late. Pay it first, or call us.")
        _note(session, who, plan, "paused", standing.on, until=until.isoformat())
        move_plan(plan, PlanStep.PAUSE, now=who.now)
        plan.pause_until = until


def resume_plan(who: Changing) -> None:
    """The pause ends earlier than agreed."""
    with transaction() as session:
        plan, standing = _hold(session, who)
        _note(session, who, plan, "resumed", standing.on)
        move_plan(plan, PlanStep.RESUME, now=who.now)
        plan.pause_until = None


def skip_instalment(who: Changing, *, number: int) -> None:
    """One payment moves to a month after the last. Staff do this, at the patient's wish."""
    with transaction() as session:
        plan, standing = _hold(session, who)
        owed = {one.number for one in standing.instalments if one.left}
        if number not in owed:
            raise CannotChangePlan("Nothing is left of that payment.")
        _note(session, who, plan, "skipped", standing.on, number=number)


def leave_bill_out(who: Changing) -> None:
    """What came since stays outside: it is billed like any other bill."""
    with transaction() as session:
        plan, standing = _hold(session, who)
        offer = offer_of(session, plan.guarantor_account_id, on=standing.on)
        fresh = sorted(set(offer.lines) - covered_charges(session, plan))
        _note(session, who, plan, "change_declined", standing.on, charges=fresh)


def end_plan(who: Changing, *, reason: str) -> None:
    """The plan is over; what was paid stays paid, and the rest is due as any bill."""
    with transaction() as session:
        plan = held_plan(session, who)
        on = practice_date(session, who.now)
        move_plan(plan, PlanStep.CANCEL, now=who.now, on=on, reason=reason)
        _note(session, who, plan, "canceled", on, reason=reason)
        for row in session.scalars(
            select(PlanProposal).where(
                PlanProposal.plan_id == plan.id, PlanProposal.state.in_(("waiting", "approved"))
            )
        ):
            row.state = "withdrawn"


def held_plan(session: Session, who: Changing) -> Plan:
    """The plan, its account locked first. Another patient's is not found."""
    account_id = session.scalar(select(Plan.guarantor_account_id).where(Plan.id == who.plan_id))
    mine = not _is_patient(who) or (
        isinstance(who.viewer, PatientViewer)
        and account_id in who.viewer.account_ids
        and who.viewer.acting_for is None
    )
    if account_id is None or not mine:
        raise NotFound
    lock_account(session, account_id)
    return session.get_one(Plan, who.plan_id, with_for_update=True)


def _hold(session: Session, who: Changing) -> tuple[Plan, PlanStanding]:
    plan = held_plan(session, who)
    if plan.state not in LIVING_STATES:
        raise CannotChangePlan(OVER)
    on = practice_date(session, who.now)
    return plan, plan_standing(session, [plan.id], on)[plan.id]


def _is_patient(who: Changing) -> bool:
    return isinstance(who.viewer, PatientViewer)


def _at_most(session: Session, plan: Plan, kind: str, times: int, on: date) -> None:
    lately = select(func.count()).where(
        PlanEvent.plan_id == plan.id, PlanEvent.kind == kind, PlanEvent.on > on - A_YEAR
    )
    if (session.scalar(lately) or 0) >= times:
        raise CannotChangePlan("You have done this already this year. Call us, and we look at it.")


def _note(session: Session, who: Changing, plan: Plan, kind: str, on: date, **detail: Any) -> None:
    """Write it down, tell the audit trail, and tell whoever reads the account."""
    note_plan(session, plan, kind, on=on, now=who.now, login_id=who.viewer.login_id, **detail)
    staff = not isinstance(who.viewer, PatientViewer)
    access = Access(
        face="staff" if staff else "patient",
        login_id=who.viewer.login_id,
        role="" if isinstance(who.viewer, PatientViewer) else who.viewer.role,
        action=f"plan_{kind}",
        object_type="plan",
        object_id=str(plan.id),
        account_ids=(plan.guarantor_account_id,),
        reason=str(detail.get("reason", "")),
    )
    add_access(session, access, now=who.now)
    about = f"changed:{kind}:{who.now.isoformat()}"
    tell_of_plan(session, plan, about=about, public_url=who.public_url, on=on, now=who.now)
