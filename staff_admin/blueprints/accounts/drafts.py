"""What an account's patient signed for, and what was drawn; the office can end it, with a reason (PLAN-7)."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from portal.queries.staff_drafts import staff_drafts
from portal.services.stop_autopay import stop_for
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.fields import at_most, required
from portal.web.note_field import NoteField
from portal.web.practice_day import practice_day
from staff_admin.blueprints.accounts.views import blueprint
from staff_admin.blueprints.show import found, show


class StopForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why it ends; the patient sees that the office stopped it."""

    reason = NoteField("Reason", [required("a reason"), at_most(300, "The reason")])


@blueprint.get("/<int:account_id>/drafts")
@staff("balances.view")
def drafts(account_id: int) -> ResponseReturnValue:
    """Ways to pay by brand and last four, what is signed, and each draft."""
    page = found(staff_drafts(account_id, on=practice_day()))
    saw(accounts=[account_id], patients=page.header.patient_ids, kind="drafts", id=account_id)
    return show("accounts/drafts.html", page=page)


@blueprint.route("/<int:account_id>/drafts/<int:authorisation_id>/stop", methods=["GET", "POST"])
@staff("drafts.stop")
def stop_drafts(account_id: int, authorisation_id: int) -> ResponseReturnValue:
    """End it for the patient, who is told."""
    page = found(staff_drafts(account_id, on=practice_day()))
    saw(accounts=[account_id], kind="payment_authorisations", id=authorisation_id)
    one, form = found(page.live(authorisation_id)), StopForm()
    if form.validate_on_submit():
        _stop(account_id, authorisation_id, form.reason.data or "")
        return redirect(url_for(".drafts", account_id=account_id))
    return show("accounts/stop_drafts.html", page=page, one=one, form=form)


def _stop(account_id: int, authorisation_id: int, reason: str) -> None:
    stop_for(
        viewer=current_staff(),
        account_id=account_id,
        authorisation_id=authorisation_id,
        reason=reason,
        public_url=gateways().public_url,
        now=now(),
    )
    flash("It is stopped. The patient is told.", "done")
