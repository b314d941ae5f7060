"""Fields for free words that never take a card number (PCI-5)."""

from __future__ import annotations

from typing import Any

from wtforms import TextAreaField

from portal.web.fields import LineField, NoCardNumber


class NoteField(NoCardNumber, TextAreaField):
    """Free text, trimmed."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = valuelist[0].strip() if valuelist else ""


class NoteLineField(LineField):
    """One line of free words; every line refuses a card number."""
