"""What is typed at the desk."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import SelectField

from portal.web.fields import DayField, LineField, at_most, required
from portal.web.note_field import NoteField


class OverrideForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why a visit goes on without a verified coverage (SCH-10)."""

    reason = NoteField("Why the visit goes on without", [required("why"), at_most(300, "It")])


class DeskDayForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Another day."""

    on = DayField("Day", [required("a day")])


class KioskForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Another tablet."""

    name = LineField("What you call it", [required("a name"), at_most(60, "The name")])
    location = SelectField("Where it stands", coerce=int)

    def offer(self, places: tuple[tuple[int, str], ...]) -> KioskForm:
        """The places there are."""
        self.location.choices = list(places)
        return self
