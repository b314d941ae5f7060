"""What people tell us of themselves, asked while signing up and changed later: one form for each idea (LANG-3)."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField
from wtforms.validators import InputRequired, Regexp

from portal.web.fields import DayField, LineField, PhoneField, at_most, required
from portal.web.languages import later

# Those in which the office gives notice of free help (LANG-1), named as their speakers name them.
LANGUAGES = (
    ("en", "English"),
    ("es", "Español"),
    ("zh-Hant", "繁體中文"),
    ("vi", "Tiếng Việt"),
    ("ko", "한국어"),
    ("tl", "Tagalog"),
    ("ru", "Русский"),
    ("ar", "العربية"),
    ("ht", "Kreyòl Ayisyen"),
    ("fr", "Français"),
    ("pl", "Polski"),
    ("pt", "Português"),
    ("it", "Italiano"),
    ("de", "Deutsch"),
    ("ja", "日本語"),
    ("fa", "فارسی"),
    ("hi", "हिन्दी"),
    ("other", later("Another language")),
)
SIGNED = ("ase", later("American Sign Language"))
FORMATS = {"large_print": "Large print", "braille": "Braille", "audio": "Audio"}


class NameForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The legal name and the birth date, as a plan or an ID has them."""

    first_name = LineField(
        "First name", [required("your first name"), at_most(60, "The first name")]
    )
    middle_name = LineField("Middle name (optional)", [at_most(60, "The middle name")])
    last_name = LineField("Last name", [required("your last name"), at_most(60, "The last name")])
    suffix = LineField("Suffix (optional)", [at_most(10, "The suffix")])
    birth_on = DayField("Birth date", [InputRequired("Enter your birth date.")])


class LanguageForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """How to speak with, and write to, somebody."""

    spoken_language = SelectField("Which language shall we speak?", choices=[*LANGUAGES, SIGNED])
    written_language = SelectField("Which language do you read best?", choices=[*LANGUAGES])
    interpreter = BooleanField("I need an interpreter")
    large_print = BooleanField(FORMATS["large_print"])
    braille = BooleanField(FORMATS["braille"])
    audio = BooleanField(FORMATS["audio"])

    def __init__(self, *args: Any, formats: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {name: name in formats for name in FORMATS})

    @property
    def formats(self) -> tuple[str, ...]:
        return tuple(name for name in FORMATS if self[name].data)

    @property
    def answers(self) -> dict[str, Any]:
        """As a profile keeps them."""
        asked = ("spoken_language", "written_language", "interpreter")
        return {name: self[name].data for name in asked} | {"formats": self.formats}


class EmergencyForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Whom to call; nobody has to name anybody."""

    emergency_name = LineField("Name", [at_most(80, "The name")])
    emergency_relationship = LineField("Who are they to you?", [at_most(40, "It")])
    emergency_phone = PhoneField("Phone number")

    def validate(self, extra_validators: Any = None) -> bool:
        """A name without a number helps nobody, nor does a number without a name."""
        if not super().validate(extra_validators):
            return False
        name, phone = self.emergency_name.data, self.emergency_phone.data
        if name and not phone:
            self.emergency_phone.errors = ["Enter their phone number."]
        if not name and (phone or self.emergency_relationship.data):
            self.emergency_name.errors = ["Enter their name."]
        return not self.errors

    @property
    def answers(self) -> dict[str, Any]:
        asked = ("emergency_name", "emergency_relationship", "emergency_phone")
        return {name: self[name].data or "" for name in asked}


class AddressForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Where somebody lives."""

    street = LineField("Street", [required("your street"), at_most(60, "The street")])
    street2 = LineField("Apartment or unit (optional)", [at_most(60, "The second line")])
    city = LineField("City", [required("your city"), at_most(40, "The city")])
    state = LineField(
        "State", [required("your state"), Regexp(r"^[A-Za-z]{2}$", message="Enter two letters.")]
    )
    postal_code = LineField(
        "ZIP code",
        [
            required("your ZIP code"),
            Regexp(r"^\d{5}(-?\d{4})?$", message="Enter a ZIP code like 20852."),
        ],
    )

    @property
    def answers(self) -> dict[str, Any]:
        said = {name: self[name].data for name in ("street", "street2", "city", "postal_code")}
        return said | {"state": (self.state.data or "").upper()}
