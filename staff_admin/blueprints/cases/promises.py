"""Promises to pay, and the addresses and numbers that were found."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.account_promises import (
    PromisesPage,
    TracesPage,
    promise_list,
    promises_page,
    traces_page,
)
from portal.services.note_promise import PromiseRefused, note_promise, withdraw_promise
from portal.services.note_trace import TraceRefused, decide_trace, note_trace
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.cases.promise_forms import (
    DecideForm,
    PromiseForm,
    TraceForm,
    WithdrawForm,
)
from staff_admin.blueprints.cases.views import blueprint
from staff_admin.blueprints.show import found, show


@blueprint.get("/cases/promises")
@staff("collections.view")
def all_promises() -> str:
    """Every open promise, the next day first."""
    rows = promise_list()
    saw(accounts={row.account_id for row in rows}, kind="promises")
    return show("cases/promises.html", rows=rows, on=practice_day())


@blueprint.get("/accounts/<int:account_id>/promises")
@staff("collections.view")
def promises(account_id: int) -> str:
    """Of one account."""
    return show("cases/promise.html", page=_promises(account_id), form=PromiseForm())


@blueprint.post("/accounts/<int:account_id>/promises")
@staff("collections.work")
def promise(account_id: int) -> ResponseReturnValue:
    """Write one down."""
    page, form = _promises(account_id), PromiseForm()
    if form.validate_on_submit() and _kept(account_id, form):
        flash("It is written down. Nothing that presses is sent before that day.", "done")
        return redirect(url_for(".promises", account_id=account_id))
    return show("cases/promise.html", page=page, form=form)


@blueprint.route(
    "/accounts/<int:account_id>/promises/<uuid:promise_id>/withdraw", methods=["GET", "POST"]
)
@staff("collections.work")
def withdraw(account_id: int, promise_id: UUID) -> ResponseReturnValue:
    """Take one back."""
    page, form = _promises(account_id), WithdrawForm()
    row = found(next((one for one in page.rows if one.id == promise_id), None))
    if not form.validate_on_submit():
        return show("cases/withdraw.html", page=page, row=row, form=form)
    reason, who = form.reason.data or "", current_staff()
    withdraw_promise(
        staff=who, account_id=account_id, promise_id=promise_id, reason=reason, now=now()
    )
    flash("Taken back.", "done")
    return redirect(url_for(".promises", account_id=account_id))


@blueprint.get("/accounts/<int:account_id>/found")
@staff("collections.view")
def traces(account_id: int) -> str:
    """What came back, and what was found."""
    return show("cases/traces.html", page=_traces(account_id), form=TraceForm())


@blueprint.post("/accounts/<int:account_id>/found")
@staff("collections.work")
def trace(account_id: int) -> ResponseReturnValue:
    """Note an address or a number."""
    page, form = _traces(account_id), TraceForm()
    if form.validate_on_submit() and _traced(account_id, form):
        flash("Noted. Somebody else confirms it before it is used.", "done")
        return redirect(url_for(".traces", account_id=account_id))
    return show("cases/traces.html", page=page, form=form)


@blueprint.route("/accounts/<int:account_id>/found/<uuid:trace_id>", methods=["GET", "POST"])
@staff("collections.work")
def decide(account_id: int, trace_id: UUID) -> ResponseReturnValue:
    """The second look."""
    page, form = _traces(account_id), DecideForm()
    row = found(next((one for one in page.rows if one.id == trace_id), None))
    if form.validate_on_submit() and _decided(account_id, trace_id, form):
        flash("Decided.", "done")
        return redirect(url_for(".traces", account_id=account_id))
    return show("cases/trace.html", page=page, row=row, form=form)


def _promises(account_id: int) -> PromisesPage:
    page = found(promises_page(account_id, on=practice_day()))
    saw(accounts=[account_id], patients=page.header.patient_ids, kind="promises", id=account_id)
    return page


def _traces(account_id: int) -> TracesPage:
    page = found(traces_page(account_id))
    saw(accounts=[account_id], patients=page.header.patient_ids, kind="traces", id=account_id)
    return page


def _kept(account_id: int, form: PromiseForm) -> bool:
    try:
        note_promise(
            staff=current_staff(),
            promise_id=UUID(form.form_id.data),
            account_id=account_id,
            promised=form.promised,
            now=now(),
        )
    except PromiseRefused as refused:
        form.amount.errors = [str(refused)]
        return False
    return True


def _traced(account_id: int, form: TraceForm) -> bool:
    try:
        note_trace(
            staff=current_staff(),
            trace_id=UUID(form.form_id.data),
            account_id=account_id,
            found=form.found,
            now=now(),
        )
    except TraceRefused as refused:
        form.source.errors = [str(refused)]
        return False
    return True


def _decided(account_id: int, trace_id: UUID, form: DecideForm) -> bool:
    try:
        decide_trace(
            staff=current_staff(),
            account_id=account_id,
            trace_id=trace_id,
            confirmed=form.answer.data == "yes",
            reason=form.reason.data or "",
            now=now(),
        )
    except TraceRefused as refused:
        form.reason.errors = [str(refused)]
        return False
    return True
