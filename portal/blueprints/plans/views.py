"""Setting up a plan: by months or by budget, the schedule to the cent, the agreement, the signature."""

from __future__ import annotations

from uuid import UUID, uuid4

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from billing.plan_what_if import what_ifs
from billing.plans import Offer, Terms, judge
from portal.blueprints.paperless.journey import browser
from portal.blueprints.plans.forms import (
    REASONS,
    AskForm,
    NewPlanForm,
    SignForm,
    from_query,
)
from portal.queries.plan_offer import PlanDraft, PlanOffer, draft, in_query, plan_offer
from portal.queries.plan_paper import Paper, paper
from portal.queries.plan_scope import Why
from portal.queries.viewer import OWN_ONLY
from portal.services.ask_plan import ask_plan
from portal.services.sign_plan import PlanWish, Signature, sign_plan
from portal.web.access import current_patient, patient, saw
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day

SIGNED = "You signed your plan. We keep a copy for you here."
ASKED = "We have your wish. A person looks at it. You hear from us within 30 days."
STALE = "Your balance has changed. Here are your choices now."

blueprint = Blueprint("plans", __name__)


@blueprint.get("/plans/new")
@patient(scope=OWN_ONLY)
def new() -> ResponseReturnValue:
    """By months, or by what fits a month; then the schedule, which shows what is meant before anything is asked."""
    offer = _offer(request.args.get("account", type=int))
    if offer.open_plan_id:
        return redirect(url_for(".plan", plan_id=offer.open_plan_id))
    form = NewPlanForm(offer, practice_day(), request.args)
    if offer.total and form.is_asked and form.validate():
        drafted = _drafted(offer, form)
        if drafted is not None:
            return _schedule(offer, drafted)
    return render_template("plans/new.html", offer=offer, form=form)


@blueprint.get("/plans/agreement")
@patient(scope=OWN_ONLY)
def agreement() -> ResponseReturnValue:
    """Every word of a new plan, the federal box apart from all else, and the signature."""
    account_id, terms = request.args.get("account", type=int), from_query(request.args)
    if terms is None or account_id is None:
        return redirect(url_for(".new", account=account_id))
    return read(_paper(uuid4(), account_id, Why.FIRST, terms), Why.FIRST)


@blueprint.post("/plans/sign")
@patient(scope=OWN_ONLY)
def sign() -> ResponseReturnValue:
    """The signature itself; pressed twice it is one. What is missing is asked for on the same page."""
    form = SignForm()
    wish = form.wish(request.form)
    if wish is None:
        abort(400)
    if not form.validate_on_submit():
        return read(_paper(wish.plan_id, wish.account_id, wish.why, wish.terms), wish.why, form)
    saw(accounts=[wish.account_id], kind="plan", id=wish.plan_id, action="plan_sign")
    _sign(wish, form)
    flash(SIGNED, "done")
    return redirect(url_for(".plan", plan_id=wish.plan_id), 303)


@blueprint.post("/plans/ask")
@patient(scope=OWN_ONLY)
def ask() -> ResponseReturnValue:
    """Terms outside the policy: a person decides, and answers within 30 days (PLAN-3)."""
    form, terms = AskForm(), from_query(request.form)
    plan_id = request.form.get("plan", type=UUID)
    offer = _offer(request.form.get("account", type=int))
    if terms is None or plan_id is None or not form.validate_on_submit():
        abort(400)
    asked = ask_plan(
        viewer=current_patient(),
        account_id=offer.account_id,
        plan_id=plan_id,
        terms=terms,
        reason=form.reason.data or "",
        now=now(),
    )
    flash(ASKED, "done")
    return redirect(url_for(".plan", plan_id=asked), 303)


def read(found: Paper, why: Why, form: SignForm | None = None) -> ResponseReturnValue:
    """The page where somebody reads and signs; or the way back when the figures are old."""
    drafted, account_id = found.drafted, found.offer.account_id
    open_plan = found.offer.open_plan_id
    if open_plan not in {None, found.plan_id}:
        return redirect(url_for(".plan", plan_id=open_plan))
    if not found.fits or drafted is None or not may_sign(found):
        flash(STALE, "info")
        back = {"plan_id": open_plan} if open_plan else {"account": account_id}
        return redirect(url_for(".plan" if open_plan else ".new", **back))
    form = (form or SignForm(formdata=None)).show(found.plan_id, account_id, why, drafted)
    return render_template("plans/agreement.html", agreement=drafted.agreement, form=form, why=why)


def may_sign(found: Paper) -> bool:
    """Whether the terms are the patient's to sign: the policy's, or approved."""
    verdict = found.drafted.verdict.offer if found.drafted else Offer.REFUSED
    return verdict is Offer.WITHIN or (found.approved and verdict is not Offer.REFUSED)


def _offer(account_id: int | None) -> PlanOffer:
    found = plan_offer(current_patient(), on=practice_day(), account_id=account_id)
    if found is None:
        abort(404)
    patients = {bill.patient_id for bill in found.bills}
    saw(accounts=[found.account_id], patients=patients, kind="plan")
    return found


def _paper(plan_id: UUID, account_id: int, why: Why, terms: Terms | None) -> Paper:
    found = paper(
        current_patient(),
        plan_id=plan_id,
        account_id=account_id,
        why=why,
        terms=terms,
        on=practice_day(),
    )
    if found is None:
        abort(404)
    saw(accounts=[account_id], kind="plan", id=plan_id)
    return found


def _drafted(offer: PlanOffer, form: NewPlanForm) -> PlanDraft | None:
    """What the choice makes; or why nobody may agree to it, said on the form."""
    verdict = judge(form.terms, offer.policy, practice_day())
    if verdict.offer is Offer.REFUSED:
        form.object_to(verdict.reasons)
        return None
    return draft(offer, form.terms, plan_id=UUID(int=0), on=practice_day())


def _schedule(offer: PlanOffer, drafted: PlanDraft) -> str:
    """To the cent, and what happens when life does."""
    within = drafted.verdict.offer is Offer.WITHIN
    several = drafted.terms.instalments > 1
    return render_template(
        "plans/schedule.html",
        offer=offer,
        drafted=drafted,
        within=within,
        reasons=[REASONS[reason] for reason in drafted.verdict.reasons],
        query=in_query(drafted.terms),
        form=None if within else AskForm(formdata=None),
        plan_id=uuid4(),
        told=what_ifs(drafted.terms, practice_day(), policy=offer.policy) if several else (),
    )


def _sign(wish: PlanWish, form: SignForm) -> None:
    sign_plan(
        viewer=current_patient(),
        wish=wish,
        signature=Signature(
            typed_name=form.name.data or "",
            ticked=bool(form.agree.data),
            agreement_hash=form.agreement_hash.data or "",
            box_hash=form.box_hash.data or "",
            browser=browser(),
        ),
        public_url=gateways().public_url,
        now=now(),
    )
