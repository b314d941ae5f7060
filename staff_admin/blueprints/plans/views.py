"""Plans: the list of what waits, and one plan with everything that may be done about it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.queries.language_help import our_language_help
from portal.queries.plan_page import PlanPage, plan_page, signed_agreement
from portal.queries.plan_print import decision_print, plan_print
from portal.queries.staff_plans import plans_of_account, staff_plan_list
from portal.services.change_plan import (
    Changing,
    end_plan,
    pause_plan,
    resume_plan,
    skip_instalment,
)
from portal.services.decide_plan import Deciding, approve_plan, counter_plan, decline_plan
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.plans.forms import (
    CounterForm,
    NoForm,
    PaperForm,
    PauseForm,
    ReasonForm,
)
from staff_admin.blueprints.show import found, show

blueprint = Blueprint("plans", __name__, url_prefix="/plans")


@blueprint.get("/")
@staff("plans.view")
def index() -> str:
    """What waits for a person, what is late, what runs, what ended."""
    page = staff_plan_list(on=practice_day())
    saw(accounts=page.account_ids, kind="plans")
    return show("plan_office/index.html", page=page)


@blueprint.get("/of/<int:account_id>")
@staff("plans.view")
def of_account(account_id: int) -> ResponseReturnValue:
    """The plan of an account, or where to make one."""
    opened, every = plans_of_account(account_id)
    saw(accounts=[account_id], kind="plans")
    if opened is not None:
        return redirect(url_for(".plan", plan_id=opened))
    return show("plan_office/of_account.html", account_id=account_id, plans=every)


@blueprint.get("/<uuid:plan_id>")
@staff("plans.view")
def plan(plan_id: UUID) -> str:
    """How it stands, what was asked, decided and signed, and what may be done."""
    return show_plan(_plan(plan_id))


@blueprint.post("/<uuid:plan_id>/approve")
@staff("plans.approve")
def approve(plan_id: UUID) -> ResponseReturnValue:
    """The second person says yes; the patient signs."""
    _plan(plan_id)
    approve_plan(_deciding(plan_id))
    return _done(plan_id, "Approved. The patient was told, and can read and sign it.")


@blueprint.post("/<uuid:plan_id>/decline")
@staff("plans.approve")
def decline(plan_id: UUID) -> ResponseReturnValue:
    """No, with the reason that the letter gives."""
    page, form = _plan(plan_id), NoForm(prefix="no")
    if not form.validate_on_submit():
        return show_plan(page, no=form)
    decline_plan(_deciding(plan_id), reason=form.why)
    return _done(plan_id, "Declined. The letter with the reason is ready.")


@blueprint.post("/<uuid:plan_id>/counter")
@staff("plans.approve")
def counter(plan_id: UUID) -> ResponseReturnValue:
    """Another offer, within the policy."""
    page, form = _plan(plan_id), CounterForm(prefix="counter")
    if not form.validate_on_submit():
        return show_plan(page, counter=form)
    terms = form.terms(page.offer.total)
    counter_plan(_deciding(plan_id), terms=terms, reason=form.why)
    return _done(plan_id, "Offered. The patient was told, with the reason.")


@blueprint.post("/<uuid:plan_id>/pause")
@staff("plans.make")
def pause(plan_id: UUID) -> ResponseReturnValue:
    """At the patient's wish."""
    page, form = _plan(plan_id), PauseForm(prefix="pause")
    if not form.validate_on_submit():
        return show_plan(page, pause=form)
    pause_plan(_changing(plan_id), months=form.months.data or 1)
    return _done(plan_id, "Paused. The patient was told.")


@blueprint.post("/<uuid:plan_id>/resume")
@staff("plans.make")
def resume(plan_id: UUID) -> ResponseReturnValue:
    """The pause ends today."""
    _plan(plan_id)
    resume_plan(_changing(plan_id))
    return _done(plan_id, "The plan goes on. The patient was told.")


@blueprint.post("/<uuid:plan_id>/skip")
@staff("plans.make")
def skip(plan_id: UUID) -> ResponseReturnValue:
    """One payment moves to the end."""
    _plan(plan_id)
    skip_instalment(_changing(plan_id), number=request.form.get("number", -1, type=int))
    return _done(plan_id, "Moved to a month after the last. The patient was told.")


@blueprint.post("/<uuid:plan_id>/end")
@staff("plans.make")
def end(plan_id: UUID) -> ResponseReturnValue:
    """The plan is over; the rest is due as any bill."""
    page, form = _plan(plan_id), ReasonForm(prefix="end")
    if not form.validate_on_submit():
        return show_plan(page, end=form)
    end_plan(_changing(plan_id), reason=form.reason.data or "")
    return _done(plan_id, "Ended. The patient was told.")


@blueprint.get("/<uuid:plan_id>/versions/<int:number>.pdf")
@staff("plans.view")
def version_pdf(plan_id: UUID, number: int) -> ResponseReturnValue:
    """A version as it was signed, to print and to mail."""
    signed = found(signed_agreement(current_staff(), plan_id, number))
    saw(accounts=[signed.account_id], kind="plan", id=plan_id, action="print")
    return pdf(
        gateways().printer.print("plan", plan_print(signed, our_language_help())),
        f"plan-version-{number}.pdf",
    )


@blueprint.get("/<uuid:plan_id>/answer.pdf")
@staff("plans.view")
def answer_pdf(plan_id: UUID) -> ResponseReturnValue:
    """The letter with the reasons of a no."""
    page = _plan(plan_id)
    if page.answered is None:
        abort(404)
    saw(accounts=[page.account_id], action="print")
    printed = gateways().printer.print(
        "plan_answer", decision_print(page, page.answered, our_language_help())
    )
    return pdf(printed, "answer.pdf")


def pdf(data: bytes, name: str) -> Response:
    """A paper to print."""
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(data, mimetype="application/pdf", headers=headers)


def show_plan(page: PlanPage, **forms: object) -> str:
    """One plan with its forms; one that was sent with a mistake keeps what was typed."""
    empty = {
        "no": NoForm(prefix="no", formdata=None),
        "counter": CounterForm(prefix="counter", formdata=None),
        "pause": PauseForm(prefix="pause", formdata=None),
        "end": ReasonForm(prefix="end", formdata=None),
        "paper": PaperForm(prefix="paper", formdata=None),
    }
    return show("plan_office/plan.html", page=page, **(empty | forms))


def _plan(plan_id: UUID) -> PlanPage:
    page = found(plan_page(current_staff(), plan_id, on=practice_day()))
    saw(accounts=[page.account_id], patients=page.patient_ids, kind="plan", id=plan_id)
    return page


def _deciding(plan_id: UUID) -> Deciding:
    return Deciding(
        staff=current_staff(), plan_id=plan_id, public_url=gateways().public_url, now=now()
    )


def _changing(plan_id: UUID) -> Changing:
    return Changing(
        viewer=current_staff(), plan_id=plan_id, public_url=gateways().public_url, now=now()
    )


def _done(plan_id: UUID, words: str) -> ResponseReturnValue:
    flash(words, "done")
    return redirect(url_for(".plan", plan_id=plan_id))
