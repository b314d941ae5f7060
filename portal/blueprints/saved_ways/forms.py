"""The forms of saved ways to pay and of autopay."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, IntegerField, RadioField
from wtforms.validators import NumberRange

from billing.money import ZERO
from billing.payment_choice import SMALLEST
from portal.queries.autopay_page import AutopayPage
from portal.queries.method_words import method_words
from portal.queries.saved_methods import MethodRow
from portal.services.sign_autopay import HIGHEST_CAP, Wish
from portal.web.fields import AmountField, LineField, at_most, chosen, required

DAYS = "Enter a day from 1 to 31."


class AddForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A yes to keeping a way to pay, never ticked beforehand (PLAN-9)."""

    account = HiddenField()
    setup = HiddenField()
    keep = BooleanField("Keep my card or bank account as said above", [required("a tick to go on")])
    read = BooleanField("I have read the notice for New York")

    @classmethod
    def of(cls, account_id: int) -> AddForm:
        """For a page that is new; its id makes a second press the same one."""
        form = cls(formdata=None)
        form.account.data, form.setup.data = str(account_id), str(uuid4())
        return form

    @property
    def setup_id(self) -> UUID | None:
        try:
            return UUID(self.setup.data or "")
        except ValueError:
            return None


class PressForm(FlaskForm):  # type: ignore[misc]  # as above
    """The press of a button."""


class AutopayForm(FlaskForm):  # type: ignore[misc]  # as above
    """With what, up to how much, and on which day."""

    method = RadioField("Pay with", [chosen("a card or bank account")], coerce=int)
    cap = AmountField("Never more than", [required("an amount like 200 or 200.00")])
    day = IntegerField("Day of the month", [NumberRange(1, 31, DAYS)])

    def __init__(self, page: AutopayPage, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.method.choices = [(one.id, named(one)) for one in page.methods if not one.is_over]

    def validate(self, extra_validators: Any = None) -> bool:
        """A limit that a card can carry, and no slip of zeros."""
        fine = bool(super().validate(extra_validators))
        if fine and not SMALLEST <= (self.cap.data or ZERO) <= HIGHEST_CAP:
            self.cap.errors = ["Choose a limit from $0.50 to $1,000,000.00."]
            return False
        return fine

    @property
    def wish(self) -> Wish:
        return Wish(method_id=self.method.data, cap=self.cap.data or ZERO, day=self.day.data or 0)


class SignForm(FlaskForm):  # type: ignore[misc]  # as above
    """A name under words that were read."""

    paper = HiddenField()
    agree = BooleanField("I have read this, and I agree.", [required("a tick to agree")])
    name = LineField("Type your full name", [required("your full name"), at_most(200, "Your name")])


def named(method: MethodRow) -> str:
    """The way to pay as people call it, in the page's language."""
    return method_words(method.kind, method.brand, method.last4, words=gettext)
