"""What staff fill in about a day."""

from __future__ import annotations

import uuid

from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms.validators import UUID, InputRequired

from portal.web.fields import AmountField, DayField, TraceField, at_most, required
from portal.web.note_field import NoteField


class DepositForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """One line of the bank's statement. The id made with the page enters it once only."""

    form_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    deposited_on = DayField("Date at the bank", [InputRequired("Enter the bank's date.")])
    amount = AmountField("Amount", [InputRequired("Enter an amount.")])
    trace = TraceField("Trace or payout number (optional)", [at_most(50, "The trace")])

    @property
    def id_of_form(self) -> uuid.UUID:
        return uuid.UUID(self.form_id.data)


class ExplainForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why a difference is right as it stands."""

    key = HiddenField()
    note = NoteField(
        "Why it is right", [required("why it is right as it stands"), at_most(500, "The reason")]
    )


class CloseForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A button."""


class ReopenForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why a closed day must be opened again."""

    reason = NoteField(
        "Why it is opened again", [required("why it is opened again"), at_most(500, "The reason")]
    )
