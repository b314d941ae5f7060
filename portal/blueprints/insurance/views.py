"""What is on file, and what a person sends, takes back or looks at."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from billing.proxy_access import ProxyScope
from portal.blueprints.insurance.forms import BeginForm, EndForm
from portal.queries.card_pictures import card_picture
from portal.queries.insurance_page import insurance_page
from portal.queries.submission_page import SubmissionPage, submission_page
from portal.services.save_submission import save_submission
from portal.services.send_submission import send_submission
from portal.services.start_submission import About, start_submission
from portal.services.withdraw_submission import withdraw_submission
from portal.web.access import current_patient, patient, saw
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day

blueprint = Blueprint("insurance", __name__)


@blueprint.get("/insurance")
@patient(scope=ProxyScope.INSURANCE)
def index() -> str:
    """Every plan, person by person."""
    page = insurance_page(current_patient(), on=practice_day())
    saw(patients=page.patient_ids, kind="insurance")
    return render_template("insurance/index.html", page=page, form=BeginForm(formdata=None))


@blueprint.post("/insurance/begin")
@patient(scope=ProxyScope.INSURANCE)
def begin() -> ResponseReturnValue:
    """A new plan, another one, or the end of one."""
    form = BeginForm()
    if not form.validate_on_submit():
        return redirect(url_for(".index"))
    ends = form.ends.data == "1"
    about = About(patient_id=form.patient_id, coverage_id=form.coverage_id, ends=ends)
    submission_id = start_submission(viewer=current_patient(), about=about, now=now())
    saw(kind="insurance_submission", id=submission_id, action="create")
    if ends:
        return redirect(url_for(".end", submission_id=submission_id))
    return redirect(url_for(".photo", submission_id=submission_id, side="front"))


@blueprint.get("/insurance/<int:submission_id>/picture/<side>")
@patient(scope=ProxyScope.INSURANCE)
def picture(submission_id: int, side: str) -> Response:
    """One side of one's own card; nobody's else is found (HIPAA-18)."""
    found = card_picture(current_patient(), submission_id, side)
    if found is None:
        abort(404)
    saw(patients=[found.patient_id] if found.patient_id else (), kind="card_picture")
    content = gateways().documents.get(found.stored_as)
    headers = {"Content-Disposition": f'inline; filename="card-{side}.jpg"'}
    return Response(content, mimetype="image/jpeg", headers=headers)


@blueprint.route("/insurance/<int:submission_id>/end", methods=["GET", "POST"])
@patient(scope=ProxyScope.INSURANCE)
def end(submission_id: int) -> ResponseReturnValue:
    """The last day of a plan; the office checks it."""
    page, form = own_page(submission_id), EndForm()
    if not page.ends:
        abort(404)
    if form.validate_on_submit() and form.check(practice_day()):
        answers = {"ends_on": form.ends_on.data}
        save_submission(viewer=current_patient(), submission_id=submission_id, answers=answers)
        return _send(submission_id)
    return render_template("insurance/end.html", page=page, form=form)


@blueprint.get("/insurance/<int:submission_id>")
@patient(scope=ProxyScope.INSURANCE)
def check(submission_id: int) -> ResponseReturnValue:
    """All that was typed, once more before it is sent; afterwards what became of it."""
    page = own_page(submission_id)
    return render_template("insurance/check.html", page=page)


@blueprint.post("/insurance/<int:submission_id>/send")
@patient(scope=ProxyScope.INSURANCE)
def send(submission_id: int) -> ResponseReturnValue:
    """To the office."""
    own_page(submission_id)
    return _send(submission_id)


@blueprint.post("/insurance/<int:submission_id>/take-back")
@patient(scope=ProxyScope.INSURANCE)
def take_back(submission_id: int) -> ResponseReturnValue:
    """Nothing waits for the office any more."""
    page = own_page(submission_id)
    withdraw_submission(viewer=current_patient(), submission_id=submission_id, now=now())
    again = " The bill is open again." if page.visit_id else ""
    flash(f"Taken back. We delete the pictures within 31 days.{again}", "done")
    return redirect(url_for(".index"))


def own_page(submission_id: int) -> SubmissionPage:
    """The viewer's own submission, told to the audit trail; another's is not found."""
    page = submission_page(current_patient(), submission_id, on=practice_day(), now=now())
    if page is None:
        abort(404)
    saw(
        patients=[page.patient_id] if page.patient_id else (),
        kind="insurance_submission",
        id=submission_id,
    )
    return page


def _send(submission_id: int) -> ResponseReturnValue:
    send_submission(viewer=current_patient(), submission_id=submission_id, now=now())
    flash("Thank you. We check it and tell you when it is on file.", "done")
    return redirect(url_for("insurance.check", submission_id=submission_id))
