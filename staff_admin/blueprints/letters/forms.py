"""What staff hand in about letters."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired


class MailStatusForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The printer's file; the same one again changes nothing."""

    file = FileField("File of the printer", [FileRequired("Choose a file.")])
