"""What staff write about a denial."""

from __future__ import annotations

import uuid
from datetime import date
from typing import cast

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, IntegerField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import UUID, InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from billing.appeal_clock import LIMIT_WORDS, Basis, Limit
from portal.services.keep_payer_deadline import NewLimit
from portal.services.send_appeal import DECISIONS, METHODS
from portal.web.fields import DayField, LineField, at_most, chosen, required
from portal.web.note_field import NoteField, NoteLineField

BASIS_WORDS = {
    Basis.NOTICE: "the date on the payer’s answer",
    Basis.RECEIPT: "its receipt: five days after that date",
    Basis.SERVICE: "the date of service",
    Basis.PRIMARY_EOB: "the first payer’s answer",
}

MOST_DIGITS = 9


class VersionForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Carries which state of the denial the page showed: who comes second is told so."""

    version = HiddenField()

    @property
    def seen(self) -> int:
        found = self.version.data or ""
        return int(found) if found.isdecimal() and len(found) < MOST_DIGITS else 0


class NoteForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A finding."""

    text = NoteField("What you found out", [required("a note"), at_most(2000, "The note")])


class CorrectForm(VersionForm):
    """A corrected claim that left."""

    sent_on = DayField("Sent on", [InputRequired("Enter the day on which it was sent.")])
    note = NoteField("What was corrected", [required("what was corrected"), at_most(500, "It")])


class ReasonForm(VersionForm):
    """Why nothing more is asked."""

    reason = NoteField("Why", [required("why"), at_most(500, "The reason")])


class WriteOffForm(ReasonForm):
    """The id made with the page lets the same form post once only."""

    form_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )

    @property
    def id_of_form(self) -> uuid.UUID:
        return uuid.UUID(self.form_id.data)


class DocumentForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A paper for the packet."""

    title = NoteLineField("What it is", [required("what it is"), at_most(100, "The title")])
    file = FileField("PDF, JPEG or PNG", [FileRequired("Choose a file.")])


class AppealForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The letter as it leaves, and what goes with it."""

    appeal_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    template = HiddenField()
    letter = NoteField("Letter", [required("the letter"), at_most(12_000, "The letter")])
    others = SelectMultipleField(
        "Also for",
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    papers = SelectMultipleField(
        "Papers", coerce=int, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )

    @property
    def id_of_form(self) -> uuid.UUID:
        return uuid.UUID(self.appeal_id.data)


class SendForm(VersionForm):
    """How and when a packet left."""

    method = RadioField("How", [chosen("how it was sent")], choices=list(METHODS.items()))
    sent_on = DayField("Sent on", [InputRequired("Enter the day.")])
    reference = NoteLineField(
        "Tracking or confirmation number (optional)", [at_most(100, "The number")]
    )


class AnswerForm(VersionForm):
    """What the payer said."""

    decision = RadioField("The answer", [chosen("the answer")], choices=list(DECISIONS.items()))
    decided_on = DayField("Date of its letter", [InputRequired("Enter the date.")])
    note = NoteField("Its reason (optional)", [at_most(1000, "The note")])


class LimitForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """How long a payer may be asked."""

    what = SelectField("What", choices=[(one.value, words) for one, words in LIMIT_WORDS.items()])
    days = IntegerField("Days", [InputRequired("Enter the days.")])
    basis = SelectField(
        "Counted from", choices=[(one.value, words) for one, words in BASIS_WORDS.items()]
    )
    since = DayField("In force from", [InputRequired("Enter the day.")])
    source = NoteLineField(
        "Where it stands", [required("where it stands"), at_most(200, "The source")]
    )

    @property
    def limit(self) -> NewLimit:
        return NewLimit(
            what=Limit(self.what.data),
            days=self.days.data or 0,
            basis=Basis(self.basis.data),
            since=cast("date", self.since.data),  # InputRequired has seen to it
            source=self.source.data or "",
        )


class LetterForm(VersionForm):
    """A letter with its fields in double braces."""

    title = LineField("Title", [required("a title"), at_most(80, "The title")])
    body = NoteField("Letter", [required("the letter"), at_most(12_000, "The letter")])
