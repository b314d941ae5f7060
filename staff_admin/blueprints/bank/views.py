"""The bank's lines: what waits, one line with what it could be, match it, take a match back."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from portal.queries.staff_bank import LinePage, bank_page, line_page
from portal.services.match_deposit import claim_line, match_deposit, unmatch_deposit
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.bank.forms import MatchForm, UnmatchForm
from staff_admin.blueprints.show import found, show

MIXED = "Choose one paper, or batches that went to the bank together, with one agency’s check if it went too."

blueprint = Blueprint("bank", __name__, url_prefix="/bank")


@blueprint.get("/")
@staff("day.view")
def index() -> str:
    """Lines that answer nothing yet, papers without money, and the files."""
    saw(kind="bank")
    return show("bank/index.html", page=bank_page(on=practice_day()))


@blueprint.get("/<int:deposit_id>")
@staff("day.view")
def line(deposit_id: int) -> str:
    """One line."""
    page, form = _line(deposit_id)
    return _show(page, form)


@blueprint.post("/<int:deposit_id>/match")
@staff("day.deposit")
def match(deposit_id: int) -> ResponseReturnValue:
    """Say what it answers."""
    page, form = _line(deposit_id)
    if not form.validate_on_submit() or form.kind is None:
        form.form_errors.append(MIXED)
        return _show(page, form)
    match_deposit(
        deposit_id=deposit_id,
        kind=form.kind,
        ids=form.ids,
        batches=form.batches,
        staff=current_staff(),
        on=practice_day(),
        now=now(),
    )
    flash("Matched. What the figures differ by stands in its day.", "done")
    return redirect(url_for(".line", deposit_id=deposit_id))


@blueprint.post("/<int:deposit_id>/unmatch")
@staff("day.deposit")
def unmatch(deposit_id: int) -> ResponseReturnValue:
    """Take a match back, while its day is open."""
    page, form = found(line_page(deposit_id, on=practice_day())), UnmatchForm(prefix="unmatch")
    saw(kind="bank_deposit", id=deposit_id)
    if not form.validate_on_submit():
        return _show(page, MatchForm(formdata=None), unmatch_form=form)
    reason = form.reason.data or ""
    unmatch_deposit(deposit_id=deposit_id, reason=reason, staff=current_staff(), now=now())
    flash("Taken back. Both entries stay in the ledger.", "done")
    return redirect(url_for(".line", deposit_id=deposit_id))


@blueprint.post("/lines/<int:line_id>/claim")
@staff("day.deposit")
def claim(line_id: int) -> ResponseReturnValue:
    """Count money that left as ours to match."""
    saw(kind="bank", id=line_id)
    if not FlaskForm().validate_on_submit():
        return redirect(url_for(".index"))
    deposit_id = claim_line(line_id=line_id, staff=current_staff(), now=now())
    return redirect(url_for(".line", deposit_id=deposit_id))


def _line(deposit_id: int) -> tuple[LinePage, MatchForm]:
    page = found(line_page(deposit_id, on=practice_day()))
    saw(kind="bank_deposit", id=deposit_id)
    form = MatchForm()
    form.offer(page)
    return page, form


def _show(page: LinePage, form: MatchForm, unmatch_form: UnmatchForm | None = None) -> str:
    unmatch_form = unmatch_form or UnmatchForm(prefix="unmatch", formdata=None)
    return show("bank/line.html", page=page, form=form, unmatch_form=unmatch_form)
