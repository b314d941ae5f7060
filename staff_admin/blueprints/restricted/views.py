"""What stands before a restricted account, and the manager's page of its restriction."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from billing.audit_rules import GlassReason, Restriction
from portal.queries.restricted import RestrictionPage, closed_door, restriction_page
from portal.services.break_glass import break_glass
from portal.services.restrict_account import lift_restriction, restrict_account
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.step_up import confirm_first
from staff_admin.blueprints.restricted.forms import GlassForm, LiftForm, RestrictForm
from staff_admin.blueprints.show import found, show

blueprint = Blueprint("restricted", __name__)


@blueprint.route("/restricted/<int:closed_id>/open", methods=["GET", "POST"])
@staff("accounts.view", restricted=True)
def open_account(closed_id: int) -> ResponseReturnValue:
    """After the password once more, a reason opens it for a while."""
    door = found(closed_door(closed_id))
    saw(accounts=[closed_id], kind="restricted_account", id=closed_id)
    if asked := confirm_first():
        return asked
    form = GlassForm()
    if form.validate_on_submit():
        code, reason = GlassReason(form.code.data), form.reason.data or ""
        break_glass(
            staff=current_staff(), account_id=closed_id, code=code, reason=reason, now=now()
        )
        flash("The account is open to you for a while. Your reason is kept.", "done")
        return redirect(url_for("accounts.account", account_id=closed_id))
    return show("restricted/open.html", form=form, door=door)


@blueprint.get("/accounts/<int:account_id>/restriction")
@staff("accounts.restrict")
def of_account(account_id: int) -> str:
    """Whether it is restricted, since when, and who opened it for a reason."""
    return _show(
        found(restriction_page(account_id)), RestrictForm(formdata=None), LiftForm(formdata=None)
    )


@blueprint.post("/accounts/<int:account_id>/restriction")
@staff("accounts.restrict")
def restrict(account_id: int) -> ResponseReturnValue:
    """Restrict it."""
    page, form = found(restriction_page(account_id)), RestrictForm()
    if not form.validate_on_submit():
        return _show(page, form, LiftForm(formdata=None))
    saw(accounts=[account_id], kind="restriction")
    restrict_account(
        staff=current_staff(),
        account_id=account_id,
        kind=Restriction(form.kind.data),
        staff_login_id=form.colleague_id,
        reason=form.reason.data or "",
        now=now(),
    )
    flash("The account is restricted from now on.", "done")
    return redirect(url_for(".of_account", account_id=account_id))


@blueprint.post("/accounts/<int:account_id>/restriction/lift")
@staff("accounts.restrict")
def lift(account_id: int) -> ResponseReturnValue:
    """Open it to every role again."""
    page, form = found(restriction_page(account_id)), LiftForm()
    if not form.validate_on_submit():
        return _show(page, RestrictForm(formdata=None), form)
    saw(accounts=[account_id], kind="restriction")
    reason = form.reason.data or ""
    lift_restriction(staff=current_staff(), account_id=account_id, reason=reason, now=now())
    flash("Every role opens the account again.", "done")
    return redirect(url_for(".of_account", account_id=account_id))


def _show(page: RestrictionPage, form: RestrictForm, lift_form: LiftForm) -> str:
    form.colleague.choices = [
        ("", "Nobody’s"),
        *((str(one), name) for one, name in page.colleagues),
    ]
    saw(accounts=[page.header.id], patients=page.header.patient_ids, kind="restriction")
    return show("restricted/account.html", page=page, form=form, lift_form=lift_form)
