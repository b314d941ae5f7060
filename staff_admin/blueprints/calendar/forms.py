"""What staff fill in about days and appointments."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField
from wtforms.validators import UUID, InputRequired, Optional

from billing.visit_reasons import CANCEL_WORDS, PATIENT_REASONS, PRACTICE_REASONS, REASONS
from portal.queries.staff_appointment import INTENTS
from portal.web.fields import DayField, LineField, at_most, chosen, required
from portal.web.note_field import NoteField
from staff_admin.blueprints.calendar.clock_field import ClockField


class DayForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Which day to look at."""

    on = DayField("Go to a day", [InputRequired("Enter a date.")])


class SeenForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What the page was made from: whoever was quicker is not written over."""

    seen = HiddenField()

    @property
    def seen_at(self) -> datetime | None:
        try:
            return datetime.fromisoformat(self.seen.data or "")
        except ValueError:
            return None


class CancelForm(SeenForm):
    """Who gives the visit up, and why."""

    side = RadioField(
        "Who cancels",
        [chosen("who cancels")],
        choices=[
            ("patient", "The patient, who told us"),
            ("practice", "We do. It never counts, and three other times are offered"),
        ],
    )
    reason = SelectField(
        "Why",
        [InputRequired("Choose why.")],
        choices=lambda: [
            ("", "Choose one"),
            *(
                (one.value, CANCEL_WORDS[one])
                for one in dict.fromkeys((*PATIENT_REASONS, *PRACTICE_REASONS))
            ),
        ],
    )


class FindForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """For whom: name, birth date, phone or account, as in the search of every page."""

    term = LineField("Patient", [required("a name, a birth date or a phone number")])


class BookForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What is asked at booking (NSA-1). The id made with the page makes a second press the same visit."""

    appointment_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    coverage_intent = RadioField(
        "How is this visit to be covered?",
        [chosen("how the visit is to be covered")],
        choices=lambda: list(INTENTS.items()),
    )
    coverage = SelectField("Which plan", [Optional()])
    reason = SelectField(
        "Reason", choices=lambda: [("", "Not said"), *REASONS.items()], validators=[Optional()]
    )
    note = NoteField("Note for the office (optional)", [at_most(300, "The note")])
    language = SelectField("Language", choices=[("en", "English"), ("es", "Spanish")])
    overbook_reason = LineField(
        "Why it is booked beyond the schedule", [at_most(200, "The reason")]
    )

    @property
    def id_of_form(self) -> uuid.UUID:
        return uuid.UUID(self.appointment_id.data)

    @property
    def coverage_id(self) -> int | None:
        wanted = self.coverage.data or ""
        insured = self.coverage_intent.data == "insurance"
        return int(wanted) if insured and wanted.isdecimal() else None


class MoveForm(SeenForm):
    """Move it, and why where the time is beyond the schedule."""

    overbook_reason = LineField(
        "Why it is booked beyond the schedule", [at_most(200, "The reason")]
    )


class OtherTimeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A time that the schedule does not have."""

    on = DayField("Day", [InputRequired("Enter a date.")])
    at = ClockField("Time", [InputRequired("Enter a time.")])


class BlockForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Time of a provider in which nobody is seen."""

    provider = SelectField("Who", [InputRequired("Choose who.")])
    location = SelectField("Where", [Optional()])
    on = DayField("Day", [InputRequired("Enter a date.")])
    starts = ClockField("From", [InputRequired("Enter a time.")])
    ends = ClockField("Until", [InputRequired("Enter a time.")])
    reason = LineField("Why (only the office sees it)", [at_most(100, "The reason")])


class YesForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A yes that has to be meant."""

    sure = BooleanField("Yes, do it", [required("your yes")])
