"""What somebody without a sign-in says of themself, and how they come back. No social security number (FA-6)."""

from __future__ import annotations

from datetime import date

from flask_wtf import FlaskForm
from wtforms.validators import Optional, Regexp

from portal.blueprints.help_paying.forms import LONGEST_LIFE
from portal.web.fields import DayField, EmailField, LineField, PhoneField, at_most, required

BORN = "Enter a date like 4/28/1986: month, day and year."


class GuestForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Enough to find the account, and to answer."""

    name = LineField("Your full name", [required("your name"), at_most(120, "The name")])
    birth_on = DayField("Your birth date", [required("your birth date")])
    phone = PhoneField("Phone", [Optional()])
    email = EmailField("E-mail", [Optional()])
    street = LineField("Street", [at_most(120, "The street")])
    city = LineField("City", [at_most(80, "The city")])
    residence_state = LineField(
        "State you live in",
        [
            required("the two letters of your state"),
            Regexp(r"^[A-Za-z]{2}$", message="Enter the two letters of your state, like OH."),
        ],
    )
    postal_code = LineField("ZIP code", [at_most(10, "The ZIP code")])
    account_number = LineField("Account number from a bill", [at_most(30, "The number")])

    def check(self, on: date) -> bool:
        """A birth date that a living person may have, and a way to answer."""
        born = self.birth_on.data
        if born is None or not (date(on.year - LONGEST_LIFE, 1, 1) <= born <= on):
            self.birth_on.errors = [BORN]
        if not (self.phone.data or self.email.data or self.street.data):
            self.phone.errors = ["Tell us one way to reach you: a phone, an e-mail or an address."]
        return not self.errors

    @property
    def fields(self) -> dict[str, str]:
        names = ("name", "phone", "email", "street", "city", "postal_code", "account_number")
        said = {name: self[name].data or "" for name in names}
        return {
            **said,
            "residence_state": (self.residence_state.data or "").upper(),
            "residence_county": "",
        }


class BackForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The code and the birth date."""

    code = LineField("Your code", [required("your code"), at_most(20, "The code")])
    birth_on = DayField("Your birth date", [required("your birth date")])
