"""The worklist of credit balances, and credit that pays what is due with the guarantor's yes (OPS-20, STMT-11)."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms.validators import UUID

from portal.queries.staff_account import account_title
from portal.queries.staff_credits import credits_page
from portal.services.use_credit_for import use_credit_for
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.fields import at_most, required
from portal.web.note_field import NoteField
from portal.web.practice_day import practice_day
from staff_admin.blueprints.show import found, show

blueprint = Blueprint("credits", __name__, url_prefix="/credits")


class UseForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Who agreed that credit pays another bill. The id made with the page uses it once."""

    form_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    agreed = NoteField("Who agreed, and how", [required("who agreed"), at_most(300, "It")])


@blueprint.get("/")
@staff("refunds.view")
def index() -> str:
    """What goes back first at the top; what waits for insurance apart."""
    page = credits_page(on=practice_day())
    waiting = {one.account_id for one in page.waiting}
    saw(accounts=waiting | {one.account_id for one in page.rows}, kind="credits")
    return show("credits/index.html", page=page, today=practice_day())


@blueprint.route("/<int:account_id>/use", methods=["GET", "POST"])
@staff("ledger.adjust")
def use(account_id: int) -> ResponseReturnValue:
    """Settle what is due from the credit."""
    header, form = found(account_title(account_id)), UseForm()
    saw(accounts=[account_id], patients=header.patient_ids, kind="credits", id=account_id)
    if form.validate_on_submit():
        used = use_credit_for(
            form_id=uuid.UUID(form.form_id.data),
            account_id=account_id,
            agreed=form.agreed.data or "",
            staff=current_staff(),
            on=practice_day(),
            now=now(),
        )
        flash(f"{used} of credit paid what was due.", "done")
        return redirect(url_for("accounts.account", account_id=account_id))
    return show("credits/use.html", header=header, form=form, account_id=account_id)
