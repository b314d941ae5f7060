"""What staff fill in about a day."""

from __future__ import annotations

import uuid

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField
from wtforms.validators import UUID, InputRequired, NumberRange, Optional

from billing.drawer import NOTES
from portal.web.fields import AmountField, DayField, TraceField, at_most, required
from portal.web.note_field import NoteField

_COUNT = [Optional(), NumberRange(min=0, max=9999, message="Enter how many, from 0 to 9999.")]


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


class DrawerForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """How many of each note, the coins together, and what stays as float."""

    form_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    n10000 = IntegerField("$100 notes", _COUNT, default=0)
    n5000 = IntegerField("$50 notes", _COUNT, default=0)
    n2000 = IntegerField("$20 notes", _COUNT, default=0)
    n1000 = IntegerField("$10 notes", _COUNT, default=0)
    n500 = IntegerField("$5 notes", _COUNT, default=0)
    n200 = IntegerField("$2 notes", _COUNT, default=0)
    n100 = IntegerField("$1 notes", _COUNT, default=0)
    coins = AmountField("Coins together", [InputRequired("Enter the coins, $0 for none.")])
    float_kept = AmountField("Float", [InputRequired("Enter the float, $0 for none.")])

    @property
    def notes(self) -> list[IntegerField]:
        return [self[f"n{value}"] for value in NOTES]

    @property
    def pieces(self) -> dict[int, int]:
        return {value: self[f"n{value}"].data or 0 for value in NOTES}

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
