"""Many items at once: choose, look at what would change, press once; and views of the queue kept under a name."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from billing.bulk_work import Act
from portal.queries.work_owners import everybody_who_decides
from portal.queries.worklist_counts import live_counts
from portal.services.bulk_work import (
    BulkDone,
    BulkRefused,
    apply_bulk,
    matching_items,
    preview_bulk,
)
from portal.services.keep_view import ViewRefused, forget_view, keep_view
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from portal.web.restricted import closed_to
from staff_admin.blueprints.show import show
from staff_admin.blueprints.work.forms import BulkForm, ViewForm
from staff_admin.blueprints.work.views import blueprint, chosen_filter


@blueprint.post("/many")
@staff("work.decide")
def many() -> ResponseReturnValue:
    """What an act would do to the chosen items; pressed on its own page, it is done."""
    form = BulkForm()
    form.offer(everybody_who_decides())
    if not _chosen() or form.act.data not in {one.value for one in Act}:
        flash("Choose some items, and what to do with them.", "attention")
        return _back()
    if request.form.get("step") == "do" and form.validate_on_submit():
        done = _done(form)
        if done is not None:
            return _show(form, done)
    return _show(form)


@blueprint.post("/views")
@staff("work.view")
def save() -> ResponseReturnValue:
    """Keep what the list shows under a name."""
    saw(kind="work")
    form = ViewForm()
    if not form.validate_on_submit():
        flash("Give the view a name.", "attention")
        return _back()
    try:
        keep_view(
            name=form.name.data or "",
            args=chosen_filter().args,
            shared=form.shared.data,
            first=form.first.data,
            staff=current_staff(),
            now=now(),
        )
    except ViewRefused as refused:
        flash(str(refused), "attention")
    return _back()


@blueprint.post("/views/<int:view_id>/forget")
@staff("work.view")
def forget(view_id: int) -> ResponseReturnValue:
    """Forget a view of one's own."""
    saw(kind="work")
    if FlaskForm().validate_on_submit():
        forget_view(view_id=view_id, staff=current_staff())
    return redirect(url_for("work.index", all=1))


@blueprint.get("/counts")
@staff("work.view")
def counts() -> ResponseReturnValue:
    """The figures of the lists, for a page that is open; nobody need be there, so it keeps no session alive."""
    saw(kind="work")
    return jsonify(live_counts(current_staff(), on=practice_day()))


def _chosen() -> list[int]:
    if request.form.get("all") == "1":
        return list(matching_items(chosen_filter(), on=practice_day()))
    return [int(one) for one in request.form.getlist("item") if one.isdecimal()]


def _done(form: BulkForm) -> BulkDone | None:
    """Do it, or put on the form why not."""
    try:
        return apply_bulk(
            [int(one) for one in request.form.getlist("item") if one.isdecimal()],
            form.wish,
            form_id=uuid.UUID(form.form_id.data),
            seen=form.seen_action,
            closed_accounts=closed_to(current_staff()),
            staff=current_staff(),
            now=now(),
        )
    except BulkRefused as refused:
        form.form_errors.append(str(refused))
        return None


def _show(form: BulkForm, done: BulkDone | None = None) -> str:
    act = Act(form.act.data or "")
    closed = closed_to(current_staff())
    page = preview_bulk(_chosen(), act, closed_accounts=closed, on=practice_day())
    saw(accounts=[one.row.account_id for one in page.rows if one.row.account_id], kind="work")
    if request.form.get("step") != "do":
        form.seen.data = str(page.seen)
    left = dict(done.left) if done else {}
    wanted = chosen_filter()
    return show(
        "work/many.html", page=page, form=form, act=act, done=done, left=left, wanted=wanted
    )


def _back() -> ResponseReturnValue:
    kept: dict[str, Any] = dict(chosen_filter().args) or {"all": 1}
    return redirect(url_for("work.index", **kept))
