"""The sign-ins of an account, and beginning one of them anew (ID-11)."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.account_sign_ins import sign_ins_page
from portal.services.reset_sign_in import reset_sign_in
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from staff_admin.blueprints.accounts.forms import ResetSignInForm
from staff_admin.blueprints.accounts.views import blueprint
from staff_admin.blueprints.show import found, show


@blueprint.route("/<int:account_id>/sign-ins", methods=["GET", "POST"])
@staff("sign_ins.reset")
def sign_ins(account_id: int) -> ResponseReturnValue:
    """Who may see this account on the patients' side, and a new beginning for one of them."""
    page, form = found(sign_ins_page(account_id)), ResetSignInForm()
    saw(accounts=[account_id], patients=page.header.patient_ids, kind="sign_ins", id=account_id)
    form.offer([(one.login_id, one.email) for one in page.sign_ins])
    if form.validate_on_submit():
        _reset(form, account_id)
        return redirect(url_for(".sign_ins", account_id=account_id))
    return show("accounts/sign_ins.html", page=page, form=form)


def _reset(form: ResetSignInForm, account_id: int) -> None:
    reset_sign_in(
        account_id=account_id,
        login_id=form.login_id.data,
        new_email=(form.new_email.data or "").lower(),
        checked=form.checked.data or "",
        by=current_staff(),
        public_url=gateways().public_url,
        now=now(),
    )
    flash("That sign-in was reset. We mailed its owner how to go on.", "done")
