"""Fields for free words that never take a card number (PCI-5)."""

from __future__ import annotations

from typing import Any

from wtforms import Field, TextAreaField
from wtforms.validators import StopValidation

from billing.free_text import CardNumberRefused, check_free_text
from portal.web.fields import LineField


class _NoCardNumber(Field):
    """What looks like a card number is refused before anything is saved."""

    def pre_validate(self, form: Any) -> None:
        del form  # the rule looks at the words alone
        try:
            check_free_text(self.data or "")
        except CardNumberRefused as refused:
            self.data = ""  # the number is not sent back either
            raise StopValidation(str(refused)) from None


class NoteField(_NoCardNumber, TextAreaField):
    """Free text, trimmed."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = valuelist[0].strip() if valuelist else ""


class NoteLineField(_NoCardNumber, LineField):
    """One line that is kept as it was typed, as a bank's trace is."""
