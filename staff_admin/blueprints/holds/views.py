"""Holds: the register with its filters, one account's with forms to set and end them, and the gate's denials."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from billing.holds import Action, Condition
from billing.money import Money
from portal.queries.hold_register import (
    KINDS,
    AccountHolds,
    HoldFilter,
    account_holds,
    gate_denials,
    hold_register,
)
from portal.services.set_hold import clear_cell, end_hold, set_hold
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.holds.forms import ClearForm, EndForm, HoldForm
from staff_admin.blueprints.show import found, page_number, show

blueprint = Blueprint("holds", __name__)
ACTIONS = {action.value: action.value.replace("_", " ").capitalize() for action in Action}


@blueprint.get("/holds/")
@staff("holds.view")
def index() -> str:
    """Everything that is held, the oldest first."""
    wanted = _wanted()
    register = hold_register(wanted, on=practice_day(), now=now(), number=page_number())
    saw(accounts=register.account_ids, kind="holds")
    return show("holds/index.html", register=register, wanted=wanted, kinds=KINDS)


@blueprint.get("/holds/denials")
@staff("holds.view")
def denials() -> str:
    """What the gate said no to, the newest first."""
    action, rule = request.args.get("action", ""), request.args.get("rule", "")[:20]
    account = request.args.get("account", 0, type=int)
    page = gate_denials(
        action=action if action in ACTIONS else "",
        rule=rule,
        account_id=account,
        number=page_number(),
    )
    saw(accounts={row.account_id for row in page.rows}, kind="gate_denials")
    return show(
        "holds/denials.html", page=page, actions=ACTIONS, action=action, rule=rule, account=account
    )


@blueprint.get("/accounts/<int:account_id>/holds")
@staff("holds.view")
def of_account(account_id: int) -> str:
    """The holds of one account."""
    return _show(_page(account_id))


@blueprint.post("/accounts/<int:account_id>/holds")
@staff("holds.set")
def begin(account_id: int) -> ResponseReturnValue:
    """Put a hold on it."""
    page, form = _page(account_id), HoldForm()
    if not form.validate_on_submit():
        return _show(page, form=form)
    set_hold(staff=current_staff(), account_id=account_id, asked=form.asked, now=now())
    return _done(account_id, "The account is held from this moment.")


@blueprint.route("/accounts/<int:account_id>/holds/<int:hold_id>/end", methods=["GET", "POST"])
@staff("holds.set")
def end(account_id: int, hold_id: int) -> ResponseReturnValue:
    """End a hold that a person set, with a reason."""
    page, form = _page(account_id), EndForm()
    row = found(next((one for one in page.rows if one.hold_id == hold_id), None))
    if not form.validate_on_submit():
        return show("holds/end.html", page=page, row=row, form=form)
    reason = form.reason.data or ""
    end_hold(
        staff=current_staff(), account_id=account_id, hold_id=hold_id, reason=reason, now=now()
    )
    return _done(account_id, "The hold is over.")


@blueprint.post("/accounts/<int:account_id>/holds/clear")
@staff("holds.decide")
def clear(account_id: int) -> ResponseReturnValue:
    """Record what one action waits for."""
    page = _page(account_id)
    form = _clear_form(page, ClearForm(prefix="clear"))
    if not form.validate_on_submit():
        return _show(page, clear_form=form)
    condition, action = form.cell.data.split("/")
    clear_cell(
        staff=current_staff(),
        account_id=account_id,
        condition=Condition(condition),
        action=Action(action),
        reason=form.reason.data or "",
        until_on=form.until_on.data,
        now=now(),
    )
    return _done(account_id, "It is on record.")


def _wanted() -> HoldFilter:
    kind = request.args.get("kind", "")
    return HoldFilter(
        kind=kind if kind in KINDS else "",
        age=request.args.get("age", ""),
        least=Money(max(0, request.args.get("least", 0, type=int)) * 100),
        overdue=request.args.get("overdue") == "1",
    )


def _page(account_id: int) -> AccountHolds:
    page = found(account_holds(account_id, on=practice_day()))
    saw(accounts=[account_id], patients=page.header.patient_ids, kind="hold", id=account_id)
    return page


def _clear_form(page: AccountHolds, form: ClearForm) -> ClearForm:
    form.cell.choices = [
        (f"{condition.value}/{action.value}", f"{ACTIONS[action.value]}: {words}")
        for condition, action, words in page.openable
    ]
    return form


def _show(page: AccountHolds, **forms: FlaskForm) -> str:
    form = forms.get("form") or HoldForm(formdata=None)
    clearing = forms.get("clear_form") or ClearForm(prefix="clear", formdata=None)
    return show("holds/account.html", page=page, form=form, clear_form=_clear_form(page, clearing))


def _done(account_id: int, words: str) -> ResponseReturnValue:
    flash(words, "done")
    return redirect(url_for(".of_account", account_id=account_id))
