"""Refunds by check: the register, from the wish to the day on which the bank shows it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from billing.free_text import CardNumberRefused
from billing.refunds import RefundRefused
from portal.queries.check_register import (
    CheckAsk,
    CheckPage,
    check_ask,
    check_page,
    check_register,
)
from portal.services.decide_check import approve_check, decline_check
from portal.services.export_checks import checks_csv
from portal.services.request_check import request_check
from portal.services.write_check import clear_check, void_check, write_check
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.refunds.check_forms import CheckForm, ClearForm, VoidForm, WriteForm
from staff_admin.blueprints.refunds.forms import DeclineForm
from staff_admin.blueprints.show import found, show

blueprint = Blueprint("checks", __name__, url_prefix="/checks")


@blueprint.get("/")
@staff("refunds.view")
def index() -> str:
    """Every check: those that wait first, with their clock."""
    rows = check_register(current_staff())
    saw(accounts=sorted({row.account_id for row in rows}), kind="check_refunds")
    return show("checks/index.html", rows=rows, today=practice_day())


@blueprint.get("/register.csv")
@staff("refunds.view")
def export() -> Response:
    """The register as a table: for printing what is approved, and for the bank."""
    rows = check_register(current_staff())
    accounts = sorted({row.account_id for row in rows})
    saw(accounts=accounts, kind="check_refunds", action="export")
    headers = {"Content-Disposition": 'attachment; filename="checks.csv"'}
    return Response(checks_csv(rows), mimetype="text/csv", headers=headers)


@blueprint.route("/of/<int:account_id>", methods=["GET", "POST"])
@staff("refunds.request")
def ask(account_id: int) -> ResponseReturnValue:
    """Ask for a check: of credit that no card takes, or of a payment whose card is closed."""
    page, form = found(check_ask(account_id, on=practice_day(), now=now())), CheckForm()
    saw(accounts=[account_id], kind="check_refunds")
    form.offer(page)
    if form.validate_on_submit() and _asked(form, page):
        return redirect(url_for(".check", check_id=form.id_of_form))
    return show("checks/ask.html", page=page, form=form)


@blueprint.get("/<uuid:check_id>")
@staff("refunds.view")
def check(check_id: UUID) -> str:
    """One check, its history, and what may be done with it."""
    return _show(check_id)


@blueprint.post("/<uuid:check_id>/approve")
@staff("refunds.approve")
def approve(check_id: UUID) -> ResponseReturnValue:
    """The second person lets it be written."""
    _page(check_id)
    approve_check(check_id=check_id, staff=current_staff(), on=practice_day(), now=now())
    flash("Approved. Print it, then enter its number here.", "done")
    return redirect(url_for(".check", check_id=check_id))


@blueprint.post("/<uuid:check_id>/decline")
@staff("refunds.approve")
def decline(check_id: UUID) -> ResponseReturnValue:
    """The second person says no, and why."""
    form = DeclineForm(prefix="decline")
    if not form.validate_on_submit():
        return _show(check_id, decline_form=form)
    _page(check_id)
    reason = form.reason.data or ""
    decline_check(check_id=check_id, reason=reason, staff=current_staff(), now=now())
    flash("Declined. Nothing is sent.", "done")
    return redirect(url_for(".check", check_id=check_id))


@blueprint.post("/<uuid:check_id>/write")
@staff("refunds.request")
def write(check_id: UUID) -> ResponseReturnValue:
    """Its number and date are entered, and it is posted."""
    form, day = WriteForm(prefix="write"), practice_day()
    if not form.validate_on_submit():
        return _show(check_id, write_form=form)
    _page(check_id)
    number, dated = form.number.data or "", found(form.written_on.data)
    who = current_staff()
    write_check(check_id=check_id, number=number, written_on=dated, staff=who, on=day, now=now())
    flash("Entered. The ledger and the patient’s bills show it now.", "done")
    return redirect(url_for(".check", check_id=check_id))


@blueprint.post("/<uuid:check_id>/clear")
@staff("day.deposit")
def clear(check_id: UUID) -> ResponseReturnValue:
    """The bank's statement shows it."""
    form, day = ClearForm(prefix="clear"), practice_day()
    if not form.validate_on_submit():
        return _show(check_id, clear_form=form)
    _page(check_id)
    cashed = found(form.cleared_on.data)
    clear_check(check_id=check_id, cleared_on=cashed, staff=current_staff(), on=day, now=now())
    flash("It is reconciled with the bank.", "done")
    return redirect(url_for(".check", check_id=check_id))


@blueprint.post("/<uuid:check_id>/void")
@staff("refunds.approve")
def void(check_id: UUID) -> ResponseReturnValue:
    """It was never cashed: its entry is reversed."""
    form, day = VoidForm(prefix="void"), practice_day()
    if not form.validate_on_submit():
        return _show(check_id, void_form=form)
    _page(check_id)
    reason = form.reason.data or ""
    void_check(check_id=check_id, reason=reason, staff=current_staff(), on=day, now=now())
    flash("Void. What it had posted is reversed.", "done")
    return redirect(url_for(".check", check_id=check_id))


def _asked(form: CheckForm, page: CheckAsk) -> bool:
    """Ask for it, or put the refusal on the form."""
    try:
        request_check(
            check_id=form.id_of_form,
            account_id=page.account_id,
            wish=form.wish,
            staff=current_staff(),
            on=practice_day(),
            now=now(),
        )
    except (RefundRefused, CardNumberRefused) as refused:
        form.form_errors.append(str(refused))
        return False
    flash("Asked for. Another person approves it before it is written.", "done")
    return True


def _page(check_id: UUID) -> CheckPage:
    page = found(check_page(current_staff(), check_id))
    saw(accounts=[page.row.account_id], kind="check_refunds", id=check_id)
    return page


def _show(check_id: UUID, **forms: FlaskForm) -> str:
    empty = {
        "decline_form": DeclineForm(prefix="decline", formdata=None),
        "write_form": WriteForm(prefix="write", formdata=None, data={"written_on": practice_day()}),
        "clear_form": ClearForm(prefix="clear", formdata=None),
        "void_form": VoidForm(prefix="void", formdata=None),
    }
    return show("checks/check.html", page=_page(check_id), today=practice_day(), **(empty | forms))
