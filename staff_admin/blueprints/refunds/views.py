"""Refunds, from the wish to what became of it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from billing.free_text import CardNumberRefused
from billing.refunds import RefundRefused
from billing.transitions import RefundState
from portal.queries.refunds import (
    RefundAsk,
    RefundPage,
    RefundPreview,
    refund_ask,
    refund_list,
    refund_page,
)
from portal.services.decide_refund import approve_refund, decline_refund
from portal.services.request_refund import request_refund
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.refunds.forms import DeclineForm, RefundForm
from staff_admin.blueprints.show import found, show

OUTCOMES = {
    RefundState.SUCCEEDED: ("The money is on its way to the patient.", "done"),
    RefundState.PENDING: ("The card company took it over and will send it.", "done"),
    RefundState.REFUSED: ("No money was sent. The page says why.", "error"),
}
ASKING = ("The card company has not answered yet. We ask again by ourselves.", "info")

blueprint = Blueprint("refunds", __name__, url_prefix="/refunds")


@blueprint.get("/")
@staff("refunds.view")
def index() -> str:
    """What waits for a second person, and what became of the others."""
    page = refund_list(current_staff())
    saw(accounts=page.account_ids, kind="refunds")
    return show("refunds/index.html", page=page)


@blueprint.route("/of/<int:account_id>/<uuid:payment_id>", methods=["GET", "POST"])
@staff("refunds.request")
def ask(account_id: int, payment_id: UUID) -> ResponseReturnValue:
    """How much of a payment goes back, why, and what will be owed afterwards."""
    page, form = _payment(account_id, payment_id)
    preview = _previewed(form, page) if form.validate_on_submit() else None
    if preview is not None:
        return show("refunds/preview.html", page=page, form=form, preview=preview)
    return show("refunds/ask.html", page=page, form=form)


@blueprint.post("/of/<int:account_id>/<uuid:payment_id>/send")
@staff("refunds.request")
def send(account_id: int, payment_id: UUID) -> ResponseReturnValue:
    """Ask a second person to approve it."""
    page, form = _payment(account_id, payment_id)
    if form.validate_on_submit() and _asked(form, page):
        return redirect(url_for(".refund", refund_id=form.id_of_form))
    return show("refunds/ask.html", page=page, form=form)


@blueprint.get("/<uuid:refund_id>")
@staff("refunds.view")
def refund(refund_id: UUID) -> str:
    """One refund, its history, and what may be done with it."""
    return _show(_refund(refund_id), DeclineForm())


@blueprint.post("/<uuid:refund_id>/approve")
@staff("refunds.approve")
def approve(refund_id: UUID) -> ResponseReturnValue:
    """The second person sends it."""
    _refund(refund_id)
    approve_refund(
        refund_id=refund_id,
        staff=current_staff(),
        gateway=gateways().payments,
        public_url=gateways().public_url,
        now=now(),
    )
    flash(*OUTCOMES.get(_refund(refund_id).row.state, ASKING))
    return redirect(url_for(".refund", refund_id=refund_id))


@blueprint.post("/<uuid:refund_id>/decline")
@staff("refunds.approve")
def decline(refund_id: UUID) -> ResponseReturnValue:
    """The second person says no, and why."""
    page, form = _refund(refund_id), DeclineForm()
    if not form.validate_on_submit():
        return _show(page, form)
    reason = form.reason.data or ""
    decline_refund(refund_id=refund_id, reason=reason, staff=current_staff(), now=now())
    flash("Declined. Nothing was sent, and whoever asked reads your reason.", "done")
    return redirect(url_for(".refund", refund_id=refund_id))


def _payment(account_id: int, payment_id: UUID) -> tuple[RefundAsk, RefundForm]:
    page = found(refund_ask(account_id, payment_id, on=practice_day()))
    saw(accounts=[account_id], patients=page.patient_ids, kind="refunds", id=payment_id)
    form = RefundForm()
    form.offer(page)
    return page, form


def _previewed(form: RefundForm, page: RefundAsk) -> RefundPreview | None:
    """What it would do, or the refusal on the form."""
    try:
        return page.preview(form.wish.amount, form.wish.charge_id)
    except RefundRefused as refused:
        form.form_errors.append(str(refused))
        return None


def _asked(form: RefundForm, page: RefundAsk) -> bool:
    """Ask for it, or put the refusal on the form."""
    try:
        fresh = request_refund(
            refund_id=form.id_of_form,
            account_id=page.account_id,
            payment_id=page.payment_id,
            wish=form.wish,
            staff=current_staff(),
            on=practice_day(),
            now=now(),
        )
    except (RefundRefused, CardNumberRefused) as refused:
        form.form_errors.append(str(refused))
        return False
    again = "" if fresh else " It was asked for before and stands once."
    flash(f"Asked for. Another person approves it before anything is sent.{again}", "done")
    return True


def _refund(refund_id: UUID) -> RefundPage:
    page = found(refund_page(current_staff(), refund_id, on=practice_day()))
    patients = page.ask.patient_ids if page.ask else ()
    saw(accounts=[page.row.account_id], patients=patients, kind="refunds", id=refund_id)
    return page


def _show(page: RefundPage, form: DeclineForm) -> str:
    return show("refunds/refund.html", page=page, form=form, preview=_if_approved(page))


def _if_approved(page: RefundPage) -> RefundPreview | str | None:
    """What approving would do now; the refusal's words where it would not fit any more."""
    if page.ask is None:
        return None
    try:
        return page.if_approved
    except RefundRefused as refused:
        return str(refused)
