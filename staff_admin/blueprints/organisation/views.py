"""The practice's profile with its history, and the review of each row of state law (CORE-1, CORE-2)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from billing.organisation import UNREAD
from portal.queries.organisation import ReviewedRow, organisation_page, state_row_page, state_rows
from portal.services.set_organisation import review_state, set_organisation
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.organisation.forms import QUESTIONS, OrganisationForm, ReviewForm
from staff_admin.blueprints.show import found, show

blueprint = Blueprint("organisation", __name__, url_prefix="/settings")


@blueprint.get("/organisation")
@staff("settings.view")
def profile() -> str:
    """What the practice is, and every version of it."""
    versions = organisation_page()
    newest = versions[0].organisation if versions else None
    form = OrganisationForm(formdata=None).filled(newest, today=practice_day())
    return _profile(form)


@blueprint.post("/organisation")
@staff("settings.edit")
def change() -> ResponseReturnValue:
    """Keep a new version."""
    form = OrganisationForm()
    if not form.validate_on_submit():
        return _profile(form)
    saw(kind="organisation")
    set_organisation(
        staff=current_staff(),
        form_id=UUID(form.form_id.data),
        organisation=form.organisation,
        starts_on=form.starts_on.data or date.min,
        reason=form.reason.data or "",
        now=now(),
    )
    flash("The change is kept. What was before stays in the history.", "done")
    return redirect(url_for(".profile"))


@blueprint.get("/states")
@staff("settings.view")
def states() -> str:
    """Every row of the pack, reviewed or not."""
    saw(kind="state_rows")
    return show("organisation/states.html", rows=state_rows())


@blueprint.get("/states/<key>")
@staff("settings.view")
def state(key: str) -> str:
    """One row: its text, its source, who read it."""
    return _state(found(state_row_page(key)), ReviewForm(formdata=None))


@blueprint.post("/states/<key>")
@staff("settings.edit")
def review(key: str) -> ResponseReturnValue:
    """Record that somebody read it, or take that back."""
    page, form = found(state_row_page(key)), ReviewForm()
    if not form.validate_on_submit():
        return _state(page, form)
    saw(kind="state_row", id=key)
    review_state(
        staff=current_staff(),
        form_id=UUID(form.form_id.data),
        row_key=key,
        fingerprint=form.fingerprint.data or "",
        confirmed=form.confirmed.data,
        note=form.note.data or "",
        now=now(),
    )
    flash("It is on record.", "done")
    return redirect(url_for(".states"))


def _profile(form: OrganisationForm) -> str:
    saw(kind="organisation")
    return show(
        "organisation/profile.html",
        versions=organisation_page(),
        form=form,
        questions=QUESTIONS,
        unread=UNREAD,
        today=practice_day(),
    )


def _state(page: ReviewedRow, form: ReviewForm) -> str:
    saw(kind="state_row", id=page.row.key)
    form.fingerprint.data = page.row.fingerprint
    return show("organisation/state.html", page=page, form=form)
