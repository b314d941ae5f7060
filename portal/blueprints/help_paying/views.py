"""The public pages, without a sign-in; then the list of one's applications, and where one stands."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from billing.assistance_precheck import band_of
from portal.blueprints.help_paying.forms import AgainForm, ButtonForm, CheckForm, PaperForm
from portal.blueprints.help_paying.paper import blank_form
from portal.queries.guest_application import GuestPage
from portal.queries.own_assistance import (
    OwnDraft,
    OwnStatus,
    own_applications,
    own_draft,
    own_status,
)
from portal.queries.public_assistance import offer_for, public_policy
from portal.queries.viewer import OWN_ONLY
from portal.services.answer_request import answer_request
from portal.services.appeal_own import appeal_own
from portal.services.keep_assistance_letter import keep_assistance_letter
from portal.services.own_application import CannotApply
from portal.services.start_application import start_application
from portal.services.withdraw_application import withdraw_application
from portal.web.access import current_patient, patient, public, saw
from portal.web.applicants import current_application
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.languages import language
from portal.web.practice_day import practice_day

ASKED_AGAIN = "We look at it again. Your bills wait until then."
blueprint = Blueprint("help_paying", __name__, url_prefix="/help-paying")


@blueprint.get("/policy")
@public
def policy() -> str:
    """The whole policy (FA-5)."""
    return render_template("help_paying/policy.html", policy=public_policy(practice_day()))


@blueprint.get("/summary")
@public
def summary() -> str:
    """The same on half a page, in plain words (FA-5)."""
    return render_template("help_paying/summary.html", policy=public_policy(practice_day()))


@blueprint.get("/form.pdf")
@public
def blank() -> Response:
    """The application to print and fill in by hand."""
    headers = {"Content-Disposition": 'inline; filename="help-with-paying.pdf"'}
    content = blank_form(gateways().printer, public_policy(practice_day()), language())
    return Response(content, mimetype="application/pdf", headers=headers)


@blueprint.route("/check", methods=["GET", "POST"])
@public
def check() -> str:
    """What one might get, from two answers that are kept nowhere: an offer, never a no."""
    form, offer = CheckForm(), None
    if form.validate_on_submit():
        band = band_of(form.band.data)
        if band is not None and form.people.data is not None:
            offer = offer_for(form.people.data, band, on=practice_day())
    return render_template("help_paying/check.html", form=form, offer=offer)


@blueprint.get("/apply")
@patient(scope=OWN_ONLY)
def start() -> str:
    """What it asks and how long it takes; one's applications so far."""
    viewer = current_patient()
    found = own_applications(viewer)
    saw(accounts=viewer.account_ids, kind="assistance_application")
    return render_template(
        "help_paying/start.html", found=found, may=bool(viewer.account_ids), form=ButtonForm()
    )


@blueprint.post("/apply")
@patient(scope=OWN_ONLY)
def begin() -> ResponseReturnValue:
    """A new one, or the one that is open."""
    viewer = current_patient()
    found = start_application(viewer=viewer, language=language(), on=practice_day(), now=now())
    saw(accounts=viewer.account_ids, kind="assistance_application", id=found, action="create")
    return redirect(url_for(".step", application_id=found, step="you"))


@blueprint.get("/<uuid:application_id>")
@patient
def status(application_id: UUID) -> str:
    """Where it stands, what is missing, and by when."""
    return show_own_status(seen_status(application_id))


@blueprint.post("/<uuid:application_id>/withdraw")
@patient(scope=OWN_ONLY)
def withdraw(application_id: UUID) -> ResponseReturnValue:
    """Taken back: bills go on."""
    seen_status(application_id)
    try:
        withdraw_application(
            viewer=current_patient(), application_id=application_id, on=practice_day(), now=now()
        )
        flash("You took it back. You can apply again at any time.", "done")
    except CannotApply as refused:
        flash(str(refused), "attention")
    return redirect(url_for(".status", application_id=application_id))


@blueprint.post("/<uuid:application_id>/answered")
@patient(scope=OWN_ONLY)
def answered(application_id: UUID) -> ResponseReturnValue:
    """All that we asked for was sent."""
    seen_status(application_id)
    try:
        answer_request(
            viewer=current_patient(), application_id=application_id, on=practice_day(), now=now()
        )
        flash("Thank you. We look at it now.", "done")
    except CannotApply as refused:
        flash(str(refused), "attention")
    return redirect(url_for(".status", application_id=application_id))


@blueprint.post("/<uuid:application_id>/appeal")
@patient(scope=OWN_ONLY)
def appeal(application_id: UUID) -> ResponseReturnValue:
    """They do not agree: another person looks at it."""
    page, form = seen_status(application_id), AgainForm()
    if not form.validate_on_submit():
        return show_own_status(page, again=form)
    words, viewer = form.words.data or "", current_patient()
    try:
        appeal_own(viewer=viewer, application_id=page.id, words=words, on=practice_day(), now=now())
        flash(ASKED_AGAIN, "done")
    except CannotApply as refused:
        flash(str(refused), "attention")
    return redirect(url_for(".status", application_id=application_id))


@blueprint.get("/<uuid:application_id>/letter.pdf")
@patient
def letter(application_id: UUID) -> Response:
    """Our answer, as it was written."""
    page = seen_status(application_id)
    return kept_letter(page.stands.decision_id, page.number)


def kept_letter(decision_id: UUID | None, name: str) -> Response:
    """The letter of a decision, written once; without a decision there is none."""
    if decision_id is None:
        abort(404)
    key = keep_assistance_letter(decision_id=decision_id, press=gateways(), now=now())
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    content = gateways().documents.get(key)
    return Response(content, mimetype="application/pdf", headers=headers)


def show_own_status(
    page: OwnStatus, form: PaperForm | None = None, *, again: AgainForm | None = None
) -> str:
    """The page of one that was sent; `form`: a paper that was not taken, with why; `again`: an appeal that was not."""
    return render_template(
        "help_paying/status.html",
        page=page,
        form=form or PaperForm(formdata=None),
        again=again or AgainForm(formdata=None),
    )


def seen_status(application_id: UUID) -> OwnStatus:
    """One that was sent, told to the audit trail; another's is not found."""
    page = own_status(current_patient(), application_id, language=language(), on=practice_day())
    if page is None:
        abort(404)
    saw(accounts=[page.account_id], kind="assistance_application", id=application_id)
    return page


def open_draft(application_id: UUID) -> OwnDraft:
    """One's own draft; what was sent shows where it stands, and another's is not found."""
    draft = own_draft(current_patient(), application_id)
    if draft is None:
        abort(404)
    saw(accounts=[draft.account_id], kind="assistance_application", id=application_id)
    if not draft.editable:
        abort(redirect(url_for("help_paying.status", application_id=application_id)))
    return draft


def opened_here() -> GuestPage:
    """The one that is open here, told to the audit trail."""
    page = current_application()
    saw(accounts=page.account_ids, kind="guest_application", id=page.id)
    return page


def sent_here() -> GuestPage:
    """The same, with the office; a draft is filled in first."""
    page = opened_here()
    if page.editable:
        abort(redirect(url_for("help_paying.guest_parts")))
    return page
