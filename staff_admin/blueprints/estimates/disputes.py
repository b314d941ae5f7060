"""A patient disputes a bill above its estimate with the federal agency: what came, what we sent, what was decided (NSA-7)."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from portal.queries.estimate_disputes import DisputeRow, bill_to_dispute, dispute_row
from portal.services.estimate_dispute import (
    OUTCOMES,
    answer_estimate_dispute,
    end_estimate_dispute,
    open_estimate_dispute,
)
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.estimates.dispute_forms import AnswerForm, EndForm, OpenForm
from staff_admin.blueprints.estimates.views import blueprint
from staff_admin.blueprints.show import found, show


@blueprint.route("/disputes/of/<int:visit_id>", methods=["GET", "POST"])
@staff("holds.set")
def dispute_bill(visit_id: int) -> ResponseReturnValue:
    """The agency wrote to us about this bill."""
    bill, form = found(bill_to_dispute(visit_id)), OpenForm()
    saw(accounts=[bill.account_id], patients=[bill.patient_id], kind="visit", id=visit_id)
    day = form.initiated_on.data
    if not form.validate_on_submit() or day is None:
        return show("estimates/dispute_bill.html", bill=bill, form=form)
    dispute_id = open_estimate_dispute(
        staff=current_staff(),
        visit_id=visit_id,
        reference=form.reference.data or "",
        initiated_on=day,
        now=now(),
    )
    flash("The bill is held from this moment.", "done")
    return redirect(url_for(".dispute", dispute_id=dispute_id), 303)


@blueprint.get("/disputes/<int:dispute_id>")
@staff("tasks.view")
def dispute(dispute_id: int) -> str:
    """One, with its clock."""
    return _show(_row(dispute_id))


@blueprint.post("/disputes/<int:dispute_id>/answer")
@staff("tasks.work")
def answer_dispute(dispute_id: int) -> ResponseReturnValue:
    """What it asks for was sent."""
    row, form = _row(dispute_id), AnswerForm(prefix="answer")
    day = form.answered_on.data
    if not form.validate_on_submit() or day is None:
        return _show(row, answering=form)
    answer_estimate_dispute(
        staff=current_staff(),
        dispute_id=dispute_id,
        answered_on=day,
        answer=form.answer.data or "",
        now=now(),
    )
    flash("Written down. The bill stays held until the decision.", "done")
    return redirect(url_for(".dispute", dispute_id=dispute_id), 303)


@blueprint.post("/disputes/<int:dispute_id>/end")
@staff("holds.set")
def end_dispute(dispute_id: int) -> ResponseReturnValue:
    """It was decided."""
    row, form = _row(dispute_id), EndForm(prefix="end")
    if not form.validate_on_submit():
        return _show(row, ending=form)
    end_estimate_dispute(
        staff=current_staff(),
        dispute_id=dispute_id,
        outcome=form.outcome.data,
        decision=form.decision.data or "",
        now=now(),
    )
    flash("The dispute is over, and its hold with it.", "done")
    return redirect(url_for(".dispute", dispute_id=dispute_id), 303)


def _row(dispute_id: int) -> DisputeRow:
    row = found(dispute_row(dispute_id))
    saw(
        accounts=[row.bill.account_id],
        patients=[row.bill.patient_id],
        kind="estimate_dispute",
        id=dispute_id,
    )
    return row


def _show(row: DisputeRow, **forms: FlaskForm) -> str:
    on = practice_day()
    fresh = AnswerForm(prefix="answer", formdata=None, answered_on=on)
    return show(
        "estimates/dispute.html",
        row=row,
        on=on,
        outcomes=OUTCOMES,
        answering=forms.get("answering") or fresh,
        ending=forms.get("ending") or EndForm(prefix="end", formdata=None),
    )
