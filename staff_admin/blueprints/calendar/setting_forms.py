"""What a manager fills in about places, rooms, providers, kinds of visits, weeks, days away and the policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired, NumberRange, Optional, Regexp
from wtforms.widgets import TextInput

from billing.booking_rules import Policy
from billing.money import ZERO
from portal.queries.calendar_settings import choices_of
from portal.queries.staff_calendar import Choice
from portal.services.keep_block import BlockValues
from portal.web.fields import (
    AmountField,
    DayField,
    LineField,
    NoCardNumber,
    PhoneField,
    at_most,
    required,
)
from portal.web.note_field import NoteField
from staff_admin.blueprints.calendar.clock_field import ClockField

ZONES = {
    "America/New_York": "Eastern",
    "America/Detroit": "Eastern (Detroit)",
    "America/Chicago": "Central",
    "America/Denver": "Mountain",
    "America/Phoenix": "Arizona",
    "America/Los_Angeles": "Pacific",
    "America/Anchorage": "Alaska",
    "Pacific/Honolulu": "Hawaii",
    "America/Puerto_Rico": "Puerto Rico",
}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS_MOST = 130 * 12


class WordsField(NoCardNumber):
    """Words with commas between them, kept as a list: en, es."""

    widget = TextInput()

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else ", ".join(self.data or ())

    def process_formdata(self, valuelist: list[Any]) -> None:
        words = (valuelist[0] if valuelist else "").lower().split(",")
        self.data = list(dict.fromkeys(word.strip() for word in words if word.strip()))


def number(label: str, least: int, most: int, **more: Any) -> IntegerField:
    """A whole number between two."""
    message = f"Enter a number from {least} to {most}."
    return IntegerField(label, [InputRequired(message), NumberRange(least, most, message)], **more)


def maybe_number(label: str, least: int, most: int, **more: Any) -> IntegerField:
    """A whole number, or nothing."""
    message = f"Enter a number from {least} to {most}, or nothing."
    return IntegerField(label, [Optional(), NumberRange(least, most, message)], **more)


def pairs(choices: tuple[Choice, ...], empty: str = "") -> list[tuple[str, str]]:
    """Choices of a select, after one for none of them."""
    return [*([("", empty)] if empty else []), *((str(one.id), one.name) for one in choices)]


class RowForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A form whose fields are columns of one row."""

    def values(self) -> Mapping[str, Any]:
        """The columns; what stands for a row of another table is a number."""
        return {
            field.name: int(field.data) if field.name.endswith("_id") else field.data
            for field in self
            if field.name != "csrf_token"
        }

    def offer(self) -> None:
        """Fill the choices that the database knows."""


class LocationForm(RowForm):
    """A place."""

    name = LineField("Name", [required("a name"), at_most(80, "The name")])
    code = LineField(
        "Short code",
        [
            required("a code"),
            Regexp(r"^[a-z0-9-]{1,20}$", message="Use small letters, digits and dashes."),
        ],
    )
    street = LineField("Street", [at_most(80, "The street")])
    street2 = LineField("Suite or floor", [at_most(80, "The line")])
    city = LineField("City", [at_most(60, "The city")])
    state = LineField(
        "State", [Regexp(r"^([A-Z]{2})?$", message="Enter two capital letters, like NY.")]
    )
    postal_code = LineField("ZIP code", [at_most(10, "The ZIP code")])
    phone = PhoneField("Phone")
    time_zone = SelectField("Time zone", choices=list(ZONES.items()))
    directions = NoteField("How to find it", [at_most(400, "The text")])
    active = BooleanField("In use", default=True)


class ResourceForm(RowForm):
    """A room or a piece of equipment."""

    location_id = SelectField("Where", [InputRequired("Choose where.")])
    kind = SelectField("Kind", choices=[("room", "Room"), ("equipment", "Equipment")])
    name = LineField("Name", [required("a name"), at_most(60, "The name")])
    features = WordsField(
        "Good for", description="With commas: exam, procedure, ecg. A kind of visit asks for these."
    )
    active = BooleanField("In use", default=True)

    def offer(self) -> None:
        from_database(self.location_id, "location")


class ProfileForm(RowForm):
    """What booking has to know of a provider (SCH-3)."""

    plain_specialty = LineField("Specialty, as a patient says it", [at_most(60, "The specialty")])
    specialty = LineField(
        "Group",
        [at_most(40, "The group")],
        description="Somebody seen by the same group within three years is no new patient.",
    )
    languages = WordsField("Languages", description="With commas: en, es.")
    skills = WordsField("Skills", description="With commas; kinds of visits ask for these.")
    takes_new = BooleanField("Takes new patients", default=True)
    min_age_months = number("Youngest, in months", 0, MONTHS_MOST, default=0)
    max_age_months = maybe_number(
        "First month that is too old",
        1,
        MONTHS_MOST,
        description="Nothing: no limit. 216 is the eighteenth birthday.",
    )
    booking = SelectField(
        "Who books",
        choices=[
            ("self", "Patients, by themselves"),
            ("view", "Patients see the times and call"),
            ("staff", "Only the office"),
        ],
    )
    active = BooleanField("In use", default=True)


class VisitTypeForm(RowForm):
    """A kind of visit."""

    name = LineField("Name, as patients read it", [required("a name"), at_most(60, "The name")])
    name_es = LineField("Name in Spanish", [at_most(60, "The name")])
    code = LineField(
        "Short code",
        [
            required("a code"),
            Regexp(r"^[a-z0-9_-]{1,30}$", message="Use small letters, digits and dashes."),
        ],
    )
    description = NoteField("What it is for", [at_most(300, "The text")])
    description_es = NoteField("What it is for, in Spanish", [at_most(300, "The text")])
    minutes = number("Minutes", 5, 480, default=20)
    for_whom = SelectField(
        "For",
        choices=[
            ("any", "Anybody"),
            ("new", "New patients"),
            ("established", "Established patients"),
        ],
    )
    modality = SelectField(
        "How", choices=[("in_person", "In person"), ("video", "By video"), ("phone", "By phone")]
    )
    min_age_months = number("Youngest, in months", 0, MONTHS_MOST, default=0)
    max_age_months = maybe_number("First month that is too old", 1, MONTHS_MOST)
    sex = SelectField("Sex", choices=[("", "Any"), ("F", "Female"), ("M", "Male")])
    skills = WordsField("Skills that the provider needs", description="With commas; all of them.")
    resource_features = WordsField(
        "Rooms and equipment",
        description="With commas: exam, ecg. One of each is taken for the visit.",
    )
    preparation = NoteField("How to prepare", [at_most(1000, "The text")])
    preparation_es = NoteField("How to prepare, in Spanish", [at_most(1000, "The text")])
    needs_referral = BooleanField("Needs a referral")
    needs_authorisation = BooleanField("Needs an authorization by the plan")
    copay_class = SelectField(
        "Copay of",
        choices=[
            ("none", "None"),
            ("primary", "Primary care"),
            ("specialist", "Specialist"),
            ("preventive", "Preventive care"),
            ("urgent", "Urgent care"),
        ],
    )
    estimate = AmountField("Whole price for self-pay")
    emergency = BooleanField("Emergency: nothing of money before triage")
    self_booking = BooleanField("Patients book it by themselves", default=True)
    position = number("Place in the list", 0, 999, default=0)
    active = BooleanField("In use", default=True)

    def values(self) -> Mapping[str, Any]:
        """No price is a price of nothing."""
        return {**super().values(), "estimate": self.estimate.data or ZERO}


class BlockForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A block of a week."""

    weekday = SelectField("Day", choices=[(str(n), name) for n, name in enumerate(WEEKDAYS)])
    location_id = SelectField("Where", [InputRequired("Choose where.")])
    starts = ClockField("From", [InputRequired("Enter a time.")])
    ends = ClockField("Until", [InputRequired("Enter a time.")])
    visit_type_ids = SelectMultipleField("Kinds of visits", description="None marked: any kind.")
    capacity = number("Visits at one time", 1, 20, default=1)
    step_minutes = number("A start every … minutes", 5, 240, default=20)
    lead_minutes = number(
        "Not sooner than … minutes",
        0,
        43200,
        default=120,
        description="For patients: how long before it can still be booked.",
    )
    horizon_days = number("Not later than … days", 1, 730, default=180)
    buffer_before = number("Minutes free before", 0, 120, default=0)
    buffer_after = number("Minutes free after", 0, 120, default=0)

    def offer(self) -> BlockForm:
        """With the places and the kinds that there are."""
        from_database(self.location_id, "location")
        from_database(self.visit_type_ids, "visit_type")
        return self

    def block(self) -> BlockValues:
        """What was filled in."""
        assert self.starts.data is not None
        assert self.ends.data is not None
        return BlockValues(
            location_id=int(self.location_id.data),
            weekday=int(self.weekday.data),
            starts=self.starts.data,
            ends=self.ends.data,
            visit_type_ids=[int(one) for one in self.visit_type_ids.data or ()],
            capacity=self.capacity.data or 1,
            step_minutes=self.step_minutes.data or 15,
            lead_minutes=self.lead_minutes.data or 0,
            horizon_days=self.horizon_days.data or 1,
            buffer_before=self.buffer_before.data or 0,
            buffer_after=self.buffer_after.data or 0,
        )


class NewBlockForm(BlockForm):
    """A new one, from a day on."""

    since = DayField("First day", [InputRequired("Enter a date.")])
    until = DayField("Last day", [Optional()], description="Nothing: until somebody ends it.")


class ChangeBlockForm(BlockForm):
    """Another one from a day on; the days before stay as they were."""

    from_day = DayField("It counts from", [InputRequired("Enter a date.")])


class EndForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The last day of something."""

    last_day = DayField("Last day", [InputRequired("Enter a date.")])


class NetworkForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A payer's network."""

    payer = SelectField("Payer", [InputRequired("Choose a payer.")])
    since = DayField("From", [InputRequired("Enter a date.")])
    until = DayField("Last day", [Optional()], description="Nothing: until somebody ends it.")


class AwayForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Leave, or a closed place: whole days, or from a time until a time."""

    kind = SelectField(
        "What", choices=[("leave", "Leave"), ("holiday", "Holiday"), ("blocked", "Blocked time")]
    )
    provider = SelectField("Who")
    location = SelectField("Where")
    first_day = DayField("First day", [InputRequired("Enter a date.")])
    starts = ClockField("From", [Optional()], description="Nothing: the whole day.")
    last_day = DayField("Last day", [InputRequired("Enter a date.")])
    ends = ClockField("Until", [Optional()], description="Nothing: the whole day.")
    reason = LineField("Why (only the office sees it)", [at_most(100, "The reason")])


class PolicyForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """How the practice books."""

    self_booking = SelectField(
        "On the patients’ pages",
        choices=[
            ("book", "Patients book by themselves"),
            ("view", "Patients see the times and call"),
            ("off", "Nothing is shown"),
        ],
    )
    cancel_hours = number("Hours before a visit until which patients cancel alone", 0, 72)
    hold_minutes = number("Minutes that a time is kept while somebody confirms", 1, 60)
    no_show_minutes = number("Minutes after the start when somebody is missed", 5, 240)
    no_show_limit = number(
        "Missed visits in twelve months until we call",
        0,
        20,
        description="0: never. Nobody is kept from booking.",
    )
    no_show_fee = AmountField(
        "Fee for a missed visit",
        description="Never charged with Medicaid (SCH-6). Nothing: no fee.",
    )
    offer_batch = SelectField(
        "A freed time is offered to", choices=[("1", "One at a time"), ("3", "Three at a time")]
    )
    offer_minutes = number("Minutes to answer such an offer", 5, 600)
    offer_minutes_far = number("Minutes, when it is more than two days ahead", 5, 2880)
    reminder_days = LineField(
        "Reminders, days before",
        [Regexp(r"^\s*\d{1,2}(\s*,\s*\d{1,2})*\s*$", message="Enter days like 7, 3, 1.")],
    )
    check_in_days = number("Check-in opens, days before", 1, 14)

    def fill(self, policy: Policy) -> PolicyForm:
        """With what is in force."""
        for field in self:
            if hasattr(policy, field.name):
                field.data = getattr(policy, field.name)
        self.reminder_days.data = ", ".join(map(str, policy.reminder_days))
        self.offer_batch.data = str(policy.offer_batch)
        return self

    def policy(self) -> Policy:
        """What was filled in."""
        values = {field.name: field.data for field in self if field.name != "csrf_token"}
        days = {int(day) for day in values["reminder_days"].split(",")}
        changed = {
            "reminder_days": tuple(sorted(days - {0}, reverse=True)),
            "offer_batch": int(values["offer_batch"]),
            "no_show_fee": values["no_show_fee"] or ZERO,
        }
        return Policy(**(values | changed))


def from_database(field: Any, what: str, empty: str = "") -> None:
    """Choices that are rows."""
    field.choices = pairs(choices_of(what), empty)
