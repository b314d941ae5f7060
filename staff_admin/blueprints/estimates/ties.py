"""Of which visit or bill an estimate is that was asked for without one (NSA-6)."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.estimate_choice import tie_choices, unclear_page
from portal.queries.staff_estimates import EstimatePage, estimate_page
from portal.services.tie_estimate import tie_estimate, tie_none, untie_estimate
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from staff_admin.blueprints.estimates.forms import NONE, TieForm, UnclearForm
from staff_admin.blueprints.estimates.views import blueprint
from staff_admin.blueprints.show import found, show

BILL = "bill"
TIED = "Tied. Its bill is compared with this estimate."


@blueprint.route("/<int:estimate_id>/tie", methods=["GET", "POST"])
@staff("tasks.work")
def tie(estimate_id: int) -> ResponseReturnValue:
    """Choose the visit or bill."""
    page, form = _page(estimate_id), TieForm().offer(tie_choices(estimate_id))
    if not form.validate_on_submit():
        return show("estimates/tie.html", page=page, row=page.row, form=form)
    kind, _, key = form.of.data.partition(":")
    chosen = {"visit_id": int(key)} if kind == BILL else {"appointment_id": UUID(key)}
    tie_estimate(staff=current_staff(), estimate_id=estimate_id, **chosen, now=now())
    flash(TIED, "done")
    return redirect(url_for(".estimate", estimate_id=estimate_id), 303)


@blueprint.post("/<int:estimate_id>/untie")
@staff("tasks.work")
def untie(estimate_id: int) -> ResponseReturnValue:
    """It is of other care."""
    _page(estimate_id)
    untie_estimate(staff=current_staff(), estimate_id=estimate_id, now=now())
    flash("It is tied to nothing now.", "done")
    return redirect(url_for(".estimate", estimate_id=estimate_id), 303)


@blueprint.route("/unclear/<int:visit_id>", methods=["GET", "POST"])
@staff("tasks.work")
def unclear(visit_id: int) -> ResponseReturnValue:
    """Of several estimates the one of this bill, or none."""
    page = found(unclear_page(visit_id))
    saw(patients=(page.row.patient_id,), kind="visit", id=visit_id)
    form = UnclearForm().offer(page.candidates)
    if not form.validate_on_submit():
        return show("estimates/unclear.html", page=page, row=page.row, form=form)
    if form.of.data == NONE:
        tie_none(staff=current_staff(), visit_id=visit_id, now=now())
    else:
        tie_estimate(staff=current_staff(), estimate_id=form.of.data, visit_id=visit_id, now=now())
    flash("Kept.", "done")
    return redirect(url_for(".index"), 303)


def _page(estimate_id: int) -> EstimatePage:
    page = found(estimate_page(estimate_id))
    people = () if page.row.patient_id is None else (page.row.patient_id,)
    saw(patients=people, kind="estimate", id=estimate_id)
    return page
