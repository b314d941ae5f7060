"""What is typed on a tablet at the desk."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms.validators import InputRequired, Regexp

from portal.services.open_kiosk import Told
from portal.web.fields import CodeField, DayField, LineField, at_most, required


class PairForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The code that staff read out."""

    code = CodeField("Code", [required("the code")])


class FindForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Who somebody is, by what only they know here."""

    last_name = LineField("Last name", [required("your last name"), at_most(60, "The name")])
    born_on = DayField("Birth date", [InputRequired("Enter your birth date.")])
    digits = CodeField(
        "Last 4 digits of your phone, or your ZIP code",
        [
            required("the last 4 digits of your phone, or your ZIP code"),
            Regexp(r"^(\d{4}|\d{5})$", message="Enter 4 digits of your phone, or 5 of your ZIP."),
        ],
    )

    @property
    def told(self) -> Told:
        if self.born_on.data is None:
            raise ValueError("checked before")
        return Told(
            last_name=self.last_name.data or "",
            born_on=self.born_on.data,
            digits=self.digits.data or "",
        )
