"""What staff fill in to write a form."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, RadioField
from wtforms.validators import NumberRange, Optional, Regexp

from billing.form_fields import BadFields, Field, from_lines, to_lines
from portal.queries.form_page import FormRow, FormWords
from portal.services.publish_form import FormSettings, FormText
from portal.web.fields import LineField, at_most, chosen, required
from portal.web.note_field import NoteField

KINDS = [
    ("questionnaire", "Questions"),
    ("consent", "Consent"),
    ("financial", "Who pays (the sentence that California asks for stands below it)"),
    ("notice", "Notice"),
]


class TextForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """One language of a form."""

    title = LineField("Title", [required("a title"), at_most(120, "The title")])
    body = NoteField("Words", [at_most(20_000, "The text")])
    questions = NoteField("Questions", [at_most(20_000, "The questions")])

    def fill(self, words: FormWords) -> TextForm:
        """With the draft, or the newest version."""
        self.title.data, self.body.data = words.title, words.body
        self.questions.data = to_lines(words.fields)
        return self

    def validate(self, extra_validators: Any = None) -> bool:
        """The questions must read."""
        if not super().validate(extra_validators):
            return False
        try:
            self.read_fields()
        except BadFields as bad:
            self.questions.errors = list(bad.faults)
            return False
        if not (self.body.data or "").strip() and not self.read_fields():
            self.body.errors = ["Write some words, or ask a question."]
            return False
        return True

    def read_fields(self) -> tuple[Field, ...]:
        """What the lines say."""
        return from_lines(self.questions.data or "")

    def text(self, language: str) -> FormText:
        """As it is kept."""
        return FormText(
            language=language,
            title=self.title.data or "",
            body=self.body.data or "",
            fields=self.read_fields(),
        )


class SettingsForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """When a form is asked for."""

    active = BooleanField("Ask for it")
    every_visit = BooleanField("Before every visit")
    renew_months = IntegerField(
        "Again after (months)", [Optional(), NumberRange(1, 60, "From 1 to 60 months.")]
    )
    must_sign = BooleanField("It is signed")

    def fill(self, row: FormRow) -> SettingsForm:
        """With what counts now."""
        self.active.data, self.every_visit.data = row.active, row.every_visit
        self.renew_months.data, self.must_sign.data = row.renew_months, row.must_sign
        return self

    @property
    def settings(self) -> FormSettings:
        return FormSettings(
            renew_months=self.renew_months.data,
            every_visit=bool(self.every_visit.data),
            must_sign=bool(self.must_sign.data),
            active=bool(self.active.data),
        )


class NewForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Another form."""

    code = LineField(
        "Short name",
        [
            required("a short name"),
            Regexp(r"^[a-z][a-z0-9-]{1,39}$", message="Use small letters, digits and -."),
        ],
    )
    kind = RadioField("What is it?", [chosen("what it is")], choices=KINDS)
