"""A time of day as Americans write it: 9, 9:30, 1:30 pm, 13:30."""

from __future__ import annotations

import re
from datetime import time
from typing import Any

from wtforms import Field
from wtforms.widgets import TextInput

CLOCK = re.compile(r"^\s*(\d{1,2})(?::(\d{2}))?\s*([ap])?\.?m?\.?\s*$", re.IGNORECASE)
NOON, HOURS = 12, 24
LAST_AFTERNOON = 6  # nobody is seen at six in the morning unless somebody says so


class ClockField(Field):
    """Without am or pm, 7 to 11 is the morning, and 12 to 6 the afternoon; 13:30 is what it says."""

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{self.data.hour % 12 or 12}:{self.data:%M %p}".lower() if self.data else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data: time | None = None
        text = valuelist[0].strip() if valuelist else ""
        if text:
            self.data = read_clock(text)


def read_clock(text: str) -> time:
    """Raises ValueError with words for the page."""
    found = CLOCK.match(text)
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (HOURS, 0)
    half = (found[3] or "").lower() if found else ""
    if half:
        hour = hour % NOON + (NOON if half == "p" else 0) if 1 <= hour <= NOON else HOURS
    elif 1 <= hour <= LAST_AFTERNOON and not text.startswith("0"):
        hour += NOON
    try:
        return time(hour, minute)
    except ValueError:
        raise ValueError("Enter a time like 9:30 am.") from None
