"""The files that payers sent, and how much of them a person lets post."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from wtforms import HiddenField, RadioField
from wtforms.validators import StopValidation

from billing.posting_policy import Choice
from portal.services.upload_many import SentFile

CHOICES = [
    (Choice.ALL.value, "Everything that adds up; what needs a person opens work"),
    (Choice.CLEAN.value, "Only claims that open no work; the others wait, each alone"),
]


class UploadForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Files; what is in each says whether it is an 835. `group` makes the same form twice one."""

    group = HiddenField()
    file = MultipleFileField("Files")

    def validate_file(self, field: Any) -> None:
        """An empty form sends one file without a name."""
        if not any(one and one.filename for one in field.data or ()):
            raise StopValidation("Choose a file.")

    @property
    def files(self) -> list[SentFile]:
        return [
            SentFile(str(one.filename), bytes(one.read())) for one in self.file.data if one.filename
        ]

    @property
    def group_id(self) -> UUID:
        """As the page made it; a form without one is one of its own."""
        try:
            return UUID(self.group.data or "")
        except ValueError:
            made = uuid4()
            self.group.data = str(made)
            return made


class PostForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """How much of it posts."""

    choice = RadioField("What to post", choices=CHOICES, default=Choice.ALL.value)

    @property
    def chosen(self) -> Choice:
        """All that adds up, unless a person says less."""
        return Choice.CLEAN if self.choice.data == Choice.CLEAN.value else Choice.ALL
