"""What finds a record, and the code that opens it."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms.validators import Email, InputRequired, Optional, Regexp

from portal.queries.link_candidates import Asked
from portal.web.fields import CodeField, DayField, LineField, PhoneField, at_most, required


class FindForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Name, birth date, and at least one thing that the office has on file."""

    first_name = LineField("First name", [required("a first name"), at_most(60, "The first name")])
    last_name = LineField("Last name", [required("a last name"), at_most(60, "The last name")])
    suffix = LineField("Suffix (optional)", [at_most(10, "The suffix")])
    birth_on = DayField("Birth date", [InputRequired("Enter your birth date.")])
    postal_code = LineField(
        "ZIP code",
        [Optional(), Regexp(r"^\d{5}(-?\d{4})?$", message="Enter a ZIP code like 20852.")],
    )
    phone = PhoneField("Mobile number", [Optional()])
    email = LineField(
        "E-mail", [Optional(), Email(message="Enter an e-mail address like name@example.com.")]
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """One of the three is enough, and none is too little."""
        if not super().validate(extra_validators):
            return False
        if not (self.postal_code.data or self.phone.data or self.email.data):
            self.postal_code.errors = ["Enter your ZIP code, your mobile number or your e-mail."]
            return False
        return True

    @property
    def asked(self) -> Asked:
        names = ("first_name", "last_name", "suffix", "postal_code", "phone", "email")
        said = {name: self[name].data or "" for name in names}
        assert self.birth_on.data is not None  # a valid form has it
        return Asked(birth_on=self.birth_on.data, **said)


class LinkCodeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The proof that one reads what goes to the contact on file."""

    code = CodeField("Code from the text or e-mail", [required("the six digits")])
