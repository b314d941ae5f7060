"""The calendar: a day or a week by provider, by room, at one place or at all."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.front_desk import missing_before
from portal.queries.staff_calendar import CalendarPage, calendar_page
from portal.web.access import saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.calendar.asked import asked_wish
from staff_admin.blueprints.calendar.forms import DayForm
from staff_admin.blueprints.show import show

blueprint = Blueprint("calendar", __name__)


@blueprint.get("/calendar/")
@staff("calendar.view")
def index() -> str:
    """The day: who comes, what is free, who is away."""
    return show_calendar(DayForm(formdata=None))


@blueprint.post("/calendar/go")
@staff("calendar.view")
def go() -> ResponseReturnValue:
    """To a day that was typed."""
    form = DayForm()
    if not form.validate_on_submit():
        return show_calendar(form)
    on = form.on.data or practice_day()
    return redirect(url_for(".index", **asked_wish().args(on=on.isoformat())))


@blueprint.get("/calendar/sheet")
@staff("calendar.view")
def sheet() -> str:
    """The day on paper: times, names, birth dates, kinds of visits, what is missing; never why somebody comes."""
    page = _seen(action="print")
    return show("calendar/sheet.html", page=page, missing=missing_before(page.visits, now=now()))


def show_calendar(form: DayForm) -> str:
    """The day or week of the address."""
    return show("calendar/index.html", page=_seen(), form=form, today=practice_day())


def _seen(action: str = "") -> CalendarPage:
    page = calendar_page(asked_wish(), now=now())
    saw(
        accounts=[one.account_id for one in page.visits if one.account_id],
        patients=[one.patient_id for one in page.visits if one.patient_id],
        kind="calendar",
        id=page.wish.on.isoformat(),
        action=action,
    )
    return page
