"""Whether texts leave, and how the last week's ended."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.staff_texts import texts_page
from portal.services.resume_texts import resume_texts
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from staff_admin.blueprints.show import show
from staff_admin.blueprints.texts.forms import ResumeForm

blueprint = Blueprint("texts", __name__, url_prefix="/texts")


@blueprint.route("/", methods=["GET", "POST"])
@staff("texts.resume")
def index() -> ResponseReturnValue:
    """The switch, and counts that name no patient."""
    form = ResumeForm()
    saw(kind="texts")
    if form.validate_on_submit():
        resume_texts(reason=form.reason.data or "", staff=current_staff(), now=now())
        flash("Texts leave again within a quarter hour.", "done")
        return redirect(url_for(".index"))
    return show("texts/index.html", form=form, page=texts_page(now=now()))
