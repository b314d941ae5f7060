"""How a person asked to be reached: see it, sign it, write down what was said at the desk or by phone (HIPAA-10)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.staff_confidential import StaffConfidential, confidential_of
from portal.services.record_confidential import (
    end_recorded,
    record_confidential,
    sign_confidential,
)
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from staff_admin.blueprints.accounts.reach_forms import EndForm, ReachForm, SignForm
from staff_admin.blueprints.accounts.views import blueprint
from staff_admin.blueprints.show import found, show


@blueprint.get("/<int:account_id>/reach")
@staff("accounts.view")
def reach(account_id: int) -> ResponseReturnValue:
    """What holds, and what held before."""
    page = _page(account_id)
    return show("accounts/reach.html", page=page, form=SignForm())


@blueprint.post("/<int:account_id>/reach/sign")
@staff("consents.note")
def sign_reach(account_id: int) -> ResponseReturnValue:
    """Sign that the office saw it."""
    _page(account_id)
    if SignForm().validate_on_submit():
        sign_confidential(account_id=account_id, staff=current_staff(), now=now())
        flash("Signed with your name and the time.", "done")
    return redirect(url_for(".reach", account_id=account_id))


@blueprint.route("/<int:account_id>/reach/record", methods=["GET", "POST"])
@staff("consents.note")
def record_reach(account_id: int) -> ResponseReturnValue:
    """Write down what the person said; nobody asks why."""
    page = _page(account_id)
    form = ReachForm(data=_standing(page))
    if form.validate_on_submit():
        holds = record_confidential(
            account_id=account_id,
            answers=form.answers,
            source=form.source.data,
            staff=current_staff(),
            now=now(),
        )
        flash("It holds from now on." if holds else "Nothing is asked for any more.", "done")
        return redirect(url_for(".reach", account_id=account_id))
    return show("accounts/record_reach.html", page=page, form=form)


@blueprint.route("/<int:account_id>/reach/end", methods=["GET", "POST"])
@staff("consents.note")
def end_reach(account_id: int) -> ResponseReturnValue:
    """The person said that it shall end."""
    page, form = _page(account_id), EndForm()
    if page.now is None:
        return redirect(url_for(".reach", account_id=account_id))
    if form.validate_on_submit():
        end_recorded(account_id=account_id, staff=current_staff(), now=now())
        flash("Ended. What is on file is used again.", "done")
        return redirect(url_for(".reach", account_id=account_id))
    return show("accounts/end_reach.html", page=page, form=form)


def _page(account_id: int) -> StaffConfidential:
    page = found(confidential_of(account_id))
    # Not the account: whoever else may read its trail must not learn of the request there.
    patients = page.header.patient_ids
    saw(patients=patients, kind="confidential_request", id=account_id, untold=True)
    return page


def _standing(page: StaffConfidential) -> dict[str, Any]:
    """What the form begins with: a change is written over what holds."""
    if page.now is None:
        return {}
    wishes = page.now.wishes
    parts = dict(
        zip(("street", "street2", "city", "state", "postal_code"), page.now.street, strict=True)
    )
    named = ("email", "phone", "no_paper", "no_email", "no_texts", "no_calls", "shared_phone")
    return parts | {name: getattr(wishes, name) for name in named}
