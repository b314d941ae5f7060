"""What an application asks. No field asks for a social security number, immigration, or what somebody owns (FA-6)."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectField
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional

from billing.assistance_income import PERIOD_WORDS, SOURCE_WORDS, Income, Period, Source
from billing.assistance_precheck import BANDS, MOST_PEOPLE, Band
from billing.assistance_reasons import PROOF_WORDS, Proof
from billing.assistance_steps import PAPERS, PROGRAM_WORDS, RELATION_WORDS
from billing.money import ZERO
from portal.queries.application_draft import Draft
from portal.web.fields import AmountField, DayField, LineField, at_most, chosen, required
from portal.web.filters import money
from portal.web.languages import later
from portal.web.note_field import NoteField

CONTACT_WORDS = {
    "portal": "An e-mail that tells me to sign in here",
    "mail": "A letter",
    "phone": "A call",
}
LANGUAGE_WORDS = {"en": "English", "es": "Español"}
YES_NO = [("yes", "Yes"), ("no", "No")]
LONGEST_LIFE = 120  # years


class CheckForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """How many people, and about how much: sent by POST, so that no log holds an income."""

    people = IntegerField(
        "How many people live on this income?",
        [
            InputRequired(message="Enter how many people there are."),
            NumberRange(1, MOST_PEOPLE, message=later("Enter a number from 1 to 15.")),
        ],
    )
    band = RadioField(
        "About how much comes in each month, before taxes?", [chosen("about how much comes in")]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.band.choices = [(band.key, _band_words(band)) for band in BANDS]


def _band_words(band: Band) -> str:
    if band.up_to is None:
        return str(gettext("More than %(low)s", low=money(band.above)))
    if band.above == ZERO:
        return str(gettext("%(high)s or less", high=money(band.up_to)))
    return str(gettext("%(low)s to %(high)s", low=money(band.above), high=money(band.up_to)))


class ButtonForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A button alone."""


class YouForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Who asks, where they live, and how to reach them."""

    applicant = LineField("Your full name", [required("your name"), at_most(120, "The name")])
    residence_state = LineField(
        "State you live in", [required("the two letters of your state"), at_most(2, "The state")]
    )
    residence_county = LineField("County (optional)", [at_most(60, "The county")])
    preferred_contact = RadioField(
        "How do you want our answer?",
        [chosen("how you want our answer")],
        choices=list(CONTACT_WORDS.items()),
    )
    language = RadioField(
        "In which language?", [chosen("a language")], choices=list(LANGUAGE_WORDS.items())
    )


class PersonForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """One more person of the household."""

    seen = HiddenField()
    name = LineField("Full name", [required("the name"), at_most(120, "The name")])
    birth_on = DayField("Birth date (optional)", [Optional()])
    relation = RadioField(
        "Who is this to you?",
        [chosen("who this is to you")],
        choices=[(one.value, words) for one, words in RELATION_WORDS.items()],
    )
    tax_dependent = BooleanField("I claim this person on my taxes")

    def check(self, on: date) -> bool:
        """A birth date that a living person may have, where one is given."""
        born = self.birth_on.data
        if born is not None and not (date(on.year - LONGEST_LIFE, 1, 1) <= born <= on):
            self.birth_on.errors = ["Enter a date like 4/28/1986: month, day and year."]
        return not self.errors


class IncomeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """One source of income, before taxes."""

    seen = HiddenField()
    member = SelectField("Whose income is it?", validate_choice=False)
    source = SelectField(
        "Where does it come from?",
        [chosen("where it comes from")],
        choices=[(one.value, words) for one, words in SOURCE_WORDS.items()],
    )
    amount = AmountField("How much, before taxes?", [DataRequired(message="Enter the amount.")])
    period = SelectField(
        "How often?",
        [chosen("how often it comes")],
        choices=[(one.value, words) for one, words in PERIOD_WORDS.items()],
    )

    @property
    def income(self) -> Income:
        return Income(Source(self.source.data), Period(self.period.data), self.amount.data or ZERO)

    def start(self, draft: Draft) -> None:
        """The people of the household to choose from."""
        self.member.choices = [(one.name, one.name) for one in draft.people]
        if not self.is_submitted():
            self.seen.data = str(len(draft.incomes))


class NoIncomeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Nobody of the household has any income."""

    no_income = BooleanField("Nobody in my home has any income")


class CoverageForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Who else might pay, and programs that prove a low income by themselves (FA-7, FA-8)."""

    insured = RadioField("Do you have health insurance?", [chosen("yes or no")], choices=YES_NO)
    another_plan = RadioField(
        "Was this care for an accident, or for an injury at work?",
        [chosen("yes or no")],
        choices=YES_NO,
    )
    medicaid = RadioField(
        "Have you asked for Medicaid in the last 6 months?",
        [chosen("yes or no")],
        choices=YES_NO,
    )
    program = RadioField(
        "Do you get help from one of these?",
        choices=[
            *((one.value, words) for one, words in PROGRAM_WORDS.items()),
            ("", "None of these"),
        ],
        default="",
    )


class HardshipForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What else we should know, and large medical bills. All of it may stay empty."""

    hardship = NoteField("What makes it hard to pay now?", [at_most(2000, "The text")])
    owed_in_year = AmountField("Medical bills of the last 12 months that you still owe")
    paid_in_year = AmountField("What you paid for care in the last 12 months")


class PaperForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """One paper, from the camera or from a file."""

    kind = SelectField(
        "What is it?",
        [chosen("what it is")],
        choices=[(one.value, PROOF_WORDS[one]) for one in PAPERS],
    )
    # `capture` opens the camera at once on a phone, and hides the gallery: so there are two.
    photo = FileField("Take a photo", render_kw={"accept": "image/*", "capture": "environment"})
    file = FileField("Choose a picture or a PDF", render_kw={"accept": "image/*,application/pdf"})

    @property
    def proof(self) -> Proof:
        return Proof(self.kind.data)

    @property
    def content(self) -> bytes | None:
        """What was sent; its name and declared type are not looked at."""
        for field in (self.photo, self.file):
            if field.data:  # an empty choice of the browser counts as none
                return bytes(field.data.read())
        return None


class AgainForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why we should look again; it may stay empty."""

    words = NoteField("Why do you not agree? (optional)", [at_most(2000, "The text")])


class SignForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The signature, over what stood above it."""

    seen_hash = HiddenField()
    name = LineField("Your full name", [required("your full name"), at_most(120, "The name")])
    agree = BooleanField("", [DataRequired(message="Tick the box if you agree.")])
