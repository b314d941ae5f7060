"""Enter a batch, post it when it agrees, see it again, and take back a check that came back."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from billing.money import ZERO
from portal.queries.receipt_batches import accounts_by_digits, batch_receipts, recent_batches
from portal.services.post_batch import post_batch
from portal.services.return_check import return_check
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.batches.forms import BatchForm
from staff_admin.blueprints.show import found, show

blueprint = Blueprint("batches", __name__, url_prefix="/batches")


@blueprint.get("/")
@staff("payments.take")
def index() -> str:
    """The batches posted lately."""
    saw(kind="receipt_batch")
    return show("batches/index.html", batches=recent_batches())


@blueprint.route("/new", methods=["GET", "POST"])
@staff("payments.take")
def enter() -> ResponseReturnValue:
    """A row for each check or person; nothing is posted until the control total agrees."""
    form = BatchForm(data={"received_on": practice_day()})
    if form.validate_on_submit():
        digits = {row.digits() for row in form.used_rows} - {None}
        form.name(accounts_by_digits([one for one in digits if one]))
        payers = [row.payer for row in form.used_rows if row.payer]
        saw(accounts={payer.account_id for payer in payers}, kind="receipt_batch", id=form.batch_id)
        if form.action.data == "post" and form.agrees:
            return _posted(form)
    return show("batches/enter.html", form=form)


@blueprint.get("/<uuid:batch_id>")
@staff("payments.take")
def batch(batch_id: UUID) -> str:
    """What was posted, with the number of each receipt."""
    receipts = found(batch_receipts(batch_id) or None)
    saw(accounts={one.account_id for one in receipts}, kind="receipt_batch", id=batch_id)
    return show("batches/batch.html", batch_id=batch_id, receipts=receipts)


@blueprint.post("/<uuid:batch_id>/<receipt_id>/returned")
@staff("payments.take")
def returned(batch_id: UUID, receipt_id: str) -> ResponseReturnValue:
    """A check came back: what it paid is due again, without a fee."""
    saw(kind="receipt_batch", id=batch_id, about=_account_of(batch_id, receipt_id))
    if FlaskForm().validate_on_submit():
        return_check(
            batch_id=batch_id,
            receipt_id=receipt_id,
            staff=current_staff(),
            on=practice_day(),
            now=now(),
        )
        flash("Reversed. What it paid is due again; no fee is charged.", "done")
    return redirect(url_for(".batch", batch_id=batch_id))


def _account_of(batch_id: UUID, receipt_id: str) -> list[int]:
    receipts = found(batch_receipts(batch_id) or None)
    return [one.account_id for one in receipts if one.receipt_id == receipt_id]


def _posted(form: BatchForm) -> ResponseReturnValue:
    saw(about=[row.account_id for row in form.wished])
    fresh = post_batch(
        batch_id=form.batch_id,
        received_on=found(form.received_on.data),
        control_total=form.control_total.data or ZERO,
        rows=form.wished,
        staff=current_staff(),
        on=practice_day(),
        now=now(),
    )
    flash("Posted." if fresh else "It was posted before and stands once.", "done")
    return redirect(url_for(".batch", batch_id=form.batch_id))
