"""A provider's week and networks; days away, blocked hours and holidays. None of it moves a booked visit (SCH-2)."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from billing.free_times import end_moment
from portal.queries.affected import count_affected
from portal.queries.calendar_settings import (
    ProviderWeek,
    away_rows,
    block_row,
    choices_of,
    holidays_of,
    provider_week,
)
from portal.queries.staff_booking import zone_of_place
from portal.services.check_may_set import CannotSetCalendar
from portal.services.keep_block import add_block, change_block, end_block
from portal.services.keep_exception import Away, add_exceptions, remove_exception
from portal.services.keep_network import add_network, end_network
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from portal.web.theme import current_practice
from staff_admin.blueprints.calendar.asked import asked_day, asked_id
from staff_admin.blueprints.calendar.forms import BlockForm as BlockHourForm
from staff_admin.blueprints.calendar.setting_forms import (
    WEEKDAYS,
    AwayForm,
    ChangeBlockForm,
    EndForm,
    NetworkForm,
    NewBlockForm,
    from_database,
    pairs,
)
from staff_admin.blueprints.calendar.views import blueprint
from staff_admin.blueprints.show import found, show

DAY = timedelta(days=1)


@blueprint.get("/calendar/settings/providers/<int:provider_id>/week")
@staff("calendar.view")
def week(provider_id: int) -> str:
    """The week as it stands and will stand, and the networks."""
    return _show_week(_week(provider_id))


@blueprint.route("/calendar/settings/providers/<int:provider_id>/blocks", methods=["GET", "POST"])
@staff("calendar.settings")
def new_block(provider_id: int) -> ResponseReturnValue:
    """Add a block."""
    page, form = _week(provider_id), NewBlockForm(data={"since": practice_day()})
    form.offer()
    if form.validate_on_submit():
        try:
            add_block(
                staff=current_staff(),
                provider_id=provider_id,
                values=form.block(),
                since=form.since.data or date.max,
                until=form.until.data,
                now=now(),
            )
        except CannotSetCalendar as refused:
            form.form_errors.append(str(refused))
        else:
            flash("Added.", "done")
            return redirect(url_for(".week", provider_id=provider_id))
    return show(
        "calendar/settings/block.html", page=page, form=form, title="Add a block", block_id=None
    )


@blueprint.route("/calendar/settings/blocks/<int:block_id>", methods=["GET", "POST"])
@staff("calendar.settings")
def alter_block(block_id: int) -> ResponseReturnValue:
    """Another block from a day on."""
    provider_id, block = found(block_row(block_id))
    page = _week(provider_id)
    known = dict(block.values) | {"from_day": practice_day()}
    known["visit_type_ids"] = [str(one) for one in block.values["visit_type_ids"]]
    form = ChangeBlockForm(data=known)
    form.offer()
    if form.validate_on_submit():
        try:
            change_block(
                staff=current_staff(),
                block_id=block_id,
                values=form.block(),
                from_day=max(form.from_day.data or date.max, practice_day()),
                now=now(),
            )
        except CannotSetCalendar as refused:
            form.form_errors.append(str(refused))
        else:
            return _after(provider_id=provider_id)
    return show(
        "calendar/settings/block.html",
        page=page,
        form=form,
        title="Change a block",
        block_id=block_id,
    )


@blueprint.post("/calendar/settings/blocks/<int:block_id>/end")
@staff("calendar.settings")
def stop_block(block_id: int) -> ResponseReturnValue:
    """Its last day."""
    provider_id, _block = found(block_row(block_id))
    form = EndForm(prefix=f"end{block_id}")
    saw(kind="schedule_block", id=block_id)
    if not form.validate_on_submit():
        flash("Enter the last day as a date like 4/28/2026. Nothing was changed.", "error")
        return redirect(url_for(".week", provider_id=provider_id))
    end_block(
        staff=current_staff(), block_id=block_id, last_day=form.last_day.data or date.min, now=now()
    )
    return _after(provider_id=provider_id)


@blueprint.post("/calendar/settings/providers/<int:provider_id>/networks")
@staff("calendar.settings")
def new_network(provider_id: int) -> ResponseReturnValue:
    """In a payer's network from a day on."""
    page, form = _week(provider_id), _network_form()
    if form.validate_on_submit():
        try:
            add_network(
                staff=current_staff(),
                provider_id=provider_id,
                payer_id=int(form.payer.data),
                since=form.since.data or date.max,
                until=form.until.data,
                now=now(),
            )
        except CannotSetCalendar as refused:
            form.form_errors.append(str(refused))
        else:
            flash("Added.", "done")
            return redirect(url_for(".week", provider_id=provider_id))
    return _show_week(page, network=form)


@blueprint.post("/calendar/settings/providers/<int:provider_id>/networks/<int:network_id>/end")
@staff("calendar.settings")
def stop_network(provider_id: int, network_id: int) -> ResponseReturnValue:
    """Its last day is today."""
    saw(kind="provider_network", id=network_id)
    end_network(staff=current_staff(), network_id=network_id, last_day=practice_day(), now=now())
    flash("Ended with today.", "done")
    return redirect(url_for(".week", provider_id=provider_id))


@blueprint.get("/calendar/settings/away")
@staff("calendar.view")
def away() -> str:
    """Leave, holidays and blocked hours that are not over."""
    saw(kind="schedule_exceptions")
    rows = away_rows(now=now(), zone=current_practice().time_zone)
    return show("calendar/settings/away.html", rows=rows)


@blueprint.route("/calendar/settings/away/add", methods=["GET", "POST"])
@staff("calendar.settings")
def add_away() -> ResponseReturnValue:
    """Whole days, or from a time until a time."""
    saw(kind="schedule_exceptions")
    form = AwayForm(data={"provider": str(asked_id("provider") or "")})
    from_database(form.provider, "provider", "Everybody")
    from_database(form.location, "location", "Everywhere")
    if form.validate_on_submit():
        zone = _zone(form.location.data)
        last = form.last_day.data or date.min
        row = Away(
            kind=form.kind.data,
            provider_id=_id(form.provider.data),
            location_id=_id(form.location.data),
            reason=form.reason.data or "",
            starts_at=end_moment(
                zone, form.first_day.data or date.min, form.starts.data or time(0)
            ),
            ends_at=end_moment(zone, last, form.ends.data)
            if form.ends.data
            else end_moment(zone, last + DAY, time(0)),
        )
        if _added(form, row):
            return _after(provider_id=row.provider_id, location_id=row.location_id)
    return show(
        "calendar/settings/form.html", form=form, title="Add leave or closed days", kind="away"
    )


@blueprint.route("/calendar/block", methods=["GET", "POST"])
@staff("calendar.edit")
def block_hour() -> ResponseReturnValue:
    """An hour of a provider in which nobody is seen."""
    saw(kind="schedule_exceptions")
    form = BlockHourForm(
        data={
            "provider": str(asked_id("provider") or ""),
            "location": str(asked_id("location") or ""),
            "on": asked_day(),
        }
    )
    form.provider.choices = pairs(choices_of("provider"))
    form.location.choices = pairs(choices_of("location"), "Everywhere")
    if form.validate_on_submit():
        zone, on = _zone(form.location.data), form.on.data or date.min
        row = Away(
            kind="blocked",
            provider_id=_id(form.provider.data),
            location_id=_id(form.location.data),
            reason=form.reason.data or "",
            starts_at=end_moment(zone, on, form.starts.data or time(0)),
            ends_at=end_moment(zone, on, form.ends.data or time(0)),
        )
        if _added(form, row):
            return _after(provider_id=row.provider_id, day=on)
    return show("calendar/settings/form.html", form=form, title="Block time", kind="block")


@blueprint.post("/calendar/settings/away/<int:exception_id>/remove")
@staff("calendar.edit")
def remove_away(exception_id: int) -> ResponseReturnValue:
    """The time is open again."""
    saw(kind="schedule_exception", id=exception_id)
    remove_exception(staff=current_staff(), exception_id=exception_id, now=now())
    flash("Taken back. The time is open again.", "done")
    return redirect(url_for(".away"))


@blueprint.route("/calendar/settings/holidays", methods=["GET", "POST"])
@staff("calendar.settings")
def holidays() -> ResponseReturnValue:
    """The holidays of a place's state, to tick and save."""
    saw(kind="schedule_exceptions")
    places = choices_of("location")
    location_id = asked_id("location") or (places[0].id if places else 0)
    year = min(max(asked_id("year") or practice_day().year, 2020), 2100)
    rows, zone = holidays_of(location_id, year) or ((), "UTC")
    ticked = set(request.form.getlist("day"))
    chosen = [row for row in rows if row.on.isoformat() in ticked and not row.saved]
    if chosen:
        add_exceptions(
            staff=current_staff(),
            rows=[
                Away(
                    kind="holiday",
                    location_id=location_id,
                    reason=row.name,
                    starts_at=end_moment(zone, row.on, time(0)),
                    ends_at=end_moment(zone, row.on + DAY, time(0)),
                )
                for row in chosen
            ],
            now=now(),
        )
        return _after(location_id=location_id)
    shown: dict[str, Any] = {"places": places, "location_id": location_id, "year": year}
    return show("calendar/settings/holidays.html", rows=rows, **shown)


def _week(provider_id: int) -> ProviderWeek:
    page = found(provider_week(provider_id, on=practice_day()))
    saw(kind="provider_profile", id=provider_id)
    return page


def _show_week(page: ProviderWeek, network: NetworkForm | None = None) -> str:
    ends = {one.id: EndForm(prefix=f"end{one.id}", formdata=None) for one in page.blocks}
    form = network or _network_form(formdata=None)
    return show(
        "calendar/settings/week.html", page=page, network=form, ends=ends, weekdays=WEEKDAYS
    )


def _network_form(**options: Any) -> NetworkForm:
    form = NetworkForm(prefix="network", data={"since": practice_day()}, **options)
    from_database(form.payer, "payer", "Choose one")
    return form


def _id(value: str | None) -> int | None:
    return int(value) if value else None


def _zone(location: str | None) -> str:
    """The place's clock; of what holds everywhere the practice's."""
    return (zone_of_place(int(location)) if location else None) or current_practice().time_zone


def _added(form: Any, row: Away) -> bool:
    try:
        add_exceptions(staff=current_staff(), rows=[row], now=now())
    except CannotSetCalendar as refused:
        form.form_errors.append(str(refused))
        return False
    return True


def _after(
    *, provider_id: int | None = None, location_id: int | None = None, day: date | None = None
) -> ResponseReturnValue:
    """To the booked visits that now stand outside the schedule, or back to where one was."""
    left = count_affected(provider_id=provider_id, location_id=location_id, now=now())
    if left:
        flash(
            f"Saved. {left} booked visits stand outside the schedule now. Nothing was moved.",
            "info",
        )
        return redirect(url_for(".affected", provider=provider_id, location=location_id))
    flash("Saved. No booked visit is affected.", "done")
    if day is not None:
        return redirect(url_for(".index", on=day.isoformat()))
    if provider_id is not None:
        return redirect(url_for(".week", provider_id=provider_id))
    return redirect(url_for(".away"))
