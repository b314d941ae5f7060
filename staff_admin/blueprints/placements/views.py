"""Bills by agency and state, one with its orders and returns, and what a person tells the agency about it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from billing.gate_words import Lack, lacks
from billing.placement import Order, PlacementState
from portal.queries.placement_pages import (
    STATE_WORDS,
    PlacementPage,
    agency_names,
    placement_list,
    placement_page,
)
from portal.services.order_by_hand import CannotOrder, order_by_hand
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.fields import at_most, required
from portal.web.note_field import NoteField
from portal.web.practice_day import practice_day
from staff_admin.blueprints.show import found, page_number, show

blueprint = Blueprint("placements", __name__, url_prefix="/placements")
STATES = {"": "At an agency now", **{state.value: STATE_WORDS[state] for state in PlacementState}}
DONE = {
    Order.RECALL: "Recalled. The bill is ours; the agency reads it in its next file.",
    Order.SUSPEND: "The agency is told to wait with its next file.",
    Order.REINSTATE: "The gate said yes. The agency is told to go on with its next file.",
}


class OrderForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why; the agency reads it, and so does whoever looks at the bill later."""

    reason = NoteField("Why", [required("why"), at_most(300, "The reason")])


@blueprint.get("/")
@staff("collections.view")
def index() -> str:
    """By agency and state."""
    agency, state = request.args.get("agency", 0, type=int), request.args.get("state", "")
    state = state if state in {*STATES, "all"} else ""
    page = placement_list(agency=agency, state=state, number=page_number())
    saw(
        accounts={row.account_id for row in page.rows},
        patients={row.patient_id for row in page.rows},
        kind="placements",
    )
    chosen = {"agency": agency, "state": state}
    choices = {"agencies": agency_names(), "states": {**STATES, "all": "Every one"}}
    return show("placements/index.html", page=page, chosen=chosen, **choices)


@blueprint.get("/<uuid:placement_id>")
@staff("collections.view")
def placement(placement_id: UUID) -> str:
    """One bill at an agency, whole."""
    return _show(_page(placement_id))


@blueprint.post("/<uuid:placement_id>/<any(recall, suspend, reinstate):step>")
@staff("placements.place")
def tell(placement_id: UUID, step: str) -> ResponseReturnValue:
    """An order by hand, with its reason."""
    page, form, order = _page(placement_id), OrderForm(prefix=step), Order(step)
    if not form.validate_on_submit():
        return _show(page, **{step: form})
    why, on = form.reason.data or "", practice_day()
    who = current_staff()
    try:
        order_by_hand(
            staff=who, placement_id=placement_id, order=order, reason=why, on=on, now=now()
        )
    except CannotOrder as refused:
        return _show(page, refused=str(refused), steps=lacks(refused.rule_ids))
    flash(DONE[order], "done")
    return redirect(url_for(".placement", placement_id=placement_id))


def _page(placement_id: UUID) -> PlacementPage:
    page = found(placement_page(placement_id, on=practice_day()))
    line = page.line
    saw(about=[line.account_id], patients=[line.patient_id], kind="placement", id=placement_id)
    return page


def _show(
    page: PlacementPage,
    *,
    refused: str = "",
    steps: tuple[Lack, ...] = (),
    **sent: OrderForm,
) -> str:
    forms = {
        order.value: sent.get(order.value) or OrderForm(prefix=order.value, formdata=None)
        for order in page.may
    }
    return show(
        "placements/placement.html",
        page=page,
        line=page.line,
        forms=forms,
        refused=refused,
        steps=steps,
    )
