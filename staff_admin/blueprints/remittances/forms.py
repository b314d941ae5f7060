"""The file that a payer sent."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired


class UploadForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """One file; what is in it says whether it is an 835."""

    file = FileField("File", [FileRequired("Choose a file.")])

    @property
    def content(self) -> bytes:
        return bytes(self.file.data.read())

    @property
    def filename(self) -> str:
        return str(self.file.data.filename or "upload.835")
