"""What staff write to a patient, and where a text belongs."""

from __future__ import annotations

import uuid

from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms.validators import UUID

from portal.web.fields import LineField, at_most, required
from portal.web.note_field import NoteField


class AnswerForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """An answer. The id made with the page lets the same form be sent once only."""

    form_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    text = NoteField("Your answer", [required("an answer"), at_most(2000, "The answer")])

    @property
    def id_of_form(self) -> uuid.UUID:
        return uuid.UUID(self.form_id.data)


class PlaceForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The account that a text belongs to."""

    account_number = LineField(
        "Account number", [required("an account number"), at_most(20, "The account number")]
    )
