"""Dispute a bill: what is wrong, which services, how much, and in one's own words (DISP-1)."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from billing.proxy_access import ProxyScope
from portal.blueprints.bill_disputes.forms import DisputeForm
from portal.queries.bill import BillPage, bill_page
from portal.queries.own_disputes import own_disputes
from portal.services.file_dispute import file_dispute
from portal.web.access import current_patient, patient, saw
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day

blueprint = Blueprint("bill_disputes", __name__)


@blueprint.get("/disputes")
@patient(scope=ProxyScope.FULL)
def index() -> str:
    """Every dispute, the newest first."""
    rows = own_disputes(current_patient())
    saw(accounts={row.account_id for row in rows}, kind="bill_disputes")
    return render_template("bill_disputes/index.html", rows=rows)


@blueprint.route("/bills/<int:visit_id>/dispute", methods=["GET", "POST"])
@patient(scope=ProxyScope.FULL)
def begin(visit_id: int) -> ResponseReturnValue:
    """One question a screen; the last one files it, and it holds from then on."""
    page, form = bill_page(current_patient(), visit_id, on=practice_day()), DisputeForm()
    if page is None:
        abort(404)
    saw(accounts=[page.account_id], patients=[page.patient_id], kind="visit", id=visit_id)
    form.offer(page, request.args.get("line", type=int))
    if step := form.open_step(page):
        form.step.data = step
        return render_template("bill_disputes/step.html", page=page, form=form, step=step)
    return redirect(url_for(".dispute", dispute_id=_file(form, page)))


def _file(form: DisputeForm, page: BillPage) -> UUID:
    """Hold it, and tell so."""
    dispute_id = file_dispute(
        viewer=current_patient(),
        filing=form.filing(page),
        form_id=form.id_of_form,
        public_url=gateways().public_url,
        now=now(),
    )
    saw(kind="bill_dispute", id=dispute_id, action="create")
    flash("We got your dispute. It is on hold from this moment.", "done")
    return dispute_id
