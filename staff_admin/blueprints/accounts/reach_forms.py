"""What staff fill in when somebody asks to be reached in another way; no field is for a reason (HIPAA-10)."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField
from wtforms.validators import Optional, Regexp

from portal.services.write_request import SWITCHES, WORDS
from portal.web.fields import EmailField, LineField, PhoneField, at_most, chosen

HALF = "Enter street, city, state and ZIP code, or none of them."


class SignForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The press of a button."""


class EndForm(FlaskForm):  # type: ignore[misc]  # as above
    """The press of a button."""


class ReachForm(FlaskForm):  # type: ignore[misc]  # as above
    """All of it on one page, as it is said at the desk or by phone."""

    source = RadioField(
        "Where did they ask?",
        [chosen("where they asked")],
        choices=[("desk", "At the desk"), ("phone", "By phone")],
    )
    street = LineField("Street", [at_most(60, "The street")])
    street2 = LineField("Apartment or unit", [at_most(60, "The second line")])
    city = LineField("City", [at_most(40, "The city")])
    state = LineField("State", [Optional(), Regexp(r"^[A-Za-z]{2}$", message="Enter two letters.")])
    postal_code = LineField(
        "ZIP code",
        [Optional(), Regexp(r"^\d{5}(-?\d{4})?$", message="Enter a ZIP code like 20852.")],
    )
    email = EmailField("E-mail", [Optional()])
    phone = PhoneField("Phone", [Optional()])
    no_paper = BooleanField("No mail to the usual address")
    no_email = BooleanField("No e-mail")
    no_texts = BooleanField("No texts")
    no_calls = BooleanField("No calls")
    shared_phone = BooleanField("Others use the phone too")

    def validate(self, extra_validators: Any = None) -> bool:
        """Half an address reaches nobody."""
        if not super().validate(extra_validators):
            return False
        parts = [self[name].data for name in ("street", "city", "state", "postal_code")]
        if any([*parts, self.street2.data]) and not all(parts):
            self.street.errors = [HALF]
        return not self.errors

    @property
    def answers(self) -> dict[str, Any]:
        """As the request keeps them; a number told to the office is proven by nothing."""
        words = {name: (self[name].data or "") for name in WORDS}
        words |= {"state": words["state"].upper(), "email": words["email"].lower()}
        return (
            words | {name: bool(self[name].data) for name in SWITCHES} | {"phone_proven_at": None}
        )
