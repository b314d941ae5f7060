"""The two questions behind the link in a text."""

from __future__ import annotations

from flask_wtf import FlaskForm

from portal.web.fields import CodeField, DayField, LineField, at_most, required


class QuestionsForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What the one who owes knows."""

    birth_on = DayField("Your birth date", [required("your birth date")])
    postal_code = LineField(
        "Your ZIP code", [required("your ZIP code"), at_most(10, "The ZIP code")]
    )


class TextCodeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The proof that the phone is at hand."""

    code = CodeField("Code from the text", [required("the six digits")])
