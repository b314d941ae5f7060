"""What waits for a second person: see it, approve it, decline it (OPS-13, OPS-23)."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.staff_adjustments import RequestPage, adjustment_requests, request_page
from portal.services.decide_adjustment import approve_adjustment, decline_adjustment
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.adjustments.forms import DecideForm, DeclineForm
from staff_admin.blueprints.show import found, show

blueprint = Blueprint("adjustments", __name__, url_prefix="/adjustments")


@blueprint.get("/")
@staff("ledger.adjust")
def index() -> str:
    """Those that wait, then those decided."""
    waiting, decided = adjustment_requests(on=practice_day())
    saw(accounts={one.account_id for one in (*waiting, *decided)}, kind="adjustments")
    return show("adjustments/index.html", waiting=waiting, decided=decided)


@blueprint.get("/<uuid:request_id>")
@staff("ledger.adjust")
def request(request_id: UUID) -> str:
    """One request beside what is open now."""
    return _show(_request(request_id), DeclineForm(formdata=None))


@blueprint.post("/<uuid:request_id>/approve")
@staff("ledger.adjust")
def approve(request_id: UUID) -> ResponseReturnValue:
    """The second person posts it."""
    _request(request_id)
    if DecideForm().validate_on_submit():
        approve_adjustment(
            request_id=request_id, staff=current_staff(), on=practice_day(), now=now()
        )
        flash("Approved and taken off. It can be taken back on the ledger page.", "done")
    return redirect(url_for(".request", request_id=request_id))


@blueprint.post("/<uuid:request_id>/decline")
@staff("ledger.adjust")
def decline(request_id: UUID) -> ResponseReturnValue:
    """Nothing moves, and whoever asked reads why."""
    page, form = _request(request_id), DeclineForm()
    if not form.validate_on_submit():
        return _show(page, form)
    reason = form.reason.data or ""
    decline_adjustment(request_id=request_id, reason=reason, staff=current_staff(), now=now())
    flash("Declined. Nothing moved.", "done")
    return redirect(url_for(".request", request_id=request_id))


def _request(request_id: UUID) -> RequestPage:
    page = found(request_page(request_id, on=practice_day()))
    saw(
        accounts=[page.row.account_id],
        patients=[page.row.patient_id],
        kind="adjustment_request",
        id=request_id,
    )
    return page


def _show(page: RequestPage, form: DeclineForm) -> str:
    return show("adjustments/request.html", page=page, form=form)
