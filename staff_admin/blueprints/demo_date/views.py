"""Move a demo to days to come, and read what happened on the way: each message, letter, hold and refusal."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from flask import Blueprint, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SubmitField

from portal.queries.lived_days import KINDS, LivedDays, lived_days
from portal.services.demo_walk import ask_walk, last_walk
from portal.web.access import saw, staff
from portal.web.practice_day import practice_day
from portal.web.theme import current_practice
from staff_admin.blueprints.show import page_number, show

blueprint = Blueprint("demo_date", __name__, url_prefix="/demo-date")


class MoveForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """How far; each button is a distance."""

    day = SubmitField("1 day")
    week = SubmitField("7 days")
    month = SubmitField("30 days")
    quarter = SubmitField("120 days")

    @property
    def days(self) -> int:
        steps = ((self.day, 1), (self.week, 7), (self.month, 30), (self.quarter, 120))
        return next((days for button, days in steps if button.data), 1)


@blueprint.get("/")
@staff("holds.view")
def index() -> str:
    """The day it is, how far a walk is, and what the last one brought."""
    walk, last = last_walk(_clock_file()), practice_day()
    first = min(last, walk.began_on + timedelta(days=1)) if walk else last
    kind, account = request.args.get("kind", ""), request.args.get("account", 0, type=int)
    kind = kind if kind in KINDS else ""
    lived = _lived(first, last, kind, account)
    saw(accounts={row.account_id for row in lived.page.rows}, kind="lived_days")
    shown = {"kinds": KINDS, "kind": kind, "account": account, "form": MoveForm()}
    return show("demo_date/index.html", walk=walk, today=last, first=first, lived=lived, **shown)


@blueprint.post("/")
@staff("holds.decide")
def move() -> ResponseReturnValue:
    """Ask for the walk; the page shows how far it is."""
    form = MoveForm()
    if form.validate_on_submit():
        ask_walk(_clock_file(), days=form.days, on=practice_day())
    return redirect(url_for("demo_date.index"), 303)


def _lived(first: date, last: date, kind: str, account_id: int) -> LivedDays:
    return lived_days(
        first=first,
        last=last,
        zone=current_practice().time_zone,
        kind=kind,
        account_id=account_id,
        number=page_number(),
    )


def _clock_file() -> Path:
    found: Path = current_app.config["SETTINGS"].clock_file
    return found
