"""What staff fill in of an estimate, and of a bill far above one."""

from __future__ import annotations

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import SelectField

from billing.money import ZERO
from portal.queries.staff_estimates import EstimatePage
from portal.services.issue_estimate import LineAsked
from portal.web.fields import AmountField, LineField, at_most, required
from portal.web.note_field import NoteField, NoteLineField

LINES = 5  # rows of the form


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


def line_forms(page: EstimatePage, *, sent: bool) -> list[ExpectedForm]:
    """The rows; shown first, the first one holds what is known of the visit."""
    made = []
    for number in range(LINES):
        form = ExpectedForm(prefix=f"line{number}", **({} if sent else {"formdata": None}))
        form.provider.choices = list(page.providers)
        if not sent:
            form.provider.data = page.provider_id or form.provider.data
        made.append(form)
    if not sent:
        made[0].words.data = page.row.about
        made[0].amount.data = page.usual if page.usual > ZERO else None
    return made


def asked_lines(forms: Sequence[ExpectedForm]) -> list[LineAsked] | None:
    """Of the rows with a code or an amount in them; None where one cannot be read."""
    good = [form.validate() for form in forms]  # every row says what is wrong with it
    if not all(good):
        return None
    return [form.asked for form in forms if form.procedure.data or form.amount.data is not None]
