"""The queue, one item, and what can be done with it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.queries.staff_queue import queue_page
from portal.queries.staff_work_item import WorkItemPage, work_item_page
from portal.services.note_work_item import note_work_item
from portal.services.resolve_work_item import resolve_work_item
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.show import found, page_number, show
from staff_admin.blueprints.work.forms import CloseForm, NoteForm

blueprint = Blueprint("work", __name__, url_prefix="/work")


@blueprint.get("/")
@staff("work.view")
def index() -> str:
    """What waits, by what is due first; or what was closed."""
    kind, closed = request.args.get("kind", ""), request.args.get("closed") == "1"
    counts, page = queue_page(on=practice_day(), kind=kind, closed=closed, number=page_number())
    saw(accounts=[row.account_id for row in page.rows if row.account_id], kind="work")
    return show("work/index.html", counts=counts, page=page, kind=kind, closed=closed)


@blueprint.get("/<int:item_id>")
@staff("work.view")
def item(item_id: int) -> str:
    """One item with its facts."""
    return _show(_page(item_id), NoteForm(prefix="note"), CloseForm(prefix="close"))


@blueprint.post("/<int:item_id>/note")
@staff("work.decide")
def note(item_id: int) -> ResponseReturnValue:
    """Write a finding down."""
    page, form = _page(item_id), NoteForm(prefix="note")
    if not form.validate_on_submit():
        return _show(page, form, CloseForm(prefix="close", formdata=None))
    note_work_item(item_id=item_id, text=form.text.data or "", staff=current_staff(), now=now())
    flash("Noted.", "done")
    return redirect(url_for(".item", item_id=item_id))


@blueprint.post("/<int:item_id>/close")
@staff("work.decide")
def close(item_id: int) -> ResponseReturnValue:
    """Close it with its outcome."""
    page, form = _page(item_id), CloseForm(prefix="close")
    if not form.validate_on_submit():
        return _show(page, NoteForm(prefix="note", formdata=None), form)
    closed = resolve_work_item(
        item_id=item_id,
        outcome=form.chosen_outcome,
        note=form.note.data or "",
        staff=current_staff(),
        now=now(),
    )
    flash("Closed." if closed else "Somebody closed it before you; see below.", "done")
    return redirect(url_for(".item", item_id=item_id))


def _page(item_id: int) -> WorkItemPage:
    page = found(work_item_page(current_staff(), item_id, on=practice_day()))
    saw(accounts=page.account_ids, patients=page.patient_ids, kind="work_item", id=item_id)
    return page


def _show(page: WorkItemPage, note_form: NoteForm, close_form: CloseForm) -> str:
    return show("work/item.html", page=page, note_form=note_form, close_form=close_form)
