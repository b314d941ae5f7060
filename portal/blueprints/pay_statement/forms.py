"""The questions before the amount, and another amount than all that is due."""

from __future__ import annotations

from flask_wtf import FlaskForm

from billing.payment_choice import Choice, Objection, Scope
from portal.services.take_payment import WORDS
from portal.web.fields import AmountField, CodeField, DayField, LineField, at_most, required


class LinkForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What the one who owes knows; the code came by the square or the link."""

    birth_on = DayField("Birth date", [required("the birth date")])
    postal_code = LineField("ZIP code", [required("the ZIP code"), at_most(10, "The ZIP code")])


class CodeForm(LinkForm):
    """The same, for who reads the code off the statement."""

    code = CodeField(
        "Statement code", [required("the statement code"), at_most(40, "The statement code")]
    )


class AmountForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """An amount of one's own."""

    amount = AmountField("Amount to pay", [required("an amount")])

    @property
    def wish(self) -> Choice:
        return Choice(Scope.OWN_AMOUNT, amount=self.amount.data)

    def object_to(self, objection: Objection) -> None:
        """Say why it cannot be paid."""
        self.amount.errors = [WORDS[objection]]
