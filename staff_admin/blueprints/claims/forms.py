"""The file that the practice sent to its payers."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired


class ClaimsFileForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """One 837P."""

    file = FileField("File", [FileRequired("Choose a file.")])

    @property
    def content(self) -> bytes:
        return bytes(self.file.data.read())

    @property
    def filename(self) -> str:
        return str(self.file.data.filename or "upload.837")
