"""Estimates that somebody asked for by phone or at the desk, with a record or without one yet (NSA-2)."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.queries.estimate_people import people_of_account, people_of_number
from portal.queries.staff_estimates import EstimatePage, estimate_page
from portal.services.note_asked_estimate import drop_asked, note_asked_estimate, tie_asker
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.estimates.asked_forms import AskedForm, DropForm, RecordForm
from staff_admin.blueprints.estimates.views import blueprint
from staff_admin.blueprints.show import found, show


@blueprint.route("/asked", methods=["GET", "POST"])
@staff("tasks.work")
def asked() -> ResponseReturnValue:
    """Somebody without a record."""
    on = practice_day()
    form = AskedForm(asked_on=on).without_record()
    if not form.validate_on_submit():
        return show("estimates/asked.html", form=form, account_id=None)
    estimate_id = note_asked_estimate(staff=current_staff(), asked=form.asked(on=on), now=now())
    flash("Written down. Give it by its day.", "done")
    return redirect(url_for(".estimate", estimate_id=estimate_id), 303)


@blueprint.route("/asked/<int:account_id>", methods=["GET", "POST"])
@staff("tasks.work")
def asked_of(account_id: int) -> ResponseReturnValue:
    """A patient of this account."""
    people = found(people_of_account(account_id) or None)
    saw(accounts=[account_id], about=[account_id], kind="estimate")
    on = practice_day()
    form = AskedForm(asked_on=on).of(people)
    if not form.validate_on_submit():
        return show("estimates/asked.html", form=form, account_id=account_id)
    estimate_id = note_asked_estimate(staff=current_staff(), asked=form.asked(on=on), now=now())
    flash("Written down. Give it by its day.", "done")
    return redirect(url_for(".estimate", estimate_id=estimate_id), 303)


@blueprint.get("/<int:estimate_id>/record")
@staff("tasks.work")
def record(estimate_id: int) -> str:
    """The records that may be theirs."""
    return _show_record(_page(estimate_id), DropForm(formdata=None))


@blueprint.post("/<int:estimate_id>/record")
@staff("tasks.work")
def tie_record(estimate_id: int) -> ResponseReturnValue:
    """It is this patient."""
    page, form = _page(estimate_id), RecordForm()
    patient_id = form.patient.data
    if not form.validate_on_submit() or patient_id is None:
        return _show_record(page, DropForm(formdata=None))
    saw(patients=[patient_id], kind="estimate", id=estimate_id)
    tie_asker(staff=current_staff(), estimate_id=estimate_id, patient_id=patient_id, now=now())
    flash("The estimate is theirs. You can give it now.", "done")
    return redirect(url_for(".estimate", estimate_id=estimate_id), 303)


@blueprint.post("/<int:estimate_id>/drop")
@staff("tasks.work")
def drop(estimate_id: int) -> ResponseReturnValue:
    """They want none any more."""
    page, form = _page(estimate_id), DropForm()
    if not form.validate_on_submit():
        return _show_record(page, form)
    drop_asked(
        staff=current_staff(),
        estimate_id=estimate_id,
        reason=form.reason.data or "",
        now=now(),
    )
    flash("It is not needed any more.", "done")
    return redirect(url_for(".index"), 303)


def _page(estimate_id: int) -> EstimatePage:
    page = found(estimate_page(estimate_id))
    saw(kind="estimate", id=estimate_id)
    return found(page if page.row.without_record else None)


def _show_record(page: EstimatePage, form: DropForm) -> str:
    number = request.args.get("number", "")[:20]
    people = people_of_number(number)
    accounts = {one.account_id for one in people}
    saw(accounts=accounts, about=accounts, kind="estimate", id=page.row.id)
    return show("estimates/record.html", row=page.row, form=form, number=number, people=people)
