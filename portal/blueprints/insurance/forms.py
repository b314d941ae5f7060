"""What a patient photographs and types about a plan."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField
from wtforms.validators import Optional, ValidationError

from billing.coverages import RELATIONSHIPS, SELF, plain_id
from portal.queries.submission_page import SubmissionPage
from portal.web.fields import CodeField, DayField, LineField, at_most, chosen, required

LONGEST_LIFE = 120  # years
AHEAD = timedelta(days=120)  # plans are chosen in the fall for January
TURN_CHOICES = [
    ("P", "First, or it is the only plan"),
    ("S", "Second"),
    ("T", "Third"),
]

MEMBER_ID_LENGTHS = range(2, 31)  # one letter or a pasted sentence is a slip of the hand


class BeginForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Whose plan, or which plan on file; no field to fill in."""

    patient = HiddenField()
    coverage = HiddenField()
    ends = HiddenField()

    @property
    def patient_id(self) -> int | None:
        return _number(self.patient.data)

    @property
    def coverage_id(self) -> int | None:
        return _number(self.coverage.data)


class PhotoForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """One side, from the camera or from a file."""

    # `capture` opens the camera at once on a phone, and hides the gallery: so there are two.
    photo = FileField("Take a photo", render_kw={"accept": "image/*", "capture": "environment"})
    file = FileField("Choose a picture or a PDF", render_kw={"accept": "image/*,application/pdf"})

    @property
    def content(self) -> bytes | None:
        """What was sent; None when neither field has a file. Its name and declared type are not looked at."""
        for field in (self.photo, self.file):
            if field.data:  # an empty choice of the browser counts as none
                return bytes(field.data.read())
        return None


class CardForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What stands on the card."""

    payer_text = LineField(
        "Insurance company",
        [required("the name of the insurance company"), at_most(100, "The name")],
        render_kw={"list": "payer-names"},
    )
    member_id = CodeField("Member number", [required("the member number")])
    group_number = LineField("Group number", [at_most(40, "The group number")])
    plan_name = LineField("Plan", [at_most(100, "The plan")])
    rx_bin = LineField("BIN", [at_most(20, "The BIN")])
    rx_pcn = LineField("PCN", [at_most(20, "The PCN")])
    rx_group = LineField("Rx group", [at_most(30, "The Rx group")])

    def validate_member_id(self, field: Any) -> None:
        """Letters and digits, as every payer's are."""
        field.data = plain_id(field.data or "")
        plain = field.data.isascii() and field.data.isalnum()
        if not plain or len(field.data) not in MEMBER_ID_LENGTHS:
            raise ValidationError("Use the letters and numbers as they stand on the card.")

    def start(self, page: SubmissionPage) -> None:
        """Fill in what was typed before, else what was read on the card."""
        for field in self:
            if field.name in page.typed:
                field.data = page.shown(field.name)
        if page.payer:
            self.payer_text.data = page.payer


class WhoseForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Whose name the plan is in."""

    relationship = RadioField(
        "Whose plan is it?", [chosen("whose plan it is")], choices=list(RELATIONSHIPS.items())
    )
    subscriber_first_name = LineField("First name", [at_most(60, "The name")])
    subscriber_last_name = LineField("Last name", [at_most(60, "The name")])
    subscriber_birth_on = DayField("Birth date", [Optional()])

    def check(self, on: date) -> bool:
        """Another person's plan needs their name and birth date."""
        if self.relationship.data == SELF:
            return True
        if not self.subscriber_last_name.data:
            self.subscriber_last_name.errors = [
                "Enter the last name of the person who has the plan."
            ]
        birth_on = self.subscriber_birth_on.data
        if birth_on is None or not _alive(birth_on, on):
            self.subscriber_birth_on.errors = ["Enter their birth date, like 4/28/1986."]
        return not self.errors

    def start(self, page: SubmissionPage) -> None:
        """Fill in what was typed before, else the subscriber that was read on the card."""
        self.relationship.data = page.typed["relationship"]
        self.subscriber_first_name.data = page.shown("subscriber_first_name")
        self.subscriber_last_name.data = page.shown("subscriber_last_name")
        self.subscriber_birth_on.data = page.typed["subscriber_birth_on"]


class WhenForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """In which turn the plan pays, and since when."""

    sequence = RadioField(
        "When does this plan pay?", [chosen("when it pays")], choices=TURN_CHOICES
    )
    effective_on = DayField("First day of this plan", [Optional()])

    def check(self, on: date) -> bool:
        """A first day within a life, and not far ahead."""
        first = self.effective_on.data
        if first is not None and not (first <= on + AHEAD and on.year - first.year < LONGEST_LIFE):
            self.effective_on.errors = ["Check this date. Leave it empty if you are not sure."]
        return not self.errors

    def start(self, page: SubmissionPage) -> None:
        """Fill in what was typed before."""
        self.sequence.data = page.typed["sequence"]
        self.effective_on.data = page.typed["effective_on"]


class EndForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The last day of a plan."""

    ends_on = DayField("Last day of this plan", [required("the last day of this plan")])

    def check(self, on: date) -> bool:
        """A day of a life that may lie a little ahead."""
        last = self.ends_on.data
        if last is None or not (last <= on + AHEAD and on.year - last.year < LONGEST_LIFE):
            self.ends_on.errors = ["Check this date."]
        return not self.errors


def _alive(birth_on: date, on: date) -> bool:
    return birth_on < on and on.year - birth_on.year < LONGEST_LIFE


def _number(typed: str | None) -> int | None:
    """An id from a hidden field; nonsense is none."""
    return int(typed) if typed and typed.isdecimal() else None
