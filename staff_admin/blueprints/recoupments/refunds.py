"""Our checks to payers, from the wish to the check, with the clock of OPS-21."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from billing.free_text import CardNumberRefused
from portal.queries.eobs import payers
from portal.queries.payer_refunds import PayerRefundRow, payer_refund
from portal.services.clear_payer_refund import clear_payer_refund
from portal.services.refund_payer import (
    PayerRefundRefused,
    approve_payer_refund,
    decline_payer_refund,
    request_payer_refund,
    resume_clock,
    suspend_clock,
    void_payer_refund,
    write_payer_refund,
)
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.recoupments.forms import (
    AskForm,
    ClearForm,
    SuspendForm,
    WhyForm,
    WriteForm,
)
from staff_admin.blueprints.recoupments.views import blueprint
from staff_admin.blueprints.show import found, show


@blueprint.route("/refunds/new", methods=["GET", "POST"])
@staff("refunds.request")
def ask() -> ResponseReturnValue:
    """A payer paid too much and is to have it back by check."""
    form = AskForm()
    form.payer.choices = list(payers())
    saw(kind="payer_refund")
    if form.validate_on_submit() and _asked(form):
        return redirect(url_for(".refund", refund_id=form.refund_id))
    return show("recoupments/ask.html", form=form)


@blueprint.get("/refunds/<uuid:refund_id>")
@staff("refunds.view")
def refund(refund_id: UUID) -> str:
    """One check, its clock, and what may be done with it."""
    return _show(refund_id)


@blueprint.post("/refunds/<uuid:refund_id>/approve")
@staff("refunds.approve")
def approve(refund_id: UUID) -> ResponseReturnValue:
    """The second person lets it be written (OPS-13)."""
    _row(refund_id)
    if FlaskForm().validate_on_submit():
        approve_payer_refund(refund_id=refund_id, staff=current_staff(), now=now())
        flash("Approved. Print it, then enter its number here.", "done")
    return redirect(url_for(".refund", refund_id=refund_id))


@blueprint.post("/refunds/<uuid:refund_id>/decline")
@staff("refunds.approve")
def decline(refund_id: UUID) -> ResponseReturnValue:
    """The second person says no, and why."""
    form = WhyForm(prefix="decline")
    if not form.validate_on_submit():
        return _show(refund_id, decline_form=form)
    _row(refund_id)
    why = form.why.data or ""
    decline_payer_refund(refund_id=refund_id, why=why, staff=current_staff(), now=now())
    flash("Declined. Nothing is sent.", "done")
    return redirect(url_for(".refund", refund_id=refund_id))


@blueprint.post("/refunds/<uuid:refund_id>/write")
@staff("refunds.request")
def write(refund_id: UUID) -> ResponseReturnValue:
    """Its number and date are entered, and it posts."""
    form, day = WriteForm(prefix="write"), practice_day()
    if not form.validate_on_submit():
        return _show(refund_id, write_form=form)
    _row(refund_id)
    number, dated, who = form.number.data or "", found(form.written_on.data), current_staff()
    write_payer_refund(
        refund_id=refund_id, number=number, written_on=dated, staff=who, on=day, now=now()
    )
    flash("Entered and posted. Match it to its claim, so that the claim is open again.", "done")
    return redirect(url_for(".refund", refund_id=refund_id))


@blueprint.post("/refunds/<uuid:refund_id>/clear")
@staff("day.deposit")
def clear(refund_id: UUID) -> ResponseReturnValue:
    """The bank cashed it: a person saw the line."""
    form, day = ClearForm(prefix="clear"), practice_day()
    if not form.validate_on_submit():
        return _show(refund_id, clear_form=form)
    _row(refund_id)
    dated, who = found(form.cleared_on.data), current_staff()
    clear_payer_refund(refund_id=refund_id, cleared_on=dated, staff=who, on=day, now=now())
    flash("Cashed. Nothing more is posted: it was when it was written.", "done")
    return redirect(url_for(".refund", refund_id=refund_id))


@blueprint.post("/refunds/<uuid:refund_id>/void")
@staff("refunds.approve")
def void(refund_id: UUID) -> ResponseReturnValue:
    """It never arrived: its entry is reversed."""
    form, day = WhyForm(prefix="void"), practice_day()
    if not form.validate_on_submit():
        return _show(refund_id, void_form=form)
    _row(refund_id)
    why = form.why.data or ""
    void_payer_refund(refund_id=refund_id, why=why, staff=current_staff(), on=day, now=now())
    flash("Void. What it had posted is reversed.", "done")
    return redirect(url_for(".refund", refund_id=refund_id))


@blueprint.post("/refunds/<uuid:refund_id>/suspend")
@staff("refunds.approve")
def suspend(refund_id: UUID) -> ResponseReturnValue:
    """An investigation stops the clock, once, for up to 180 days."""
    form = SuspendForm(prefix="suspend")
    if not form.validate_on_submit():
        return _show(refund_id, suspend_form=form)
    _row(refund_id)
    number, day = form.investigation.data or "", practice_day()
    suspend_clock(
        refund_id=refund_id, investigation=number, staff=current_staff(), on=day, now=now()
    )
    return redirect(url_for(".refund", refund_id=refund_id))


@blueprint.post("/refunds/<uuid:refund_id>/resume")
@staff("refunds.approve")
def resume(refund_id: UUID) -> ResponseReturnValue:
    """The clock runs on from where it stood."""
    _row(refund_id)
    if FlaskForm().validate_on_submit():
        resume_clock(refund_id=refund_id, staff=current_staff(), on=practice_day(), now=now())
    return redirect(url_for(".refund", refund_id=refund_id))


def _asked(form: AskForm) -> bool:
    """Ask for it, or put the refusal on the form."""
    try:
        request_payer_refund(
            refund_id=form.refund_id,
            wish=form.wish,
            staff=current_staff(),
            on=practice_day(),
            now=now(),
        )
    except (PayerRefundRefused, CardNumberRefused) as refused:
        form.form_errors.append(str(refused))
        return False
    flash("Asked for. Another person approves it before it is written.", "done")
    return True


def _row(refund_id: UUID) -> PayerRefundRow:
    row = found(payer_refund(refund_id, on=practice_day()))
    saw(kind="payer_refund", id=refund_id)
    return row


def _show(refund_id: UUID, **forms: FlaskForm) -> str:
    empty = {
        "decline_form": WhyForm(prefix="decline", formdata=None),
        "void_form": WhyForm(prefix="void", formdata=None),
        "suspend_form": SuspendForm(prefix="suspend", formdata=None),
        "clear_form": ClearForm(prefix="clear", formdata=None, data={"cleared_on": practice_day()}),
        "write_form": WriteForm(prefix="write", formdata=None, data={"written_on": practice_day()}),
    }
    return show("recoupments/refund.html", row=_row(refund_id), **(empty | forms))
