"""What staff write to a patient, and where a text belongs."""

from __future__ import annotations

import uuid

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, SelectField
from wtforms.validators import UUID

from portal.web.fields import LineField, at_most, required
from portal.web.note_field import NoteField, NoteLineField


class AnswerForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """An answer. The id made with the page lets the same form be sent once only."""

    form_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    text = NoteField("Your answer", [required("an answer"), at_most(2000, "The answer")])

    file = FileField("Photo or PDF (optional)", render_kw={"accept": "image/*,application/pdf"})

    @property
    def content(self) -> bytes | None:
        """The file, if any. Its name and declared type are not looked at."""
        return bytes(self.file.data.read()) if self.file.data else None

    @property
    def id_of_form(self) -> uuid.UUID:
        return uuid.UUID(self.form_id.data)


class AssignForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Who answers."""

    to = SelectField("Who answers", coerce=int, validate_choice=False)


class KeptAnswerForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """An answer that is given often, in both languages."""

    title = NoteLineField("Title", [required("a title"), at_most(80, "The title")])
    words_en = NoteField("In English", [required("the words"), at_most(2000, "The words")])
    words_es = NoteField("In Spanish", [required("the words"), at_most(2000, "The words")])
    active = BooleanField("In use", default=True)


class PlaceForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The account that a text belongs to."""

    account_number = LineField(
        "Account number", [required("an account number"), at_most(20, "The account number")]
    )
