"""What staff decide about a parent's request."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import RadioField

from portal.web.fields import at_most, chosen, required
from portal.web.note_field import NoteField


class AnswerForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why not; the parent is not told the reason."""

    answer = RadioField(
        "Answer",
        [chosen("an answer")],
        choices=[
            ("come_in", "Ask them to come in with a photo ID"),
            ("refused", "We cannot do it: ask them to call"),
        ],
    )
    note = NoteField("Reason, for us alone", [required("a reason"), at_most(300, "The reason")])
