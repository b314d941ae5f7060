"""What a patient changes of a plan by themselves, within the policy."""

from __future__ import annotations

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.blueprints.plans.forms import AskForm, OneChoiceForm, from_query
from portal.blueprints.plans.life import found_plan
from portal.blueprints.plans.views import blueprint, read
from portal.queries.plan_add import Ways, ways_to_add
from portal.queries.plan_page import PlanPage
from portal.queries.plan_paper import paper
from portal.queries.plan_scope import Why
from portal.queries.viewer import OWN_ONLY
from portal.services.change_plan import (
    OVER,
    Changing,
    change_day,
    end_plan,
    leave_bill_out,
    pause_plan,
    resume_plan,
)
from portal.services.plan_refusals import CannotChangePlan
from portal.web.access import current_patient, patient, saw
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day

DAY = "Your payments come on another day from now on. The amounts stay the same."
PAUSED = "Your plan is paused. Nothing is due until then."
RESUMED = "Your plan goes on. Here is when your next payment is due."
ENDED = "Your plan is over. What you paid stays paid. The rest is due like any bill."
LEFT_OUT = "The new bill stays out of your plan. You get a statement for it."


@blueprint.route("/plans/<uuid:plan_id>/day", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def day(plan_id: UUID) -> ResponseReturnValue:
    """Another day of the month, out of those that are offered."""
    page = _living(plan_id)
    form = OneChoiceForm().offer([(str(n), str(n)) for n in page.offer.rules.days])
    if form.validate_on_submit():
        change_day(_who(plan_id), day=int(form.choice.data))
        return _done(plan_id, DAY)
    return render_template("plans/day.html", page=page, form=form)


@blueprint.route("/plans/<uuid:plan_id>/pause", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def pause(plan_id: UUID) -> ResponseReturnValue:
    """Nothing is due for a month or more; or the pause ends early."""
    page = _living(plan_id)
    longest = page.offer.policy.longest_pause.days // 30
    form = OneChoiceForm().offer([(str(n), str(n)) for n in range(1, longest + 1)])
    if form.validate_on_submit():
        pause_plan(_who(plan_id), months=int(form.choice.data))
        return _done(plan_id, PAUSED)
    return render_template("plans/pause.html", page=page, form=form)


@blueprint.post("/plans/<uuid:plan_id>/resume")
@patient(scope=OWN_ONLY)
def resume(plan_id: UUID) -> ResponseReturnValue:
    """The pause ends today."""
    resume_plan(_who(plan_id))
    return _done(plan_id, RESUMED)


@blueprint.route("/plans/<uuid:plan_id>/end", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def end(plan_id: UUID) -> ResponseReturnValue:
    """The patient wants no plan any more; what that means stands above the button."""
    page, form = found_plan(plan_id), AskForm()
    if not page.open:
        return redirect(url_for(".plan", plan_id=plan_id))
    if form.validate_on_submit():
        end_plan(_who(plan_id), reason=form.reason.data or "asked by the patient")
        return _done(plan_id, ENDED)
    return render_template("plans/end.html", page=page, form=form)


@blueprint.get("/plans/<uuid:plan_id>/new-bill")
@patient(scope=OWN_ONLY)
def new_bill(plan_id: UUID) -> ResponseReturnValue:
    """A new bill: into the plan by higher payments or by more of them, or left out (PLAN-15)."""
    page = _living(plan_id)
    if not page.extra:
        return redirect(url_for(".plan", plan_id=plan_id))
    return render_template("plans/new_bill.html", page=page, ways=_ways(page))


@blueprint.get("/plans/<uuid:plan_id>/change")
@patient(scope=OWN_ONLY)
def change(plan_id: UUID) -> ResponseReturnValue:
    """The agreement of the whole balance, to read and to sign anew, with its own box."""
    page, terms = _living(plan_id), from_query(request.args)
    if terms is None:
        return redirect(url_for(".new_bill", plan_id=plan_id))
    found = paper(
        current_patient(),
        plan_id=plan_id,
        account_id=page.account_id,
        why=Why.BILL_ADDED,
        terms=terms,
        on=practice_day(),
    )
    if found is None:
        abort(404)
    return read(found, Why.BILL_ADDED)


@blueprint.post("/plans/<uuid:plan_id>/leave-out")
@patient(scope=OWN_ONLY)
def leave_out(plan_id: UUID) -> ResponseReturnValue:
    """No is an answer: the plan goes on as it was signed."""
    leave_bill_out(_who(plan_id))
    return _done(plan_id, LEFT_OUT)


def _ways(page: PlanPage) -> Ways:
    if page.standing is None:
        abort(404)
    return ways_to_add(page.offer, page.standing, on=practice_day())


def _living(plan_id: UUID) -> PlanPage:
    page = found_plan(plan_id)
    saw(accounts=[page.account_id], kind="plan", id=plan_id)
    if not page.living:
        raise CannotChangePlan(OVER)
    return page


def _who(plan_id: UUID) -> Changing:
    saw(kind="plan", id=plan_id)
    return Changing(
        viewer=current_patient(), plan_id=plan_id, public_url=gateways().public_url, now=now()
    )


def _done(plan_id: UUID, words: str) -> ResponseReturnValue:
    flash(words, "done")
    return redirect(url_for(".plan", plan_id=plan_id), 303)
