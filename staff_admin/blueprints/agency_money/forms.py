"""What staff fill in about what an agency sent."""

from __future__ import annotations

import uuid

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField
from wtforms.validators import UUID


class ReturnsUploadForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A file of the agency; the id made with the page takes it in once."""

    file_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    file = FileField("File of the agency", [FileRequired("Choose a file.")])

    @property
    def id_of_file(self) -> uuid.UUID:
        return uuid.UUID(self.file_id.data)
