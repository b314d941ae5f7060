"""What staff fill in about a call."""

from __future__ import annotations

import uuid

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField
from wtforms.validators import UUID, Optional

from billing.call_rules import TALKED, Outcome
from portal.queries.account_calls import OUTCOME_WORDS
from portal.queries.call_wishes import AskedOfCalls
from portal.services.note_call import Heard
from portal.web.fields import PhoneField, at_most, chosen, required
from portal.web.note_field import NoteField, NoteLineField
from staff_admin.blueprints.calendar.clock_field import ClockField


def _new_id() -> HiddenField:
    return HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )


class StartForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A call that begins now. The id made with the page lets the same form begin one call only."""

    form_id = _new_id()
    number = PhoneField("Another number")


class WishForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """When and where they do not want to be called."""

    calls_from = ClockField("Not before", [Optional()])
    calls_until = ClockField("Not after", [Optional()])
    number = PhoneField("Never this number, for example at work", [Optional()])
    another = PhoneField("Nor this one", [Optional()])
    not_at_work = BooleanField("Not at work, whatever the number")
    no_calls = BooleanField("No calls about bills at all: letters and texts only")

    def start(self, asked: AskedOfCalls) -> None:
        """What holds now."""
        self.calls_from.data, self.calls_until.data = asked.calls_from, asked.calls_until
        self.number.data, self.another.data = (*asked.not_numbers, "", "")[:2]
        self.not_at_work.data, self.no_calls.data = asked.not_at_work, asked.no_calls

    @property
    def asked(self) -> AskedOfCalls:
        return AskedOfCalls(
            calls_from=self.calls_from.data,
            calls_until=self.calls_until.data,
            not_numbers=tuple(n for n in (self.number.data, self.another.data) if n),
            not_at_work=self.not_at_work.data,
            no_calls=self.no_calls.data,
        )


class HeardForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What came of a call."""

    outcome = RadioField(
        "What came of it",
        [chosen("what came of it")],
        choices=[(one.value, words) for one, words in OUTCOME_WORDS.items()],
    )
    spoke_with = NoteLineField("Whom you spoke with", [at_most(120, "The name")])
    told_of_help = BooleanField("I told them of help with bills")
    note = NoteField("Note", [at_most(1000, "The note")])

    @property
    def heard(self) -> Heard:
        return Heard(
            outcome=Outcome(self.outcome.data),
            spoke_with=self.spoke_with.data or "",
            told_of_help=bool(self.told_of_help.data),
            note=self.note.data or "",
        )


class TheirForm(HeardForm):
    """A call that they made to us."""

    form_id = _new_id()
    outcome = RadioField(
        "What came of it",
        [chosen("what came of it")],
        choices=[(one.value, words) for one, words in OUTCOME_WORDS.items() if one in TALKED],
    )
    number = PhoneField("Their number, if it is another one")


class CorrectForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """It was somebody else."""

    reason = NoteField("How you know", [required("how you know"), at_most(500, "The reason")])
