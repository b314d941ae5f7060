"""What staff fill in about an application for assistance."""

from __future__ import annotations

import uuid
from datetime import date

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
)
from wtforms.validators import UUID, InputRequired, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from billing.assistance import Presumed
from billing.assistance_income import PERIOD_WORDS, SOURCE_WORDS, Income, Period, Source
from billing.assistance_reasons import POLICY_WORDS, PROOF_WORDS, PolicyLine, Proof
from billing.money import ZERO
from portal.services.decide_assistance import DENY, GRANT, Wish
from portal.services.enter_application import Paper
from portal.services.work_application import Read
from portal.web.fields import AmountField, DayField, LineField, at_most, chosen, required
from portal.web.note_field import NoteField

PROGRAMS = {
    Presumed.MEDICAID: "Medicaid",
    Presumed.SNAP: "SNAP",
    Presumed.WIC: "WIC",
    Presumed.TANF: "TANF",
    Presumed.LIHEAP: "LIHEAP",
    Presumed.HOMELESS: "Has no home",
    Presumed.NO_ESTATE: "Has died and left nothing",
    Presumed.INCAPACITY: "Cannot act, and has no guardian",
}
NO_PROGRAM = [("", "None")]
LANGUAGES = [("en", "English"), ("es", "Spanish")]
PEOPLE = [InputRequired("Enter how many people."), NumberRange(1, 30, "From 1 to 30 people.")]
MOST_LINES = 4


def _programs() -> list[tuple[str, str]]:
    return NO_PROGRAM + [(one.value, words) for one, words in PROGRAMS.items()]


class IdForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The id made with the page makes a second press the same thing."""

    form_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )

    @property
    def id_of_form(self) -> uuid.UUID:
        return uuid.UUID(self.form_id.data)


class EnterForm(IdForm):
    """An application as it stands on paper, or as it was told by phone."""

    how = RadioField(
        "How it came",
        [chosen("how it came")],
        choices=[("paper", "On paper"), ("phone", "By phone")],
    )
    received_on = DayField("Came in on", [InputRequired("Enter the day.")])
    applicant = LineField("Who applies", [required("the name"), at_most(120, "The name")])
    household = IntegerField("People in the home", PEOPLE)
    residence = LineField("State they live in", [required("the state"), at_most(2, "The state")])
    county = LineField("County (optional)", [at_most(80, "The county")])
    program = SelectField("A program, or what stands for one", choices=_programs)
    another_plan = BooleanField("A health plan that we have not billed may pay")
    hardship = NoteField("Hardship, in their words (optional)", [at_most(1000, "The words")])
    owed_in_year = AmountField("Medical bills owed, 12 months (optional)")
    paid_in_year = AmountField("Paid for care, 12 months (optional)")
    language = RadioField("Language of our letters", [chosen("a language")], choices=LANGUAGES)
    signed = BooleanField("Signed by them")
    source = SelectField(
        "Income from", choices=[(one.value, words) for one, words in SOURCE_WORDS.items()]
    )
    amount = AmountField("Amount before tax (empty: no income)")
    period = SelectField(
        "How often", choices=[(one.value, words) for one, words in PERIOD_WORDS.items()]
    )
    source_2 = SelectField(
        "Second income from", choices=[(one.value, words) for one, words in SOURCE_WORDS.items()]
    )
    amount_2 = AmountField("Second amount (optional)")
    period_2 = SelectField(
        "How often, the second",
        choices=[(one.value, words) for one, words in PERIOD_WORDS.items()],
    )

    @property
    def paper(self) -> Paper:
        pairs = (
            (self.source, self.period, self.amount),
            (self.source_2, self.period_2, self.amount_2),
        )
        return Paper(
            how=self.how.data,
            received_on=self.received_on.data or date.max,
            applicant=self.applicant.data or "",
            household=self.household.data or 1,
            incomes=tuple(
                Income(Source(source.data), Period(period.data), amount.data)
                for source, period, amount in pairs
                if amount.data
            ),
            residence=self.residence.data or "",
            county=self.county.data or "",
            program=Presumed(self.program.data) if self.program.data else None,
            hardship=self.hardship.data or "",
            owed_in_year=self.owed_in_year.data or ZERO,
            paid_in_year=self.paid_in_year.data or ZERO,
            another_plan=bool(self.another_plan.data),
            language=self.language.data,
            signed=bool(self.signed.data),
        )


class VerifyForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What the papers say."""

    household = IntegerField("People in the home", PEOPLE)
    income = AmountField("Income in 12 months", [InputRequired("Enter an amount, or 0.")])
    how = NoteField(
        "How it was worked out", [required("how it was worked out"), at_most(1000, "The sum")]
    )
    residence = LineField("State they live in", [required("the state"), at_most(2, "The state")])
    program = SelectField("Proven by", choices=_programs)
    owed_in_year = AmountField("Medical bills owed, 12 months (optional)")
    paid_in_year = AmountField("Paid for care, 12 months (optional)")

    @property
    def read(self) -> Read:
        return Read(
            household=self.household.data or 0,
            income=self.income.data or ZERO,
            how=self.how.data or "",
            residence=self.residence.data or "",
            presumed=Presumed(self.program.data) if self.program.data else None,
            owed_in_year=self.owed_in_year.data or ZERO,
            paid_in_year=self.paid_in_year.data or ZERO,
        )


class AskForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Papers of the closed list; there is no field for any other."""

    items = SelectMultipleField(
        "What is missing",
        [InputRequired("Choose what is missing.")],
        choices=[(one.value, words) for one, words in PROOF_WORDS.items()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    note = NoteField("For the office (optional)", [at_most(500, "The note")])


class DecideForm(IdForm):
    """Yes by the figures above, or no by a line of the policy."""

    what = RadioField(
        "The answer",
        [chosen("the answer")],
        choices=[(GRANT, "Yes, as worked out here"), (DENY, "No")],
    )
    line = SelectField(
        "If no: the line of the policy",
        choices=[("", "Choose"), *((one.value, POLICY_WORDS[one]) for one in PolicyLine)],
        validators=[Optional()],
    )
    note = NoteField("For the office (optional)", [at_most(500, "The note")])

    @property
    def wish(self) -> Wish:
        line = self.line.data or "" if self.what.data == DENY else ""
        return Wish(what=self.what.data, policy_line=line, note=self.note.data or "")


class ReasonForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why a decision goes back, or is taken back."""

    reason = NoteField("Why", [required("a reason"), at_most(500, "The reason")])


class FraudForm(ReasonForm):
    """An award is taken back for fraud alone."""

    fraud = BooleanField("It is fraud: what they said was false, and they knew it")


class AppealForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The patient asks us to look again."""

    received_on = DayField("Came in on", [InputRequired("Enter the day.")])
    words = NoteField("In their words", [at_most(2000, "The words")])


class DocumentForm(IdForm):
    """A paper that came in."""

    kind = SelectField(
        "What it is", choices=[(one.value, words) for one, words in PROOF_WORDS.items()]
    )
    file = FileField("PDF, JPEG or PNG", [FileRequired("Choose a file.")])

    @property
    def proof(self) -> Proof:
        return Proof(self.kind.data)
