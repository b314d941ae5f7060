"""Booking before anybody signed in: look, choose, keep the time, then sign in or register (ID-1)."""

from __future__ import annotations

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.blueprints.visits.search import (
    Where,
    asked,
    hold_id,
    show_taken,
    show_times,
    times_address,
    wanted,
)
from portal.blueprints.visits.views import blueprint
from portal.queries.booking_people import fitting_kinds
from portal.queries.own_holds import hold_of_browser
from portal.services.appointment_actor import SlotTaken
from portal.services.hold_slot import Holder, hold_slot
from portal.web.access import public
from portal.web.clock import now
from portal.web.held_time import holder_hash, keep_hold, kept_hold, slow_down_holders
from portal.web.languages import language
from portal.web.practice_day import practice_day


@blueprint.get("/book")
@public
def door() -> ResponseReturnValue:
    """What kind of visit, then the times: nothing here is about anybody."""
    if "login_id" in g and "guest" not in g:
        return redirect(url_for(".book", type=request.args.get("type")))
    search = asked()
    if search.kind_id is not None:
        return show_times(search, _where(), None)
    found = fitting_kinds(None, on=practice_day(), language=language())
    return render_template("visits/kind.html", found=found, where=_where(), person=None)


@blueprint.post("/book/hold")
@public
def door_hold() -> ResponseReturnValue:
    """Keep the time for this browser; who it is comes next."""
    start, held = wanted(), hold_id()
    slow_down_holders()
    holder = Holder(holder_hash=holder_hash())
    try:
        hold_slot(appointment_id=held, start=start, holder=holder, now=now())
    except SlotTaken as refused:
        return show_taken(start, _where(), None, refused)
    keep_hold(held)
    return redirect(url_for(".door_kept"), 303)


@blueprint.get("/book/kept")
@public
def door_kept() -> ResponseReturnValue:
    """The time is kept: sign in, or register."""
    held = kept_hold()
    found = hold_of_browser(held, holder_hash=holder_hash()) if held else None
    if found is None:
        return redirect(url_for(".door"))
    return render_template(
        "visits/kept.html",
        visit=found,
        tongue=language(),
        over=found.held_until is None or found.held_until <= now(),
        times_url=times_address(_where(), found.visit_type_id),
    )


def _where() -> Where:
    return Where(
        here=url_for(".door"), hold=url_for(".door_hold"), back=(url_for("pages.home"), "Home")
    )
