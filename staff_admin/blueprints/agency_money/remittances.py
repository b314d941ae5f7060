"""What an agency took for us and has not paid, and its own checks and transfers (COLL-21)."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from billing.money import ZERO
from portal.queries.agency_remittances import (
    RemittancePage,
    RemittancesPage,
    remittance_page,
    remittances_page,
)
from portal.services.day_lock import DayClosed
from portal.services.enter_agency_remittance import (
    AgencyPaid,
    RemittanceRefused,
    enter_agency_remittance,
)
from portal.services.take_back_agency_remittance import take_back_agency_remittance
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.agency_money.blueprint import blueprint
from staff_admin.blueprints.agency_money.forms import AgencyPaidForm, TakeBackForm
from staff_admin.blueprints.show import found, show


@blueprint.get("/remittances")
@staff("collections.view")
def remittances(agency_id: int) -> str:
    """What is outstanding, and what came."""
    return show("agency_money/remittances.html", page=_page(agency_id))


@blueprint.route("/remittances/new", methods=["GET", "POST"])
@staff("collections.work")
def new_remittance(agency_id: int) -> ResponseReturnValue:
    """Write down a check or a transfer of the agency with the payments that it brings."""
    page, form = _page(agency_id), AgencyPaidForm()
    form.offer(page)
    if form.validate_on_submit() and _entered(form, agency_id):
        flash("Posted. The bank’s line is matched when it comes.", "done")
        return redirect(url_for(".remittances", agency_id=agency_id))
    return show("agency_money/new_remittance.html", page=page, form=form)


@blueprint.get("/remittances/<uuid:remittance_id>")
@staff("collections.view")
def remittance(agency_id: int, remittance_id: UUID) -> str:
    """One check or transfer with what it brings."""
    return _show_one(_one(agency_id, remittance_id), TakeBackForm(formdata=None))


@blueprint.post("/remittances/<uuid:remittance_id>/take-back")
@staff("collections.sign")
def take_back(agency_id: int, remittance_id: UUID) -> ResponseReturnValue:
    """Take one back that was entered by mistake."""
    page, form = _one(agency_id, remittance_id), TakeBackForm()
    if not form.validate_on_submit() or not _taken_back(form, page):
        return _show_one(page, form)
    flash("Taken back. What it had brought waits again.", "done")
    return redirect(url_for(".remittance", agency_id=agency_id, remittance_id=remittance_id))


def _taken_back(form: TakeBackForm, page: RemittancePage) -> bool:
    """Reverse it, or put the refusal on the form."""
    try:
        take_back_agency_remittance(
            agency_id=page.agency_id,
            remittance_id=page.paid.id,
            reason=form.reason.data or "",
            staff=current_staff(),
            on=practice_day(),
            now=now(),
        )
    except (RemittanceRefused, DayClosed) as refused:
        form.form_errors.append(str(refused))
        return False
    return True


def _one(agency_id: int, remittance_id: UUID) -> RemittancePage:
    page = found(remittance_page(agency_id, remittance_id))
    accounts = {one.account_id for one in page.brings}
    saw(accounts=accounts, kind="agency_remittance", id=remittance_id)
    return page


def _show_one(page: RemittancePage, form: TakeBackForm) -> str:
    mine = page.entered_by_id == current_staff().login_id
    return show("agency_money/remittance.html", page=page, form=form, mine=mine)


def _entered(form: AgencyPaidForm, agency_id: int) -> bool:
    """Post it, or put the refusal on the form."""
    paid = AgencyPaid(
        form_id=form.id_of_form,
        agency_id=agency_id,
        received_on=form.received_on.data or practice_day(),
        gross=form.gross.data or ZERO,
        fee=form.fee.data or ZERO,
        trace=form.trace.data or "",
        covers=form.covers.data or (),
        through=form.through.data,
    )
    try:
        enter_agency_remittance(paid, staff=current_staff(), on=practice_day(), now=now())
    except (RemittanceRefused, DayClosed) as refused:
        form.form_errors.append(str(refused))
        return False
    return True


def _page(agency_id: int) -> RemittancesPage:
    page = found(remittances_page(agency_id))
    accounts = {one.account_id for one in page.waiting}
    saw(accounts=accounts, kind="agency_remittances", id=agency_id)
    return page
