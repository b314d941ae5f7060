"""Several remittances that wait: choose, look at what posting does, press once."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.queries.waiting_sets import preview_waiting, sum_of
from portal.services.post_many_waiting import SetDone, post_many_waiting
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from staff_admin.blueprints.remittances.forms import PostForm
from staff_admin.blueprints.remittances.views import blueprint
from staff_admin.blueprints.show import show


@blueprint.post("/waiting")
@staff("remittances.post")
def many() -> ResponseReturnValue:
    """What posting the chosen remittances would do; pressed on its own page, they are posted."""
    saw(kind="remittance")
    form, chosen = PostForm(), _chosen()
    if not chosen:
        flash("Choose some remittances first.", "attention")
        return redirect(url_for(".index"))
    if request.form.get("step") == "do" and form.validate_on_submit():
        return _show(form, chosen, _done(form, chosen))
    return _show(form, chosen)


LONGEST = 9  # digits of an id that the database knows


def _chosen() -> dict[int, int]:
    """Ids, each with what the preview counted on its bills; "7" and "7:12" are both a choice."""
    pairs = (one.partition(":") for one in request.form.getlist("set"))
    return {
        int(number): int(legs) if legs.isdecimal() else -1
        for number, _, legs in pairs
        if number.isdecimal() and len(number) <= LONGEST
    }


def _done(form: PostForm, chosen: dict[int, int]) -> tuple[SetDone, ...]:
    done = post_many_waiting(
        seen=chosen,
        choice=form.chosen,
        staff=current_staff(),
        store=gateways().documents,
        now=now(),
    )
    for one in done:
        if not one.left:
            saw(kind="remittance", id=one.id, action="create")
    return done


def _show(form: PostForm, chosen: dict[int, int], done: tuple[SetDone, ...] = ()) -> str:
    rows = preview_waiting(chosen)
    return show(
        "remittances/many.html",
        rows=rows,
        form=form,
        all=sum_of(rows, only_clean=False),
        clean=sum_of(rows, only_clean=True),
        done={one.id: one for one in done},
    )
