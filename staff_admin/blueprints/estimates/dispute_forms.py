"""What staff write down of a federal dispute of a bill above its estimate."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import RadioField

from portal.services.estimate_dispute import OUTCOMES
from portal.web.fields import DayField, LineField, at_most, chosen, required
from portal.web.note_field import NoteField


class OpenForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The notice that a dispute was begun."""

    reference = LineField(
        "The agency’s dispute number", [required("the dispute number"), at_most(60, "The number")]
    )
    initiated_on = DayField("Date of the notice", [required("the date of the notice")])


class AnswerForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What we sent, and when."""

    answered_on = DayField("Sent on", [required("the day")])
    answer = NoteField("What you sent, and how", [required("what you sent"), at_most(500, "It")])


class EndForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """How it ended."""

    outcome = RadioField("How it ended", [chosen("how it ended")], choices=list(OUTCOMES.items()))
    decision = NoteField("The decision", [required("the decision"), at_most(500, "It")])
