"""The two forms of paying: what to pay, and the one that is sent once it was checked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField

from billing.money import ZERO, Money
from billing.payment_choice import Choice, Objection, Scope
from portal.blueprints.payments.choice_fields import LARGEST_ID, fill_choice, read_choice
from portal.queries.payments import Bill, PaymentRow, PayPage, Review
from portal.services.take_payment import WORDS, Way
from portal.web.agreed import agreed_to_keep
from portal.web.card_notice import notice_read
from portal.web.fields import AmountField, chosen, required
from portal.web.filters import brief_day, money
from portal.web.languages import translated

BILL = "bill-"
BANK, CARD = "bank", "card"


class ChooseForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Everything due, one bill, or an own amount."""

    account = HiddenField()
    more = BooleanField("I want to pay more than I owe. The rest stays with you as my credit.")
    choice = RadioField("How much do you want to pay?", [chosen("how much to pay")])
    amount = AmountField("Your own amount")

    def __init__(self, page: PayPage, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        everything = gettext("All that is due now: %(amount)s", amount=money(page.due))
        bills = [(f"{BILL}{bill.visit_id}", _in_words(bill)) for bill in page.bills]
        listed = bills if len(bills) > 1 else []
        self.choice.choices = [
            (Scope.ALL.value, everything),
            *listed,
            (Scope.OWN_AMOUNT.value, "Another amount"),
        ]
        self.account.data = str(page.account_id)

    def validate(self, extra_validators: Any = None) -> bool:
        """An own amount must be there when it is asked for."""
        fine = bool(super().validate(extra_validators))
        if fine and self.choice.data == Scope.OWN_AMOUNT and self.amount.data is None:
            self.amount.errors = ["Enter an amount like 50 or 50.00."]
            return False
        return fine

    @property
    def wish(self) -> Choice:
        """What was chosen."""
        if self.choice.data.startswith(BILL):
            return Choice(Scope.BILL, int(self.choice.data.removeprefix(BILL)))
        if self.choice.data == Scope.OWN_AMOUNT:
            return Choice(Scope.OWN_AMOUNT, amount=self.amount.data, more=self.more.data)
        return Choice(Scope.ALL)

    @property
    def asks_for_more(self) -> bool:
        """Whether to offer paying beyond what is due: only to who tried."""
        return bool(self.more.data) or WORDS[Objection.TOO_MUCH] in self.amount.errors

    def prefer(self, value: str) -> None:
        """Mark a choice, if it is one; else everything."""
        offered = {option.data for option in self.choice}
        self.choice.data = value if value in offered else Scope.ALL.value

    def object_to(self, objection: Objection) -> None:
        """Say why the choice cannot be paid, at the field it is about."""
        own = self.choice.data == Scope.OWN_AMOUNT
        field = self.amount if own and self.amount.data is not None else self.choice
        field.errors = [WORDS[objection]]


def _in_words(bill: Bill) -> str:
    return str(
        gettext(
            "%(amount)s for %(what)s (%(name)s, %(day)s)",
            amount=money(bill.due),
            what=translated(bill.what),
            name=bill.patient_name,
            day=brief_day(bill.service_on),
        )
    )


class SplitForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """How much of a payment the first of two cards pays."""

    account = HiddenField()
    scope = HiddenField()
    visit = HiddenField()
    charges = HiddenField()
    cents = HiddenField()
    part = AmountField("Amount on the first card", [required("an amount")])

    @classmethod
    def of(cls, account_id: int, choice: Choice) -> SplitForm:
        """For what the review page shows."""
        form = cls(formdata=None)
        form.account.data = str(account_id)
        fill_choice(form, choice)
        form.part.data = None
        return form

    def object_to(self, objection: Objection) -> None:
        """Say why it cannot be paid."""
        self.part.errors = [WORDS[objection]]

    def validate(self, extra_validators: Any = None) -> bool:
        """Nobody types the hidden fields: what does not read was tampered with."""
        try:
            return bool(super().validate(extra_validators) and self.wish)
        except ValueError:
            return False

    @property
    def wish(self) -> Choice:
        return replace(read_choice(self), part=self.part.data)


class PayForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A payment as the page showed it. Its id is made with the page, so a second press is the same."""

    payment = HiddenField()
    account = HiddenField()
    scope = HiddenField()
    visit = HiddenField()
    charges = HiddenField()
    part = HiddenField()
    more = HiddenField()
    cents = HiddenField()
    appointment = HiddenField()
    read = BooleanField("I have read this. I want to pay by card.")
    keep = BooleanField("Keep this card or bank account for next time")
    by = HiddenField()  # bank, card: what a New York patient chose (PLAN-18)

    @classmethod
    def of(cls, review: Review, choice: Choice) -> PayForm:
        """For a payment that is new."""
        return cls.asked(review.account_id, replace(choice, amount=review.amount + review.rest))

    @classmethod
    def asked(cls, account_id: int, choice: Choice) -> PayForm:
        """The same, for a choice whose amount is known."""
        form = cls(formdata=None)
        form._fill(uuid4(), account_id, choice)
        return form

    @classmethod
    def again(cls, payment: PaymentRow) -> PayForm:
        """For a payment whose page is still open."""
        form = cls(formdata=None)
        form._fill(payment.id, payment.account_id, payment.choice)
        return form

    def _fill(self, payment: UUID, account: int, choice: Choice) -> None:
        self.payment.data, self.account.data = str(payment), str(account)
        self.more.data = "y" if choice.more else ""
        fill_choice(self, choice)

    def validate(self, extra_validators: Any = None) -> bool:
        """Nobody types these fields: what does not read was tampered with."""
        if not super().validate(extra_validators):
            return False
        try:
            return bool(self.payment_id and 0 < self.account_id <= LARGEST_ID and self.wish)
        except ValueError:
            return False

    @property
    def way(self) -> Way:
        """Card only after its words were read, from the page that shows them."""
        keep = agreed_to_keep() if self.keep.data else None
        if self.by.data == BANK:
            return Way(bank_only=True, keep=keep)
        if self.by.data == CARD and self.read.data:
            return Way(read=notice_read(), keep=keep)
        return Way(keep=keep)

    def choosing(self, by: str) -> PayForm:
        """The same payment from the bank or by card, for the page that asks which (PLAN-18)."""
        form = PayForm(formdata=None)
        form._fill(self.payment_id, self.account_id, self.wish)
        form.by.data, form.keep.data = by, self.keep.data
        if by == CARD and self.by.data == CARD:
            form.read.errors = ["Tick the box, or pay from your bank account."]
        return form

    @property
    def amount(self) -> Money:
        """What the card is asked for."""
        return self.wish.part or self.wish.amount or ZERO

    @property
    def payment_id(self) -> UUID:
        return UUID(self.payment.data or "")

    @property
    def account_id(self) -> int:
        return int(self.account.data or "")

    @property
    def wish(self) -> Choice:
        part = Money(int(self.part.data)) if self.part.data else None
        return replace(read_choice(self), part=part, more=bool(self.more.data))
