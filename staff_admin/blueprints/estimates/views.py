"""Estimates that are owed, giving one, and letting a bill far above its estimate go out."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from billing.duties import Duty
from portal.queries.alone import may_decide_alone
from portal.queries.estimate_choice import asked_before, tie_of, unclear_bills
from portal.queries.estimate_disputes import open_disputes
from portal.queries.staff_estimates import (
    FILTERS,
    WHY,
    CheckPage,
    EstimatePage,
    check_page,
    estimate_list,
    estimate_page,
    open_checks,
)
from portal.services.end_estimate_check import correct_check, release_check, review_check
from portal.services.issue_estimate import issue_estimate
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.estimates.forms import (
    ExpectedForm,
    FindingForm,
    asked_lines,
    line_forms,
)
from staff_admin.blueprints.show import found, page_number, show

blueprint = Blueprint("estimates", __name__, url_prefix="/estimates")


@blueprint.get("/")
@staff("tasks.view")
def index() -> str:
    """What is owed by its last day, and the bills that are held."""
    wanted = request.args.get("show", "due")
    wanted = wanted if wanted in FILTERS else "due"
    on = practice_day()
    page, checks = estimate_list(wanted, on=on, page=page_number()), open_checks()
    unclear, disputes = unclear_bills(), open_disputes()
    people = {row.patient_id for row in page.rows if row.patient_id}
    people |= {one.patient_id for one in checks} | {one.patient_id for one in unclear}
    saw(patients=people | {one.bill.patient_id for one in disputes}, kind="estimates")
    held = {"checks": checks, "unclear": unclear, "disputes": disputes}
    shown = {"page": page, "wanted": wanted, "on": on, "filters": FILTERS, "why": WHY}
    return show("estimates/index.html", **held, **shown)


@blueprint.get("/<int:estimate_id>")
@staff("tasks.view")
def estimate(estimate_id: int) -> str:
    """One: to be checked and given, or as it was given."""
    page = _page(estimate_id)
    return _show(page, line_forms(page, sent=False))


@blueprint.post("/<int:estimate_id>")
@staff("tasks.work")
def give(estimate_id: int) -> ResponseReturnValue:
    """Its lines are right: write it."""
    page = _page(estimate_id)
    forms = line_forms(page, sent=True)
    lines = asked_lines(forms)
    if lines is None:
        return _show(page, forms)
    issue_estimate(
        staff=current_staff(),
        estimate_id=estimate_id,
        lines=lines,
        public_url=gateways().public_url,
        now=now(),
    )
    flash("The estimate was given. The patient can read it now.", "done")
    return redirect(url_for(".estimate", estimate_id=estimate_id), 303)


@blueprint.get("/bills/<int:check_id>")
@staff("tasks.view")
def check(check_id: int) -> str:
    """One bill beside its estimate."""
    return _show_check(_check(check_id), FindingForm(formdata=None))


@blueprint.post("/bills/<int:check_id>/review")
@staff("tasks.work")
def review(check_id: int) -> ResponseReturnValue:
    """The first person: why the bill is right."""
    page, form = _check(check_id), FindingForm()
    if not form.validate_on_submit():
        return _show_check(page, form)
    review_check(
        staff=current_staff(), check_id=check_id, finding=form.finding.data or "", now=now()
    )
    flash("Kept. Another person lets the bill go out.", "done")
    return redirect(url_for(".check", check_id=check_id), 303)


@blueprint.post("/bills/<int:check_id>/release")
@staff("holds.decide")
def release(check_id: int) -> ResponseReturnValue:
    """The second person: it goes out."""
    _check(check_id)
    release_check(staff=current_staff(), check_id=check_id, now=now())
    flash("The bill is not held any more. It tells of the right to dispute it.", "done")
    return redirect(url_for(".check", check_id=check_id), 303)


@blueprint.post("/bills/<int:check_id>/correct")
@staff("tasks.work")
def correct(check_id: int) -> ResponseReturnValue:
    """The charges were corrected: compare again."""
    _check(check_id)
    correct_check(staff=current_staff(), check_id=check_id, now=now())
    flash("It is less than $400.00 above now, and not held any more.", "done")
    return redirect(url_for(".check", check_id=check_id), 303)


def _page(estimate_id: int) -> EstimatePage:
    page = found(estimate_page(estimate_id))
    people = () if page.row.patient_id is None else (page.row.patient_id,)
    saw(patients=people, kind="estimate", id=estimate_id)
    return page


def _check(check_id: int) -> CheckPage:
    page = found(check_page(check_id))
    saw(patients=(page.row.patient_id,), kind="estimate_check", id=check_id)
    return page


def _show(page: EstimatePage, forms: list[ExpectedForm]) -> str:
    row = page.row
    booked = row.state == "due" and row.appointment_id is not None
    before = asked_before(row.patient_id, row.service_on) if booked else ()
    shown = {"page": page, "forms": forms, "on": practice_day(), "why": WHY}
    return show("estimates/estimate.html", **shown, tied=tie_of(row.id), before=before)


def _show_check(page: CheckPage, form: FindingForm) -> str:
    alone = may_decide_alone(current_staff(), Duty.ESTIMATE)
    return show("estimates/check.html", page=page, row=page.row, form=form, alone=alone)
