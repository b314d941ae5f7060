"""Payments that a bank took back."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.disputes import DisputePage, dispute_list, dispute_page
from portal.services.decide_dispute import decide_dispute
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.disputes.forms import DisputeForm
from staff_admin.blueprints.show import found, show

blueprint = Blueprint("disputes", __name__, url_prefix="/disputes")


@blueprint.get("/")
@staff("payments.view")
def index() -> str:
    """Every dispute; those that wait for a person first."""
    rows = dispute_list()
    saw(accounts=sorted({row.account_id for row in rows}), kind="disputes")
    return show("disputes/index.html", rows=rows)


@blueprint.get("/<int:dispute_id>")
@staff("payments.view")
def dispute(dispute_id: int) -> str:
    """One dispute, and what may be decided about it."""
    return show("disputes/dispute.html", page=_page(dispute_id), form=DisputeForm())


@blueprint.post("/<int:dispute_id>")
@staff("ledger.adjust")
def decide(dispute_id: int) -> ResponseReturnValue:
    """Show once more what the decision changes; then, when sure, post it."""
    page, form = _page(dispute_id), DisputeForm()
    if not form.validate_on_submit():
        return show("disputes/dispute.html", page=page, form=form)
    if not form.sure.data:
        return show("disputes/check.html", page=page, form=form)
    reason, who = form.reason.data or "", current_staff()
    decide_dispute(dispute_id=dispute_id, decision=form.chosen, reason=reason, staff=who, now=now())
    flash("Decided. The ledger and the patient’s bills show it now.", "done")
    return redirect(url_for(".dispute", dispute_id=dispute_id))


def _page(dispute_id: int) -> DisputePage:
    page = found(dispute_page(dispute_id, on=practice_day()))
    saw(accounts=[page.row.account_id], kind="disputes", id=dispute_id)
    return page
