"""What a patient fills in about calls on bills."""

from __future__ import annotations

from datetime import time
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField
from wtforms.validators import Optional

from billing.call_rules import CLOSES, OPENS
from portal.queries.call_wishes import AskedOfCalls
from portal.web.fields import PhoneField
from portal.web.filters import clock

HOURS = [time(hour) for hour in range(OPENS.hour + 1, CLOSES.hour)]


class CallsForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """When and where not to call. Everything may stay empty."""

    no_calls = BooleanField("Do not call me about bills. Write or text me instead.")
    calls_from = SelectField("Do not call me before")
    calls_until = SelectField("Do not call me after")
    number = PhoneField("Do not call this number", [Optional()])
    another = PhoneField("Do not call this number either", [Optional()])
    not_at_work = BooleanField("Do not call me at work")

    def __init__(self, asked: AskedOfCalls, **kwargs: Any) -> None:
        numbers = (*asked.not_numbers, "", "")
        super().__init__(
            data={
                "no_calls": asked.no_calls,
                "calls_from": _value(asked.calls_from),
                "calls_until": _value(asked.calls_until),
                "number": numbers[0],
                "another": numbers[1],
                "not_at_work": asked.not_at_work,
            },
            **kwargs,
        )
        # What our office wrote down to the minute stays a choice.
        self.calls_from.choices = [("", "No wish"), *_hours(asked.calls_from)]
        self.calls_until.choices = [("", "No wish"), *_hours(asked.calls_until)]

    @property
    def asked(self) -> AskedOfCalls:
        return AskedOfCalls(
            calls_from=_hour(self.calls_from.data),
            calls_until=_hour(self.calls_until.data),
            not_numbers=tuple(dict.fromkeys(n for n in (self.number.data, self.another.data) if n)),
            not_at_work=self.not_at_work.data,
            no_calls=self.no_calls.data,
        )


def _hours(asked: time | None) -> list[tuple[str, str]]:
    return [(_value(one), clock(one)) for one in sorted({*HOURS, *([asked] if asked else [])})]


def _value(hour: time | None) -> str:
    return f"{hour:%H:%M}" if hour else ""


def _hour(value: str) -> time | None:
    return time.fromisoformat(value) if value else None
