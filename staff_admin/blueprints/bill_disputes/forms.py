"""The answer to a dispute, more time for it, and one that staff enter."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField
from wtforms.validators import UUID, InputRequired

from billing.bill_disputes import Finding, Kind
from portal.queries.staff_disputes import FINDINGS, KINDS
from portal.services.answer_dispute import Answer
from portal.web.fields import at_most, chosen, required
from portal.web.note_field import NoteField


class AnswerForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The finding and its words."""

    finding = RadioField(
        "What did you find?",
        [chosen("what you found")],
        choices=[(one.value, words) for one, words in FINDINGS.items()],
    )
    words = NoteField("Answer to the patient", [required("the answer"), at_most(2000, "It")])

    @property
    def answer(self) -> Answer:
        return Answer(finding=Finding(self.finding.data), words=self.words.data or "")


class ReasonForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why more time is needed, or the lock is lifted; the patient reads it."""

    reason = NoteField("Why", [required("why"), at_most(500, "It")])


class EnterForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What somebody said on the phone, or in a message whose own words count."""

    form_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    visit = SelectField("Which bill?", [InputRequired("Choose the bill.")], coerce=int)
    kind = SelectField(
        "What is wrong?", choices=[(one.value, words) for one, words in KINDS.items()]
    )
    words = NoteField("In the patient’s words", [required("what they said"), at_most(2000, "It")])

    def offer(self, visits: Sequence[tuple[int, str]]) -> None:
        """The bills of the account."""
        self.visit.choices = list(visits)

    @property
    def id_of_form(self) -> uuid.UUID:
        return uuid.UUID(self.form_id.data)

    @property
    def chosen_kind(self) -> Kind:
        return Kind(self.kind.data)
