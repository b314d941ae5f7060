"""What staff fill in to change a setting."""

from __future__ import annotations

from datetime import date

from flask_wtf import FlaskForm
from wtforms.validators import InputRequired, ValidationError

from billing.settings import Key, SettingRefused, check_value, read_value
from portal.web.fields import DayField, at_most, required
from portal.web.note_field import NoteField, NoteLineField


class SettingForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """One value, the day from which it counts, and why."""

    value = NoteLineField("New value", [required("the new value"), at_most(20, "The value")])
    effective_from = DayField("Counts from", [InputRequired("Enter a day.")])
    reason = NoteField("Why it changes", [required("a reason"), at_most(300, "The reason")])

    def for_key(self, key: Key, *, today: date) -> SettingForm:
        """Reads the value as this setting counts it; a new page proposes today."""
        self._key = key
        if not self.is_submitted():
            self.effective_from.data = today
        return self

    def validate_value(self, _field: NoteLineField) -> None:
        """Within the bounds of the rule."""
        try:
            check_value(self._key, self.number)
        except SettingRefused as refused:
            raise ValidationError(str(refused)) from None

    @property
    def number(self) -> int:
        """Raises SettingRefused for what does not read."""
        return read_value(self._key, self.value.data or "")
