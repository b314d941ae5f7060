"""The code of the sample, and the box that is never ticked beforehand."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField
from wtforms.validators import DataRequired

from portal.web.fields import CodeField, required


class SampleCodeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What stands in the sample."""

    code = CodeField("Code from the sample", [required("the six digits from the sample")])


class AgreeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The consent itself, to the words that stood above it."""

    seen_hash = HiddenField()
    agree = BooleanField(
        "", [DataRequired(message="Tick the box if you agree. Or keep paper: it is free.")]
    )
