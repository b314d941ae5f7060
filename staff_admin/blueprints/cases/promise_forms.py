"""What staff fill in about a promise, and about an address or number that was found."""

from __future__ import annotations

import uuid

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField
from wtforms.validators import UUID, Optional

from portal.services.note_promise import Promised
from portal.services.note_trace import Found
from portal.web.fields import AmountField, DayField, PhoneField, at_most, chosen, required
from portal.web.note_field import NoteField, NoteLineField


def _new_id() -> HiddenField:
    return HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )


class PromiseForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A promise. The id made with the page lets the same form be one promise only."""

    form_id = _new_id()
    amount = AmountField("Amount", [required("the amount")])
    pay_by = DayField("By when", [required("the day")])
    by = NoteLineField("Who promised it", [required("who promised it"), at_most(120, "The name")])
    note = NoteField("Note", [at_most(500, "The note")])

    @property
    def promised(self) -> Promised:
        amount, pay_by = self.amount.data, self.pay_by.data
        assert amount is not None  # both are asked for
        assert pay_by is not None
        return Promised(
            amount=amount,
            pay_by=pay_by,
            by=self.by.data or "",
            note=self.note.data or "",
        )


class WithdrawForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why a promise is taken back."""

    reason = NoteField("Why", [required("why"), at_most(500, "The reason")])


class TraceForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What was found: a number, a whole address, or both."""

    form_id = _new_id()
    source = NoteLineField("Where it was found", [required("where"), at_most(200, "The words")])
    mobile = PhoneField("Mobile number", [Optional()])
    street = NoteLineField("Street", [at_most(100, "The street")])
    street2 = NoteLineField("Apartment or suite", [at_most(100, "The line")])
    city = NoteLineField("Town", [at_most(60, "The town")])
    state = NoteLineField("State, two letters", [at_most(2, "The state")])
    postal_code = NoteLineField("ZIP code", [at_most(10, "The ZIP code")])
    note = NoteField("Note", [at_most(500, "The note")])

    @property
    def found(self) -> Found:
        return Found(
            source=self.source.data or "",
            mobile=self.mobile.data or "",
            street=self.street.data or "",
            street2=self.street2.data or "",
            city=self.city.data or "",
            state=self.state.data or "",
            postal_code=self.postal_code.data or "",
            note=self.note.data or "",
        )


class DecideForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The second look."""

    answer = RadioField(
        "Is it theirs",
        [chosen("what you found")],
        choices=[("yes", "Yes: use it from now on"), ("no", "No")],
    )
    reason = NoteField("How you know", [required("how you know"), at_most(500, "The reason")])
