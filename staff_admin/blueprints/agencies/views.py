"""The list of agencies, one of them with what it lacks, and the forms to write it down and approve it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from billing.free_text import CardNumberRefused
from billing.placement import Term
from portal.queries.agency_pages import AgencyPage, agency_list, agency_page
from portal.services.add_agency import CannotKeepAgency, add_agency
from portal.services.approve_agency import approve_agency
from portal.services.change_agency import change_agency
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.agencies.forms import AgencyForm, VersionForm
from staff_admin.blueprints.show import found, show

KEPT = "Kept. The approval still counts."
WAITS = "Kept. Another person approves it before anything is placed there."

blueprint = Blueprint("agencies", __name__, url_prefix="/agencies")


@blueprint.get("/")
@staff("agencies.view")
def index() -> str:
    """Each agency, and whether a bill may go there."""
    saw(kind="agencies")
    return show("agencies/index.html", agencies=agency_list(on=practice_day()))


@blueprint.route("/new", methods=["GET", "POST"])
@staff("agencies.edit")
def new() -> ResponseReturnValue:
    """Write one down."""
    form = AgencyForm()
    if form.validate_on_submit():
        try:
            agency_id = add_agency(staff=current_staff(), details=form.details, now=now())
        except (CannotKeepAgency, CardNumberRefused) as refused:
            form.form_errors.append(str(refused))
        else:
            flash(WAITS, "done")
            return redirect(url_for(".agency", agency_id=agency_id))
    return show("agencies/form.html", form=form, page=None, terms=tuple(Term))


@blueprint.get("/<int:agency_id>")
@staff("agencies.view")
def agency(agency_id: int) -> str:
    """The contract, what it lacks, and its history."""
    page = _page(agency_id)
    form = VersionForm(formdata=None, upon=str(page.version))
    return show("agencies/agency.html", page=page, line=page.line, form=form)


@blueprint.route("/<int:agency_id>/change", methods=["GET", "POST"])
@staff("agencies.edit")
def change(agency_id: int) -> ResponseReturnValue:
    """A new version."""
    page = _page(agency_id)
    form = AgencyForm.of(page.line.facts, page.version)
    if form.validate_on_submit() and _changed(form, agency_id):
        return redirect(url_for(".agency", agency_id=agency_id))
    return show("agencies/form.html", form=form, page=page, terms=tuple(Term))


@blueprint.post("/<int:agency_id>/approve")
@staff("agencies.approve")
def approve(agency_id: int) -> ResponseReturnValue:
    """The second person's yes."""
    _page(agency_id)
    form = VersionForm()
    new_yes = approve_agency(
        staff=current_staff(), agency_id=agency_id, upon=form.seen, on=practice_day(), now=now()
    )
    flash("Approved. Bills may go there now." if new_yes else "It was approved before.", "done")
    return redirect(url_for(".agency", agency_id=agency_id))


def _page(agency_id: int) -> AgencyPage:
    page = found(agency_page(agency_id, on=practice_day()))
    saw(kind="agency", id=agency_id)
    return page


def _changed(form: AgencyForm, agency_id: int) -> bool:
    """Keep it; what is wrong with it goes to the top of the form."""
    try:
        still = change_agency(
            staff=current_staff(),
            agency_id=agency_id,
            upon=form.seen,
            details=form.details,
            reason=form.reason.data or "",
            now=now(),
        )
    except (CannotKeepAgency, CardNumberRefused) as refused:
        form.form_errors.append(str(refused))
        return False
    flash(KEPT if still else WAITS, "done")
    return True
