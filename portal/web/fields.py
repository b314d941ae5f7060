"""Form fields that read what people type, and say in plain words what is missing; `components/field.html` renders them."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from wtforms import Field, StringField
from wtforms.validators import DataRequired, Email, InputRequired, Length, StopValidation
from wtforms.widgets import TextInput

from billing.free_text import CardNumberRefused, check_free_text
from billing.money import Money
from portal.web.languages import later
from portal.web.us_phone import us_number

DATE_PARTS = re.compile(r"^\s*(\d{1,2})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{4})\s*$")
ISO_DATE = re.compile(r"^\s*(\d{4})-(\d{2})-(\d{2})\s*$")
AMOUNT = re.compile(r"^\$?\s*(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))?\s*$")
MOST_DIGITS = 9  # ten million dollars; more is a slip


class Required(DataRequired):
    """As the library's; but what was typed and could not be read is not called missing."""

    def __call__(self, form: Any, field: Any) -> None:
        if field.process_errors:
            raise StopValidation  # its own words stay
        super().__call__(form, field)


def required(noun: str) -> Required:
    """`required("your birth date")` says "Enter your birth date."."""
    return Required(message=later("Enter %(noun)s.", noun=noun))


def chosen(noun: str) -> InputRequired:
    """`chosen("how to get your code")` says "Choose how to get your code."."""
    return InputRequired(message=later("Choose %(noun)s.", noun=noun))


def at_most(length: int, noun: str) -> Length:
    """Refuse what would not fit."""
    message = later(
        "%(noun)s is too long: use %(length)s characters or fewer.", noun=noun, length=length
    )
    return Length(max=length, message=message)


class NoCardNumber(Field):
    """What looks like a card number is refused before anything is saved (PCI-5)."""

    def pre_validate(self, form: Any) -> None:
        del form  # the rule looks at the words alone
        try:
            check_free_text(" ".join(map(str, self.raw_data or ())))
        except CardNumberRefused as refused:
            self.data = ""  # the number is not sent back either
            self.raw_data = []
            raise StopValidation(str(refused)) from None


class LineField(NoCardNumber, StringField):
    """One line of text without spaces at its ends."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = valuelist[0].strip() if valuelist else ""


class TraceField(NoCardNumber, StringField):
    """A bank's or a payer's trace or number, kept as typed: an unbroken run of digits may be one, a card's too (PCI-5).

    Digits in groups, as cards are printed, are refused here too. It is for such fields alone;
    tests/house/test_card_numbers.py names each of them with its reason.
    """

    def pre_validate(self, form: Any) -> None:
        if not re.fullmatch(r"\w*", self.data or ""):
            super().pre_validate(form)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = valuelist[0].strip() if valuelist else ""


class EmailField(LineField):
    """An e-mail address, checked for its form only: the proof is the mail that arrives."""

    def __init__(self, label: str, validators: Any = (), **kwargs: Any) -> None:
        message = "Enter an e-mail address like name@example.com."
        super().__init__(label, [*validators, Email(message=message)], **kwargs)


class CodeField(StringField):
    """A code read from paper or a phone: spaces and dashes do not count, letters are capitals."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = re.sub(r"[\s\-]", "", valuelist[0]).upper() if valuelist else ""


class DayField(Field):
    """A date as Americans write it, 4/28/1986; one plain box suits every phone and screen reader."""

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{self.data.month}/{self.data.day}/{self.data.year}" if self.data else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data: date | None = None
        text = valuelist[0] if valuelist else ""
        if not text.strip():
            return
        american, iso = DATE_PARTS.match(text), ISO_DATE.match(text)
        month, day, year = american.groups() if american else ("0", "0", "0")
        if iso:
            year, month, day = iso.groups()
        try:
            self.data = date(int(year), int(month), int(day))
        except ValueError:
            raise ValueError("Enter a date like 4/28/1986: month, day and year.") from None


class AmountField(Field):
    """An amount of dollars as `Money`; "50", "$50" and "1,250.00" all read."""

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return str(self.data).replace("$", "") if self.data else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data: Money | None = None
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            return
        found = AMOUNT.match(text)
        if not found or len(found[1].replace(",", "")) > MOST_DIGITS:
            raise ValueError("Enter an amount like 50 or 50.00.")
        dollars, cents = found[1].replace(",", ""), (found[2] or "").ljust(2, "0")
        self.data = Money(int(dollars) * 100 + int(cents))


class PhoneField(StringField):
    """A US mobile number, kept as E.164."""

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else (self.data or "")

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = ""
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            return
        found = us_number(text)
        if found is None:
            self.data = text  # typed, though wrong: "Enter your number" would not say what is
            raise ValueError("Enter a US phone number like 202 555 0142.")
        self.data = found
