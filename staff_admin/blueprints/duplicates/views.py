"""Records that may be one person: ask to merge, decide, part again (ID-5)."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.staff_duplicates import PairPage, duplicates_page, merge_page, pair_page
from portal.services.decide_merge import (
    approve_merge,
    ask_merge,
    decline_merge,
    set_aside,
    undo_merge,
)
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.duplicates.forms import AskForm, NoteForm
from staff_admin.blueprints.show import found, show

blueprint = Blueprint("duplicates", __name__, url_prefix="/duplicates")


@blueprint.get("/")
@staff("people.merge")
def index() -> str:
    """What waits for a second person, the likely pairs, and what was decided."""
    page = duplicates_page(current_staff(), now=now())
    saw(patients=page.patient_ids, kind="duplicates")
    return show("duplicates/index.html", page=page)


@blueprint.get("/<int:pair_id>")
@staff("people.merge")
def pair(pair_id: int) -> str:
    """Two records side by side."""
    page = _pair(pair_id)
    return show("duplicates/pair.html", page=page, form=_ask_form(page), note=NoteForm())


@blueprint.post("/<int:pair_id>/ask")
@staff("people.merge")
def ask(pair_id: int) -> ResponseReturnValue:
    """Ask a second person to merge them."""
    page = _pair(pair_id)
    form = _ask_form(page)
    if not form.validate_on_submit():
        return show("duplicates/pair.html", page=page, form=form, note=NoteForm())
    (kept, gone), reason = form.ids(page), form.reason.data or ""
    merge_id = ask_merge(
        kept_id=kept, gone_id=gone, reason=reason, staff=current_staff(), now=now()
    )
    flash("Asked. Another person approves it before anything moves.", "done")
    return redirect(url_for(".merge", merge_id=merge_id))


@blueprint.post("/<int:pair_id>/set-aside")
@staff("people.merge")
def aside(pair_id: int) -> ResponseReturnValue:
    """They are two people."""
    _pair(pair_id)
    set_aside(pair_id=pair_id, staff=current_staff(), now=now())
    flash("Set aside: this pair is not shown again.", "done")
    return redirect(url_for(".index"))


@blueprint.get("/merges/<int:merge_id>")
@staff("people.merge")
def merge(merge_id: int) -> str:
    """One merge, its two records, and what may be done with it."""
    return show("duplicates/merge.html", page=_merge(merge_id), form=NoteForm())


@blueprint.post("/merges/<int:merge_id>/approve")
@staff("people.merge")
def approve(merge_id: int) -> ResponseReturnValue:
    """The second person says yes."""
    _merge(merge_id)
    approve_merge(merge_id=merge_id, staff=current_staff(), on=practice_day(), now=now())
    flash("Merged. The bills of both stand on one account now.", "done")
    return redirect(url_for(".merge", merge_id=merge_id))


@blueprint.post("/merges/<int:merge_id>/decline")
@staff("people.merge")
def decline(merge_id: int) -> ResponseReturnValue:
    """The second person says no, or the first takes it back."""
    page, form = _merge(merge_id), NoteForm()
    if not form.validate_on_submit():
        return show("duplicates/merge.html", page=page, form=form)
    note = form.note.data or ""
    decline_merge(merge_id=merge_id, note=note, staff=current_staff(), now=now())
    flash("Declined. Nothing was moved.", "done")
    return redirect(url_for(".merge", merge_id=merge_id))


@blueprint.post("/merges/<int:merge_id>/undo")
@staff("people.merge")
def undo(merge_id: int) -> ResponseReturnValue:
    """Part the two records again."""
    page, form = _merge(merge_id), NoteForm()
    if not form.validate_on_submit():
        return show("duplicates/merge.html", page=page, form=form)
    note = form.note.data or ""
    undo_merge(merge_id=merge_id, note=note, staff=current_staff(), on=practice_day(), now=now())
    flash("Parted. Each record has its own bills again.", "done")
    return redirect(url_for(".merge", merge_id=merge_id))


def _pair(pair_id: int) -> PairPage:
    page = found(pair_page(current_staff(), pair_id, on=practice_day(), now=now()))
    saw(accounts=page.account_ids, patients=page.patient_ids, kind="duplicates", id=pair_id)
    return page


def _merge(merge_id: int) -> PairPage:
    page = found(merge_page(current_staff(), merge_id, on=practice_day(), now=now()))
    saw(accounts=page.account_ids, patients=page.patient_ids, kind="record_merges", id=merge_id)
    return page


def _ask_form(page: PairPage) -> AskForm:
    form = AskForm()
    form.offer(page)
    return form
