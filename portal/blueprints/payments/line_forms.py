"""Ticking single services to pay, and paying toward a visit that is no bill yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectMultipleField

from billing.payment_choice import Choice, Objection, Scope
from portal.blueprints.payments.choice_fields import LARGEST_ID
from portal.queries.payable_lines import PayableLine
from portal.services.take_payment import WORDS
from portal.web.fields import AmountField, chosen, required


class LinesForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Whole bills and single services, ticked."""

    account = HiddenField()
    charges = SelectMultipleField(
        "What do you want to pay?", [chosen("at least one service")], coerce=int
    )

    def __init__(self, account_id: int, lines: Sequence[PayableLine], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.account.data = str(account_id)
        self.charges.choices = [(line.words.charge_id, line.words.what) for line in lines]

    @property
    def wish(self) -> Choice:
        return Choice(Scope.LINES, charge_ids=tuple(sorted(set(self.charges.data or ()))))

    def object_to(self, objection: Objection) -> None:
        """Say why the choice cannot be paid."""
        self.charges.errors = [WORDS[objection]]


class AheadForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """An amount toward a visit that is no bill yet."""

    visit = HiddenField()
    amount = AmountField("Amount to pay now", [required("an amount")])
    sure = BooleanField(
        "I know that this is not a bill. What I pay is kept as my credit for this visit.",
        [required("that you know this is not a bill")],
    )

    @property
    def visit_id(self) -> int | None:
        """What the page was opened for, if it is a number of ours."""
        typed = (self.visit.data or "").strip()
        number = int(typed) if typed.isascii() and typed.isdecimal() else 0
        return number if 0 < number <= LARGEST_ID else None

    @property
    def wish(self) -> Choice:
        return Choice(Scope.AHEAD, self.visit_id, self.amount.data)

    def object_to(self, objection: Objection) -> None:
        """Say why it cannot be paid."""
        self.amount.errors = [WORDS[objection]]
