"""Staff write a plan down for a patient, print it, and record the paper that the patient signed."""

from __future__ import annotations

from uuid import UUID

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from billing.plans import Offer
from portal.queries.language_help import our_language_help
from portal.queries.plan_offer import PlanDraft, PlanOffer, draft
from portal.queries.plan_page import plan_page
from portal.queries.plan_paper import offered_draft, staff_offer
from portal.queries.plan_print import unsigned_print
from portal.services.offer_plan import keep_paper_signature, offer_plan
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.plans.forms import PaperForm, TermsForm
from staff_admin.blueprints.plans.views import blueprint, pdf, show_plan
from staff_admin.blueprints.show import found, show

WAITS = "Written down. It is outside the policy, so another person approves it first."
OFFERED = "Offered. The patient was told, and can read and sign it; or print it for them."


@blueprint.route("/make/<int:account_id>", methods=["GET", "POST"])
@staff("plans.make")
def make(account_id: int) -> ResponseReturnValue:
    """The terms, and before anything is kept the schedule that they make."""
    offer, form = _offer(account_id), TermsForm()
    drafted = _drafted(offer, form) if form.validate_on_submit() else None
    within = drafted is not None and drafted.verdict.offer is Offer.WITHIN
    shown = {"offer": offer, "form": form, "drafted": drafted, "within": within}
    return show("plan_office/make.html", first_days=offer.first_days(practice_day()), **shown)


@blueprint.post("/make/<int:account_id>/send")
@staff("plans.make")
def send(account_id: int) -> ResponseReturnValue:
    """Keep it: for the patient to sign, or for a second person to approve."""
    offer, form = _offer(account_id), TermsForm()
    if not form.validate_on_submit() or _drafted(offer, form) is None:
        return show("plan_office/make.html", offer=offer, form=form, drafted=None, first_days=())
    waits = offer_plan(
        staff=current_staff(),
        account_id=account_id,
        plan_id=form.id_of_form,
        terms=form.terms(offer.total),
        reason=form.reason.data or "",
        public_url=gateways().public_url,
        now=now(),
    )
    flash(WAITS if waits else OFFERED, "done")
    return redirect(url_for(".plan", plan_id=form.id_of_form))


@blueprint.get("/<uuid:plan_id>/agreement.pdf")
@staff("plans.make")
def unsigned_pdf(plan_id: UUID) -> ResponseReturnValue:
    """The agreement to be signed by hand."""
    page = found(plan_page(current_staff(), plan_id, on=practice_day()))
    saw(accounts=[page.account_id], kind="plan", id=plan_id, action="print")
    drafted = offered_draft(plan_id, on=practice_day())
    if drafted is None:
        abort(404)
    return pdf(
        gateways().printer.print("plan", unsigned_print(drafted, our_language_help())),
        "plan-to-sign.pdf",
    )


@blueprint.post("/<uuid:plan_id>/paper")
@staff("plans.make")
def paper(plan_id: UUID) -> ResponseReturnValue:
    """The patient signed the paper: who, when, and where it is kept."""
    page, form = (
        found(plan_page(current_staff(), plan_id, on=practice_day())),
        PaperForm(prefix="paper"),
    )
    saw(accounts=[page.account_id], kind="plan", id=plan_id)
    if not form.validate_on_submit():
        return show_plan(page, paper=form)
    keep_paper_signature(
        staff=current_staff(),
        plan_id=plan_id,
        signature=form.signature,
        public_url=gateways().public_url,
        now=now(),
    )
    flash("Kept. The plan runs from now on.", "done")
    return redirect(url_for(".plan", plan_id=plan_id))


def _offer(account_id: int) -> PlanOffer:
    offer = found(staff_offer(account_id, on=practice_day()))
    saw(accounts=[account_id], patients={bill.patient_id for bill in offer.bills}, kind="plan")
    return offer


def _drafted(offer: PlanOffer, form: TermsForm) -> PlanDraft | None:
    """What the terms make; why they make nothing is said on the form."""
    terms = form.terms(offer.total)
    try:
        drafted = draft(offer, terms, plan_id=form.id_of_form, on=practice_day())
    except ValueError as impossible:
        form.form_errors.append(f"These terms make no plan ({impossible}).")
        return None
    if drafted.verdict.offer is Offer.REFUSED:
        form.first_on.errors = ["The first payment is not before today."]
        return None
    return drafted
