"""Bad debt: what may be written off, batches, and what a second person does with one (OPS-22)."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from portal.queries.bad_debt_page import BadDebtPage, BatchPage, bad_debt_page, batch_page
from portal.services.approve_bad_debt import approve_bad_debt, decline_bad_debt
from portal.services.prepare_bad_debt import BadDebtRefused, prepare_bad_debt
from portal.services.reverse_bad_debt import reverse_bad_debt
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.bad_debt.forms import PrepareForm, TakeBackForm, WhyForm
from staff_admin.blueprints.show import found, show

blueprint = Blueprint("bad_debt", __name__, url_prefix="/bad-debt")


@blueprint.get("/")
@staff("collections.view")
def index() -> str:
    """What may be asked for, and the batches."""
    page = _page()
    return show("bad_debt/index.html", page=page, form=PrepareForm(formdata=None))


@blueprint.post("/prepare")
@staff("collections.work")
def prepare() -> ResponseReturnValue:
    """Put the chosen bills into a batch; nothing moves yet."""
    page, form = _page(), PrepareForm()
    form.offer(page)
    if not form.validate_on_submit() or not _prepared(form):
        return show("bad_debt/index.html", page=page, form=form)
    flash("Prepared. Another person approves it.", "done")
    return redirect(url_for(".batch", batch_id=form.id_of_form))


@blueprint.get("/<uuid:batch_id>")
@staff("collections.view")
def batch(batch_id: UUID) -> str:
    """One batch, with what the gate denied."""
    return _show(_batch(batch_id))


@blueprint.post("/<uuid:batch_id>/approve")
@staff("collections.sign")
def approve(batch_id: UUID) -> ResponseReturnValue:
    """Write its bills off, each for itself; pressed again it goes on where it stopped."""
    page = _batch(batch_id)
    if not FlaskForm().validate_on_submit():
        return _show(page)
    done = approve_bad_debt(batch_id=batch_id, staff=current_staff(), on=practice_day(), now=now())
    flash(f"{done} bills written off." if done != 1 else "1 bill written off.", "done")
    return redirect(url_for(".batch", batch_id=batch_id))


@blueprint.post("/<uuid:batch_id>/decline")
@staff("collections.work")
def decline(batch_id: UUID) -> ResponseReturnValue:
    """Leave every bill as it is, with a reason."""
    page, form = _batch(batch_id), WhyForm()
    if not form.validate_on_submit():
        return _show(page, form)
    reason = form.reason.data or ""
    decline_bad_debt(batch_id=batch_id, reason=reason, staff=current_staff(), now=now())
    flash("Declined. Nothing was written off.", "done")
    return redirect(url_for(".batch", batch_id=batch_id))


@blueprint.post("/<uuid:batch_id>/take-back")
@staff("collections.sign")
def take_back(batch_id: UUID) -> ResponseReturnValue:
    """One of its bills, or all of them, are owed again."""
    page, form = _batch(batch_id), TakeBackForm(prefix="back")
    form.offer(page)
    if not form.validate_on_submit():
        return _show(page, back=form)
    done = reverse_bad_debt(
        batch_id=batch_id,
        bill_id=form.bill_id,
        reason=form.reason.data or "",
        staff=current_staff(),
        on=practice_day(),
        now=now(),
    )
    flash(f"{done} taken back. What was recovered since stays paid.", "done")
    return redirect(url_for(".batch", batch_id=batch_id))


def _prepared(form: PrepareForm) -> bool:
    """Prepare it, or put the refusal on the form."""
    try:
        prepare_bad_debt(
            form_id=form.id_of_form,
            visit_ids=form.bills.data or (),
            staff=current_staff(),
            on=practice_day(),
            now=now(),
        )
    except BadDebtRefused as refused:
        form.form_errors.append(str(refused))
        return False
    return True


def _page() -> BadDebtPage:
    page = bad_debt_page()
    saw(accounts={one.account_id for one in page.candidates}, kind="bad_debt")
    return page


def _batch(batch_id: UUID) -> BatchPage:
    page = found(batch_page(batch_id))
    accounts = {one.account_id for one in (*page.bills, *page.denied)}
    saw(accounts=accounts, kind="bad_debt", id=batch_id)
    return page


def _show(page: BatchPage, form: WhyForm | None = None, back: TakeBackForm | None = None) -> str:
    mine = page.prepared_by_id == current_staff().login_id
    form = form or WhyForm(formdata=None)
    if back is None:
        back = TakeBackForm(prefix="back", formdata=None)
        back.offer(page)
    return show("bad_debt/batch.html", page=page, form=form, back=back, mine=mine)
