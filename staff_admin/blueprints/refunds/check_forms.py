"""What staff fill in about a refund by check."""

from __future__ import annotations

import uuid

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField
from wtforms.validators import UUID, InputRequired

from billing.money import ZERO
from billing.refunds import CHOOSABLE, REASON_WORDS, RefundReason
from portal.queries.check_register import CheckAsk
from portal.services.request_check import CheckWish
from portal.web.fields import AmountField, DayField, LineField, at_most, chosen, required
from portal.web.note_field import NoteField

CREDIT = "credit"


class CheckForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """How much, of what, and why. The id made with the page lets the same form ask once only."""

    check_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    of = RadioField("Send back", [chosen("what is sent back")])
    amount = AmountField("Amount of the check", [InputRequired("Enter an amount.")])
    reason = RadioField(
        "Reason",
        [chosen("a reason")],
        choices=lambda: [(reason.value, REASON_WORDS[reason]) for reason in CHOOSABLE],
    )
    note = NoteField("Note", [required("a note"), at_most(500, "The note")])

    def offer(self, page: CheckAsk) -> None:
        """The credit that no card can take, and payments whose card takes nothing back."""
        credit = [(CREDIT, f"Credit on the account: up to {page.credit.by_check}")]
        closed = [
            (str(one.id), f"Receipt {one.receipt_number}, {one.method}: up to {one.left}")
            for one in page.payments
        ]
        self.of.choices = [*(credit if page.credit.by_check > ZERO else []), *closed]

    @property
    def id_of_form(self) -> uuid.UUID:
        return uuid.UUID(self.check_id.data)

    @property
    def wish(self) -> CheckWish:
        return CheckWish(
            amount=self.amount.data or ZERO,
            reason=RefundReason(self.reason.data),
            note=self.note.data or "",
            payment_id=None if self.of.data == CREDIT else uuid.UUID(self.of.data),
        )


class WriteForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What is printed on the check."""

    number = LineField("Check number", [required("the number"), at_most(12, "The number")])
    written_on = DayField("Date on the check", [InputRequired("Enter the date.")])


class ClearForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """When the bank's statement shows it."""

    cleared_on = DayField("Cashed on", [InputRequired("Enter the day.")])


class VoidForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why a check is void."""

    reason = NoteField("Why it is void", [required("a reason"), at_most(500, "The reason")])
