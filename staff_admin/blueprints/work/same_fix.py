"""The same fix for the other items of a pattern: each previewed, ticked, and done by itself."""

from __future__ import annotations

import uuid

from flask import request

from portal.services.preview_same_fix import SameFix, preview_same_fix
from portal.services.repeat_fix import Repeated, repeat_fix
from portal.web.access import current_staff, saw, staff
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.show import show
from staff_admin.blueprints.work.forms import SameFixForm
from staff_admin.blueprints.work.views import blueprint, chosen_filter


@blueprint.route("/<int:item_id>/same", methods=["GET", "POST"])
@staff("work.decide")
def same(item_id: int) -> str:
    """What the last act here would do to the others of its pattern; one press does it to those ticked."""
    page = preview_same_fix(item_id, store=gateways().documents, on=practice_day())
    accounts = [one.row.account_id for one in page.others if one.row.account_id]
    saw(accounts=accounts, kind="work_item", id=item_id)
    form = SameFixForm(prefix="same", data={"seen": page.seen})
    results: tuple[Repeated, ...] = ()
    if form.validate_on_submit():
        results = _repeat(page, form)
    return show("work/same.html", page=page, form=form, results=results, wanted=chosen_filter())


def _repeat(page: SameFix, form: SameFixForm) -> tuple[Repeated, ...]:
    chosen = {int(one) for one in request.form.getlist("item") if one.isdecimal()}
    saw(
        about=[
            one.row.account_id for one in page.others if one.row.id in chosen and one.row.account_id
        ]
    )
    return repeat_fix(
        item_id=page.item_id,
        chosen=chosen,
        form_id=uuid.UUID(form.form_id.data),
        seen=form.seen_action or page.seen,
        staff=current_staff(),
        store=gateways().documents,
        on=practice_day(),
        now=now(),
    )
