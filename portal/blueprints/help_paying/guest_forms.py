"""What somebody without a sign-in says of themself, on two screens, and how they come back. No social security number (FA-6)."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms.validators import Optional, Regexp

from portal.blueprints.help_paying.forms import LONGEST_LIFE
from portal.queries.application_draft import WAYS
from portal.web.fields import DayField, EmailField, LineField, PhoneField, at_most, required

BORN = "Enter a date like 4/28/1986: month, day and year."
NO_WAY = "Tell us one way to reach you: a phone, an e-mail or an address."
REACH = ("phone", "email", "street", "city", "residence_state", "postal_code")


class WhoForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Whose application it is."""

    name = LineField("Your full name", [required("your name"), at_most(120, "The name")])
    birth_on = DayField("Your birth date", [required("your birth date")])
    account_number = LineField("Account number from a bill (optional)", [at_most(30, "The number")])

    def check(self, on: date) -> bool:
        """A birth date that a living person may have."""
        born = self.birth_on.data
        if born is None or not (date(on.year - LONGEST_LIFE, 1, 1) <= born <= on):
            self.birth_on.errors = [BORN]
        return not self.errors

    @property
    def fields(self) -> dict[str, str]:
        return {name: self[name].data or "" for name in ("name", "account_number")}


class ReachForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """How to answer them, and the state, which decides what help there is."""

    phone = PhoneField("Phone (optional)", [Optional()])
    email = EmailField("E-mail (optional)", [Optional()])
    street = LineField("Street (optional)", [at_most(120, "The street")])
    city = LineField("City (optional)", [at_most(80, "The city")])
    residence_state = LineField(
        "State you live in",
        [
            required("the two letters of your state"),
            Regexp(r"^[A-Za-z]{2}$", message="Enter the two letters of your state, like OH."),
        ],
    )
    postal_code = LineField("ZIP code (optional)", [at_most(10, "The ZIP code")])

    def validate(self, extra_validators: Any = None) -> bool:
        """One way to answer is enough, and none is too little; said along with whatever else is wrong."""
        super().validate(extra_validators)
        if not any(self[way].data for way in WAYS):
            self.phone.errors = [*self.phone.errors, NO_WAY]
        return not self.errors

    @property
    def fields(self) -> dict[str, str]:
        said = {name: self[name].data or "" for name in REACH}
        return {**said, "residence_state": said["residence_state"].upper()}


class BackForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The code and the birth date."""

    code = LineField("Your code", [required("your code"), at_most(20, "The code")])
    birth_on = DayField("Your birth date", [required("your birth date")])
