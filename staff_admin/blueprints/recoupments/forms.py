"""What staff fill in about a takeback, and about our check to a payer."""

from __future__ import annotations

import uuid

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField
from wtforms.validators import UUID, InputRequired

from billing.money import ZERO
from portal.queries.eob_claims import ClaimFacts
from portal.services.refund_payer import PayerRefundWish
from portal.web.fields import (
    AmountField,
    DayField,
    LineField,
    TraceField,
    at_most,
    chosen,
    required,
)
from portal.web.note_field import NoteField, NoteLineField


class FindForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Which claim the takeback was for."""

    term = LineField(
        "Claim number, or the patient’s name and the day",
        [required("a number or a name"), at_most(100, "It")],
    )


class MatchForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The claim, how much, and how one knows. The id made with the page matches it once only."""

    match = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    term = HiddenField()
    claim = RadioField("Claim", [chosen("the claim")], coerce=int)
    amount = AmountField("Amount", [InputRequired("Enter the amount.")])
    note = NoteField("How you know", [required("how you know"), at_most(500, "The note")])

    def offer(self, claims: tuple[ClaimFacts, ...]) -> None:
        """The claims that were found."""
        self.claim.choices = [(one.claim_id, _words(one)) for one in claims]

    @property
    def match_id(self) -> uuid.UUID:
        return uuid.UUID(self.match.data)


def _words(one: ClaimFacts) -> str:
    day = f"{one.service_on:%b %-d, %Y}"
    return f"{one.control_number}, {one.patient_name}, {day}, {one.payer_name}, billed {one.billed}"


class WhyForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why something is undone, declined or void."""

    why = NoteField("Why", [required("why"), at_most(500, "The reason")])


class AskForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A check to a payer. The id made with the page asks once only."""

    refund = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    payer = SelectField("Payer", [InputRequired("Choose the payer.")], coerce=int)
    amount = AmountField("Amount", [InputRequired("Enter the amount.")])
    reference = TraceField("The payer’s reference", [at_most(50, "The reference")])
    identified_on = DayField("Overpayment identified on", [InputRequired("Enter the day.")])
    federal = BooleanField("It is Medicare or Medicaid money")
    note = NoteField(
        "What was paid too much, and why", [required("a note"), at_most(500, "The note")]
    )

    @property
    def refund_id(self) -> uuid.UUID:
        return uuid.UUID(self.refund.data)

    @property
    def wish(self) -> PayerRefundWish:
        if self.identified_on.data is None:
            raise AssertionError("a valid form has its day")
        return PayerRefundWish(
            payer_id=self.payer.data,
            reference=self.reference.data or "",
            amount=self.amount.data or ZERO,
            federal=self.federal.data,
            identified_on=self.identified_on.data,
            note=self.note.data or "",
        )


class WriteForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What is printed on the check."""

    number = LineField("Check number", [required("the number"), at_most(12, "The number")])
    written_on = DayField("Date on the check", [InputRequired("Enter the date.")])


class ClearForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """When the bank cashed it."""

    cleared_on = DayField("Cashed on", [InputRequired("Enter the date.")])


class SuspendForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The investigation that stops the clock."""

    investigation = NoteLineField(
        "Number of the investigation", [required("its number"), at_most(50, "The number")]
    )
