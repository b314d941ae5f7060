"""What staff say when texts may leave again."""

from __future__ import annotations

from flask_wtf import FlaskForm

from portal.web.fields import at_most, required
from portal.web.note_field import NoteField


class ResumeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What was mended."""

    reason = NoteField("What was mended", [required("what was mended"), at_most(500, "The reason")])
