"""What one person decided alone, and the months that the owner signs (OPS-13)."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.alone import owner_review
from portal.services.review_alone import sign_alone_month
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.audit.forms import SignOffForm
from staff_admin.blueprints.show import page_number, show

blueprint = Blueprint("owner_review", __name__, url_prefix="/owner-review")


@blueprint.get("/")
@staff("alone.view")
def index() -> str:
    """The log, the newest first, and the months."""
    page = owner_review(on=practice_day(), number=page_number())
    saw(accounts=page.account_ids, kind="alone_decisions")
    return show("owner_review/index.html", page=page)


@blueprint.post("/sign")
@staff("alone.review")
def sign() -> ResponseReturnValue:
    """Sign a month that is over."""
    form = SignOffForm()
    if form.validate_on_submit():
        month = _month(form.month.data or "")
        saw(kind="owner_review", id=month.isoformat()[:7])
        sign_alone_month(staff=current_staff(), month=month, note=form.note.data or "", now=now())
        flash("The month is signed.", "done")
    return redirect(url_for(".index"))


def _month(typed: str) -> date:
    """The month of the button; nonsense is one that is not over."""
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return practice_day()
