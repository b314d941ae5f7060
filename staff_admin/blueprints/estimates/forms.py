"""What staff fill in of an estimate, and of a bill far above one."""

from __future__ import annotations

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField

from billing.money import ZERO
from portal.queries.estimate_choice import Candidate, Choice
from portal.queries.staff_estimates import EstimatePage
from portal.services.issue_estimate import LineAsked
from portal.web.fields import AmountField, LineField, at_most, chosen, required
from portal.web.filters import day
from portal.web.note_field import NoteField, NoteLineField

LINES = 5  # rows of the form
NONE = 0  # no estimate is of the bill


class ExpectedForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """One expected service; a row without a code is left out."""

    provider = SelectField("Who gives it", coerce=int)
    procedure = LineField("Code", [at_most(20, "The code")])
    words = NoteLineField("In plain words", [at_most(120, "The words")])
    diagnoses = LineField("Diagnosis codes (optional)", [at_most(60, "The codes")])
    amount = AmountField("Expected charge")

    @property
    def asked(self) -> LineAsked:
        return LineAsked(
            provider_id=self.provider.data,
            procedure=self.procedure.data or "",
            words=self.words.data or "",
            amount=self.amount.data,
            diagnoses=tuple((self.diagnoses.data or "").replace(",", " ").split()),
        )


class FindingForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why the bill is right."""

    finding = NoteField("Why the bill is right", [required("what you found"), at_most(500, "It")])


class TieForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Of which visit or bill it is."""

    of = RadioField("It is of", [chosen("a visit or bill")])

    def offer(self, choices: Sequence[Choice]) -> TieForm:
        """Visits and bills of that person; a bill with its amount."""
        self.of.choices = [
            (f"bill:{one.visit_id}", f"The bill of {day(one.day)}, {one.amount}")
            if one.visit_id
            else (f"visit:{one.appointment_id}", f"The visit of {day(one.day)}, {one.what}")
            for one in choices
        ]
        return self


class UnclearForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Which estimate is of a bill."""

    of = RadioField("The estimate of this bill", [chosen("an estimate")], coerce=int)

    def offer(self, candidates: Sequence[Candidate]) -> UnclearForm:
        """Those that may be, and none."""
        self.of.choices = [
            *(
                (one.id, f"{one.about}, asked on {day(one.asked_on)}: {one.total}")
                for one in candidates
            ),
            (NONE, "None of them is of this bill"),
        ]
        return self


def line_forms(page: EstimatePage, *, sent: bool) -> list[ExpectedForm]:
    """The rows; shown first, they hold what was asked for before, or the first one what is known of the visit."""
    made = []
    for number in range(LINES):
        form = ExpectedForm(prefix=f"line{number}", **({} if sent else {"formdata": None}))
        form.provider.choices = list(page.providers)
        if not sent:
            form.provider.data = page.provider_id or form.provider.data
        made.append(form)
    if not sent and page.lines:
        for form, line in zip(made, page.lines, strict=False):
            form.provider.data, form.procedure.data = line.provider_id, line.procedure
            form.words.data, form.amount.data = line.words, line.expected
            form.diagnoses.data = ", ".join(line.diagnoses)
    elif not sent:
        made[0].words.data = page.row.about
        made[0].amount.data = page.usual if page.usual > ZERO else None
    return made


def asked_lines(forms: Sequence[ExpectedForm]) -> list[LineAsked] | None:
    """Of the rows with a code or an amount in them; None where one cannot be read."""
    good = [form.validate() for form in forms]  # every row says what is wrong with it
    if not all(good):
        return None
    return [form.asked for form in forms if form.procedure.data or form.amount.data is not None]
