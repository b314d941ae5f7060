"""Calls of an account: may one call now, begin one, note what came of it, and say that it was somebody else."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from portal.queries.account_calls import CallsPage, calls_page
from portal.services.correct_call import correct_call
from portal.services.note_call import CannotNote, note_call, note_their_call
from portal.services.note_call_wish import note_call_wish
from portal.services.start_call import CallRefused, start_call
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from staff_admin.blueprints.cases.call_forms import (
    CorrectForm,
    HeardForm,
    StartForm,
    TheirForm,
    WishForm,
)
from staff_admin.blueprints.cases.views import blueprint
from staff_admin.blueprints.show import found, show


@blueprint.get("/accounts/<int:account_id>/calls")
@staff("collections.view")
def calls(account_id: int) -> str:
    """Whether one may call now, and every call so far."""
    return _show(_page(account_id))


@blueprint.post("/accounts/<int:account_id>/calls/start")
@staff("collections.work")
def begin_call(account_id: int) -> ResponseReturnValue:
    """It begins; asked again at this moment whether it may."""
    page, form = _page(account_id), StartForm(prefix="start")
    if form.validate_on_submit() and _begun(account_id, form):
        flash("Call now. Then note what came of it.", "done")
        return _back(account_id)
    return _show(page, start_form=form)


@blueprint.post("/accounts/<int:account_id>/calls/<uuid:call_id>/heard")
@staff("collections.work")
def heard(account_id: int, call_id: UUID) -> ResponseReturnValue:
    """Note what came of it."""
    page, form = _page(account_id), HeardForm(prefix="heard")
    if form.validate_on_submit() and _noted(account_id, call_id, form):
        flash("Noted.", "done")
        return _back(account_id)
    return _show(page, heard_form=form)


@blueprint.post("/accounts/<int:account_id>/calls/theirs")
@staff("collections.work")
def their_call(account_id: int) -> ResponseReturnValue:
    """Note a call that they made to us."""
    page, form = _page(account_id), TheirForm(prefix="theirs")
    if form.validate_on_submit() and _noted(account_id, None, form):
        flash("Noted.", "done")
        return _back(account_id)
    return _show(page, their_form=form)


@blueprint.post("/accounts/<int:account_id>/calls/wish")
@staff("collections.work")
def call_wish(account_id: int) -> ResponseReturnValue:
    """When and where they do not want to be called."""
    page, form = _page(account_id), WishForm(prefix="wish")
    if form.validate_on_submit() and _wished(account_id, form):
        flash("Kept. Calls keep to it from now on.", "done")
        return _back(account_id)
    return _show(page, wish_form=form)


@blueprint.route("/accounts/<int:account_id>/calls/<uuid:call_id>/correct", methods=["GET", "POST"])
@staff("collections.work")
def correct(account_id: int, call_id: UUID) -> ResponseReturnValue:
    """It was somebody else after all."""
    page, form = _page(account_id), CorrectForm()
    row = found(next((one for one in page.rows if one.id == call_id), None))
    if not form.validate_on_submit():
        return show("cases/correct.html", page=page, row=row, form=form)
    reason = form.reason.data or ""
    who = current_staff()
    correct_call(staff=who, account_id=account_id, call_id=call_id, reason=reason, now=now())
    flash("This call counts for nothing now.", "done")
    return _back(account_id)


def _page(account_id: int) -> CallsPage:
    page = found(calls_page(current_staff(), account_id, now=now()))
    saw(accounts=[account_id], patients=page.header.patient_ids, kind="phone_calls", id=account_id)
    return page


def _show(page: CallsPage, **forms: FlaskForm) -> str:
    wish = WishForm(prefix="wish", formdata=None)
    if page.wish is not None:
        wish.start(page.wish.asked)
    empty = {
        "wish_form": wish,
        "start_form": StartForm(prefix="start", formdata=None),
        "heard_form": HeardForm(prefix="heard", formdata=None),
        "their_form": TheirForm(prefix="theirs", formdata=None),
    }
    return show("cases/calls.html", page=page, **(empty | forms))


def _back(account_id: int) -> ResponseReturnValue:
    return redirect(url_for("cases.calls", account_id=account_id))


def _begun(account_id: int, form: StartForm) -> bool:
    try:
        start_call(
            staff=current_staff(),
            call_id=UUID(form.form_id.data),
            account_id=account_id,
            number=form.number.data or "",
            now=now(),
        )
    except CallRefused as refused:
        form.number.errors = [str(refused)]
        return False
    return True


def _noted(account_id: int, call_id: UUID | None, form: HeardForm) -> bool:
    """One that we began, or theirs; or put the refusal on the form."""
    try:
        if call_id is not None:
            note_call(
                staff=current_staff(),
                account_id=account_id,
                call_id=call_id,
                heard=form.heard,
                now=now(),
            )
        else:
            note_their_call(
                staff=current_staff(),
                account_id=account_id,
                call_id=UUID(form.form_id.data),
                number=form.number.data or "",
                heard=form.heard,
                now=now(),
            )
    except CannotNote as refused:
        form.spoke_with.errors = [str(refused)]
        return False
    return True


def _wished(account_id: int, form: WishForm) -> bool:
    try:
        note_call_wish(
            staff=current_staff(),
            account_id=account_id,
            asked=form.asked,
            now=now(),
        )
    except CannotNote as refused:
        form.form_errors.append(str(refused))
        return False
    return True
