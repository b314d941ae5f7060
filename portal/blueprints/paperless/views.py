"""Statements without paper, one step a screen (MSG-24)."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.blueprints.paperless import journey
from portal.blueprints.paperless.forms import AgreeForm, SampleCodeForm
from portal.queries.paperless import PaperlessPage, paperless_page
from portal.queries.viewer import OWN_ONLY
from portal.services.ask_paper_copy import ask_paper_copy
from portal.services.consent_paperless import OtherWords, agree_paperless, withdraw_paperless
from portal.services.paperless_sample import open_sample
from portal.web.access import current_patient, patient, saw
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.languages import language

blueprint = Blueprint("paperless", __name__)


@blueprint.get("/paperless")
@patient(scope=OWN_ONLY)
def start() -> ResponseReturnValue:
    """How statements come now, what giving up paper means, and the way back."""
    page = _page()
    return render_template("paperless/start.html", page=page)


@blueprint.post("/paperless/sample")
@patient(scope=OWN_ONLY)
def send_sample() -> ResponseReturnValue:
    """Mail the sample."""
    if _page().paper_only:
        abort(409)
    problem = journey.mail_sample(current_patient(), gateways().public_url)
    if problem:
        flash(problem, "error")
    return redirect(url_for("paperless.start" if problem else "paperless.code"))


@blueprint.get("/paperless/sample/<token>")
@patient(scope=OWN_ONLY)
def sample(token: str) -> ResponseReturnValue:
    """The sample, as statements are opened."""
    doors, viewer = gateways(), current_patient()
    found = open_sample(
        viewer=viewer,
        token=token,
        key=doors.hash_keys[0],
        printer=doors.printer,
        language=language(),
        now=now(),
    )
    journey.opened(found.nonce)
    saw(accounts=viewer.account_ids, kind="paperless_sample", id=found.nonce)
    headers = {"Content-Disposition": 'inline; filename="sample-statement.pdf"'}
    return Response(found.pdf, mimetype="application/pdf", headers=headers)


@blueprint.route("/paperless/code", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def code() -> ResponseReturnValue:
    """The code that stands in the sample."""
    if not journey.is_waiting():
        return redirect(url_for("paperless.start"))
    form = SampleCodeForm()
    if form.validate_on_submit() and journey.check_code(form, current_patient()):
        return redirect(url_for("paperless.agree"))
    page = _page()
    return render_template("paperless/code.html", form=form, page=page)


@blueprint.route("/paperless/agree", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def agree() -> ResponseReturnValue:
    """The consent, once more with all that it means."""
    shown_at = journey.demonstrated_at()
    if shown_at is None:
        return redirect(url_for("paperless.start"))
    form = AgreeForm()
    if form.validate_on_submit() and _agreed(form, shown_at):
        return redirect(url_for("paperless.start"))
    page = _page()
    form.seen_hash.data = page.seen_hash
    return render_template("paperless/agree.html", form=form, page=page)


@blueprint.post("/paperless/stop")
@patient(scope=OWN_ONLY)
def stop() -> ResponseReturnValue:
    """Back to paper, by one press."""
    withdraw_paperless(
        viewer=current_patient(),
        browser=journey.browser(),
        public_url=gateways().public_url,
        now=now(),
    )
    flash("Your next statement comes on paper.", "done")
    return redirect(url_for("paperless.start"))


@blueprint.post("/statements/<number>/paper-copy")
@patient(scope=OWN_ONLY)
def paper_copy(number: str) -> ResponseReturnValue:
    """A free copy in the next mail."""
    account_id = ask_paper_copy(viewer=current_patient(), number=number, now=now())
    saw(accounts=[account_id], kind="statement", id=number, action="print")
    flash("We will mail you a paper copy. It is free.", "done")
    return redirect(url_for("statements.statement", number=number))


def _page() -> PaperlessPage:
    return paperless_page(current_patient(), language=language(), now=now())


def _agreed(form: AgreeForm, shown_at: datetime) -> bool:
    """Why it was not kept stands on the form."""
    try:
        agree_paperless(
            viewer=current_patient(),
            demonstrated_at=shown_at,
            browser=journey.browser(),
            language=language(),
            seen_hash=form.seen_hash.data or "",
            public_url=gateways().public_url,
            now=now(),
        )
    except OtherWords as refused:
        form.form_errors = [str(refused)]
        form.agree.data = False  # they tick it anew, under what stands there now
        return False
    journey.end()
    return True
