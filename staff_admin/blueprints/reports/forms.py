"""What a manager enters for the reports."""

from __future__ import annotations

import uuid

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField
from wtforms.validators import UUID, InputRequired

from portal.web.fields import AmountField, at_most
from portal.web.note_field import NoteLineField


class CostForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The costs of one month. The id made with the page enters them once only."""

    form_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    month = SelectField("Month", [InputRequired("Choose a month.")])
    amount = AmountField("Amount", [InputRequired("Enter an amount.")])
    note = NoteLineField("What it covers (optional)", [at_most(200, "The note")])

    @property
    def id_of_form(self) -> uuid.UUID:
        return uuid.UUID(self.form_id.data)
