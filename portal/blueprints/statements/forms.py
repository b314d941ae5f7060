"""The one question that a bill asks back."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms.validators import InputRequired

from portal.web.fields import AmountField


class CompareForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What the patient's own EOB says."""

    amount = AmountField(
        "What does your EOB say you may owe?", [InputRequired("Enter the amount on your EOB.")]
    )
