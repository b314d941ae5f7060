"""Many booked visits at once: those outside the schedule, or all of a provider's days, moved or given up (SCH-5)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.validators import InputRequired

from portal.queries.affected import (
    Affected,
    AffectedWish,
    accounts_of_visits,
    affected_visits,
    proposals,
)
from portal.queries.appointment_row import AppointmentFacts
from portal.queries.calendar_settings import choices_of
from portal.services.rebook_many import Many, Move, cancel_many, move_many
from portal.web.access import saw, staff
from portal.web.clock import now
from portal.web.fields import DayField
from portal.web.practice_day import practice_day
from staff_admin.blueprints.calendar.asked import actor, asked_id
from staff_admin.blueprints.calendar.setting_forms import pairs
from staff_admin.blueprints.calendar.views import blueprint
from staff_admin.blueprints.show import show


class DaysForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Whose days."""

    provider = SelectField("Who", [InputRequired("Choose who.")])
    first = DayField("First day", [InputRequired("Enter a date.")])
    last = DayField("Last day", [InputRequired("Enter a date.")])


@blueprint.get("/calendar/affected")
@staff("calendar.edit")
def affected() -> str:
    """Who stands outside the schedule, or in the days that are asked for."""
    return _show(_days_form(formdata=None))


@blueprint.post("/calendar/affected/days")
@staff("calendar.edit")
def affected_days() -> ResponseReturnValue:
    """A provider's days."""
    form = _days_form()
    if not form.validate_on_submit():
        return _show(form)
    first, last = form.first.data or date.min, form.last.data or date.min
    return redirect(
        url_for(
            ".affected", provider=form.provider.data, first=first.isoformat(), last=last.isoformat()
        )
    )


@blueprint.post("/calendar/affected/propose")
@staff("calendar.edit")
def propose() -> ResponseReturnValue:
    """Where the marked visits could go; nothing is moved yet."""
    later = request.form.get("later", 0, type=int)
    rows = proposals(
        _marked(),
        provider_id=request.form.get("to", 0, type=int),
        days_later=min(max(later, 0), 366),
        now=now(),
    )
    _saw(row.facts for row in rows)
    if not rows:
        flash("Mark the visits that are to move.", "info")
        return redirect(url_for(".affected", **_kept()))
    return show("calendar/propose.html", rows=rows, kept=_kept())


@blueprint.post("/calendar/affected/move")
@staff("calendar.edit")
def move_many_visits() -> ResponseReturnValue:
    """Move them as proposed; who changed meanwhile stays."""
    moves = _moves()
    _act_on({one.appointment_id for one in moves})
    saw(kind="appointments", id=len(moves), action="update")
    return _done(move_many(moves, actor=actor(), now=now()), "moved. Each patient is told")


@blueprint.post("/calendar/affected/cancel")
@staff("calendar.edit")
def cancel_many_visits() -> ResponseReturnValue:
    """Give the marked visits up, and offer three times to each."""
    marked = _marked()
    _act_on(marked)
    done = cancel_many(marked, actor=actor(), now=now())
    return _done(done, "canceled. Three times are offered to each patient")


def _wish() -> AffectedWish:
    return AffectedWish(
        provider_id=asked_id("provider"),
        location_id=asked_id("location"),
        first=_day("first"),
        last=_day("last"),
    )


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def _kept() -> dict[str, Any]:
    names = ("provider", "location", "first", "last")
    return {name: request.args[name] for name in names if request.args.get(name)}


def _days_form(**options: Any) -> DaysForm:
    known = {
        "provider": str(asked_id("provider") or ""),
        "first": practice_day(),
        "last": practice_day(),
    }
    form = DaysForm(data=known, **options)
    form.provider.choices = pairs(choices_of("provider"))
    return form


def _show(form: DaysForm) -> str:
    wish = _wish()
    rows: tuple[Affected, ...] = affected_visits(wish, now=now())
    _saw(row.facts for row in rows)
    return show(
        "calendar/affected.html",
        wish=wish,
        rows=rows,
        days=form,
        kept=_kept(),
        providers=choices_of("provider"),
    )


def _saw(visits: Any) -> None:
    seen: list[AppointmentFacts] = list(visits)
    saw(
        accounts=[one.account_id for one in seen if one.account_id],
        patients=[one.patient_id for one in seen if one.patient_id],
        kind="appointments",
    )


def _act_on(appointment_ids: set[UUID]) -> None:
    """However many they are, a restricted account among them keeps the change from being made (HIPAA-3)."""
    saw(about=accounts_of_visits(appointment_ids), kind="appointments")


def _marked() -> set[UUID]:
    found = set()
    for text in request.form.getlist("visit")[:500]:
        try:
            found.add(UUID(text))
        except ValueError:
            continue
    return found


def _moves() -> list[Move]:
    """What the page proposed, as its hidden fields say; a kind of visit cannot be changed by it."""
    found = []
    for text in request.form.getlist("move")[:500]:
        parts = text.split(" ")
        try:
            appointment_id, seen, provider_id, location_id, starts = parts
            found.append(
                Move(
                    appointment_id=UUID(appointment_id),
                    seen_at=datetime.fromisoformat(seen),
                    provider_id=int(provider_id),
                    location_id=int(location_id),
                    starts_at=datetime.fromisoformat(starts),
                )
            )
        except ValueError:
            continue
    return found


def _done(many: Many, words: str) -> ResponseReturnValue:
    visits = "visit" if many.done == 1 else "visits"
    left = (
        f" {many.left} changed meanwhile and stayed as they were: look at them again."
        if many.left
        else ""
    )
    flash(f"{many.done} {visits} {words}.{left}", "info" if many.left else "done")
    return redirect(url_for(".affected", **_kept()))
