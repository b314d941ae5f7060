"""The day summary: look, enter what the bank shows, explain, close, reopen, export."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from billing.money import ZERO
from portal.queries.day_drawer import drawer_page
from portal.queries.day_summary import day_summary
from portal.services.close_day import close_day, explain_difference, reopen_day
from portal.services.count_drawer import CountRefused, count_drawer
from portal.services.enter_deposit import enter_deposit
from portal.services.export_day import day_csv
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.day.forms import (
    CloseForm,
    DepositForm,
    DrawerForm,
    ExplainForm,
    ReopenForm,
)
from staff_admin.blueprints.show import found, show

REPEATED = "It was entered before and stands once."
EARLIEST = date(2000, 1, 1)
SHOWN = 45  # days to choose from
MATCHED = {
    "remittance": "Entered and matched to its remittance.",
    "payout": "Entered; it confirms the card company's payout.",
    "": "Entered. Nothing here is this amount or trace: it stands as a difference.",
}

blueprint = Blueprint("day", __name__, url_prefix="/day")


@blueprint.get("/")
@staff("day.view")
def index() -> str:
    """One day: remittances, receipts, payouts, deposits, and what does not agree."""
    return _show()


@blueprint.post("/deposit")
@staff("day.deposit")
def deposit() -> ResponseReturnValue:
    """Enter a line of the bank's statement."""
    form = DepositForm(prefix="deposit")
    if not form.validate_on_submit():
        return _show(deposit_form=form)
    entered = enter_deposit(
        form_id=form.id_of_form,
        deposited_on=found(form.deposited_on.data),
        amount=form.amount.data or ZERO,
        trace=form.trace.data or "",
        staff=current_staff(),
        on=practice_day(),
        now=now(),
    )
    flash(REPEATED if entered.repeated else MATCHED[entered.matched], "done")
    return redirect(url_for(".index", on=found(form.deposited_on.data).isoformat()))


@blueprint.route("/drawer", methods=["GET", "POST"])
@staff("payments.take")
def drawer() -> ResponseReturnValue:
    """Count the cash drawer, without seeing what another counted or what is expected."""
    day, form = chosen_day(), DrawerForm()
    saw(kind="cash_count", id=day)
    if form.validate_on_submit() and _counted(form, day):
        return redirect(url_for(".drawer", on=day.isoformat()))
    return show("day/drawer.html", page=drawer_page(day), form=form)


@blueprint.post("/explain")
@staff("day.explain")
def explain() -> ResponseReturnValue:
    """Say why a difference is right as it stands."""
    day, form = chosen_day(), ExplainForm(prefix="explain")
    if not form.validate_on_submit():
        return _show(explain_form=form)
    explain_difference(
        day=day,
        key=form.key.data or "",
        note=form.note.data or "",
        staff=current_staff(),
        now=now(),
    )
    flash("Explained.", "done")
    return redirect(url_for(".index", on=day.isoformat()))


@blueprint.post("/close")
@staff("day.close")
def close() -> ResponseReturnValue:
    """Close the day: its figures are frozen."""
    day, form = chosen_day(), CloseForm(prefix="close")
    if form.validate_on_submit():
        close_day(day=day, staff=current_staff(), on=practice_day(), now=now())
        flash("Closed. Nothing is posted into this day any more.", "done")
    return redirect(url_for(".index", on=day.isoformat()))


@blueprint.post("/reopen")
@staff("day.reopen")
def reopen() -> ResponseReturnValue:
    """Open a closed day again, with the reason."""
    day, form = chosen_day(), ReopenForm(prefix="reopen")
    if not form.validate_on_submit():
        return _show(reopen_form=form)
    reopen_day(day=day, reason=form.reason.data or "", staff=current_staff(), now=now())
    flash("Open again. The figures as closed are kept.", "done")
    return redirect(url_for(".index", on=day.isoformat()))


@blueprint.get("/export.csv")
@staff("day.view")
def export() -> Response:
    """The day as a table for a spreadsheet; it names payers and numbers, no patient."""
    day = chosen_day()
    saw(kind="day", id=day, action="export")
    headers = {"Content-Disposition": f'attachment; filename="day-{day.isoformat()}.csv"'}
    return Response(day_csv(day_summary(day)), mimetype="text/csv", headers=headers)


def _counted(form: DrawerForm, day: date) -> bool:
    """Keep the count, or put the refusal on the form."""
    try:
        fresh = count_drawer(
            form_id=form.id_of_form,
            day=day,
            pieces=form.pieces,
            coins=form.coins.data or ZERO,
            float_kept=form.float_kept.data or ZERO,
            staff=current_staff(),
            on=practice_day(),
            now=now(),
        )
    except CountRefused as refused:
        form.form_errors.append(str(refused))
        return False
    flash("Your count is kept." if fresh else REPEATED, "done")
    return True


def chosen_day() -> date:
    """The day in the address; nonsense means today."""
    try:
        day = date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        return practice_day()
    return day if EARLIEST <= day <= practice_day() else practice_day()


def _show(**forms: FlaskForm) -> str:
    day = chosen_day()
    saw(kind="day", id=day)
    empty = {
        "deposit_form": DepositForm(prefix="deposit", formdata=None, data={"deposited_on": day}),
        "explain_form": ExplainForm(prefix="explain", formdata=None),
        "close_form": CloseForm(prefix="close", formdata=None),
        "reopen_form": ReopenForm(prefix="reopen", formdata=None),
    }
    return show("day/index.html", page=day_summary(day), **_around(day), **(empty | forms))


def _around(day: date) -> dict[str, object]:
    """The days one may go to from here."""
    today, one = practice_day(), timedelta(days=1)
    recent = {today - n * one for n in range(SHOWN)} | {day}
    return {
        "today": today,
        "before": day - one,
        "after": day + one,
        "days": sorted(recent, reverse=True),
    }
