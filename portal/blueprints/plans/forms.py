"""The forms of a payment plan: how much a month, what was shown, and the signature."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField, RadioField, SelectField
from wtforms.validators import DataRequired

from billing.money import ZERO, Money
from billing.plans import Reason, Terms, by_budget, by_months
from portal.queries.plan_offer import PlanDraft, PlanOffer, in_query
from portal.queries.plan_scope import Why
from portal.queries.plan_words import MANUAL
from portal.services.sign_plan import PlanWish
from portal.web.fields import AmountField, LineField, at_most, chosen, required
from portal.web.filters import day, money
from portal.web.note_field import NoteField

MONTHS, BUDGET = "months", "budget"
MOST = 2**31 - 1  # what a column of the database holds, in cents too
# Why terms are refused or need a person, to whoever chose them.
REASONS: dict[Reason, str] = {
    Reason.NOTHING_OWED: "You owe nothing right now.",
    Reason.DOWN_TOO_LARGE: "That pays the whole bill today. You need no plan.",
    Reason.NO_SUCH_DAY: "Choose a day from the list.",
    Reason.TOO_FEW_INSTALMENTS: "Choose at least 2 months.",
    Reason.BELOW_A_CENT: "That is too little each month.",
    Reason.TOO_MANY_INSTALMENTS: "That takes more than 5 years. Choose a larger amount each month.",
    Reason.FIRST_IN_THE_PAST: "The first day has passed. Choose another one.",
    Reason.FIRST_TOO_LATE: "The first payment is more than 30 days from now.",
    Reason.LONGER_THAN_POLICY: "This takes more months than we offer by ourselves.",
    Reason.SMALLER_THAN_POLICY: "Each payment is smaller than we offer by ourselves.",
    Reason.DOWN_TOO_SMALL: "We ask for a larger first payment today.",
    Reason.ABOVE_INCOME_CAP: "Each payment is more than your income allows.",
}


class NewPlanForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """By months, or by what fits a month; sent by GET, so that back is always safe."""

    class Meta:
        """What the library reads."""

        csrf = False  # nothing is changed by looking

    account = HiddenField()
    way = RadioField("How do you want to plan it?", [chosen("how to plan it")])
    months = SelectField("How many months?", coerce=int)
    budget = AmountField("How much a month?")
    first = SelectField("When do you want to pay first?")
    down = AmountField("Pay a part today (optional)")

    def __init__(self, offer: PlanOffer, on: date, asked: MultiDict[str, str]) -> None:
        self.is_asked = "way" in asked
        super().__init__(formdata=asked if self.is_asked else None)
        self.offer = offer
        self.account.data = str(offer.account_id)
        self.way.choices = [
            (MONTHS, "By the number of months"),
            (BUDGET, "By what I can pay each month"),
        ]
        self.months.choices = [(n, self._each(n)) for n in range(2, max(offer.longest, 2) + 1)]
        self.first.choices = [(one.isoformat(), day(one)) for one in offer.first_days(on)]
        if not self.is_asked:
            self.way.data, self.months.data = MONTHS, max(offer.longest, 2)

    def _each(self, months: int) -> str:
        largest = self.offer.total.allocate([1] * months)[0]
        return str(gettext("%(num)s months, %(each)s each", num=months, each=money(largest)))

    def validate(self, extra_validators: Any = None) -> bool:
        """The amount must be there when it decides."""
        fine = bool(super().validate(extra_validators))
        if fine and self.way.data == BUDGET and not self.budget.data:
            self.budget.errors = ["Enter an amount like 50 or 50.00."]
            return False
        if fine and (self.down.data or ZERO) >= self.offer.total:
            self.down.errors = [REASONS[Reason.DOWN_TOO_LARGE]]
            return False
        return fine

    @property
    def terms(self) -> Terms:
        """What was chosen, over the whole balance."""
        first, down = date.fromisoformat(self.first.data), self.down.data or ZERO
        if self.way.data == BUDGET:
            return by_budget(self.offer.total, self.budget.data or ZERO, down, first, first.day)
        return by_months(self.offer.total, self.months.data, down, first, first.day)

    def object_to(self, reasons: tuple[Reason, ...]) -> None:
        """Say at the field that decides why nobody may agree to this."""
        field = self.budget if self.way.data == BUDGET else self.months
        field.errors = [REASONS[reason] for reason in reasons]


def from_query(said: MultiDict[str, str]) -> Terms | None:
    """The same read again; None for what was tampered with or cut off."""
    try:
        terms = Terms(
            total=Money(int(said["total"])),
            down=Money(int(said["down"])),
            instalments=int(said["n"]),
            first_on=date.fromisoformat(said["first"]),
            day=int(said["day"]),
        )
    except (KeyError, ValueError):
        return None
    sane = 0 <= terms.down.cents <= terms.total.cents <= MOST
    return terms if sane and 0 < terms.instalments <= MOST else None


class SignForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The signature. What was shown comes back by its hashes; the id was made with the page."""

    plan = HiddenField()
    account = HiddenField()
    why = HiddenField()
    version = HiddenField()
    total = HiddenField()
    down = HiddenField()
    n = HiddenField()
    first = HiddenField()
    day = HiddenField()
    method = HiddenField()
    agreement_hash = HiddenField()
    box_hash = HiddenField()
    name = LineField("Your full name", [required("your full name"), at_most(120, "The name")])
    agree = BooleanField("", [DataRequired(message="Tick the box if you agree.")])

    def show(self, plan_id: UUID, account_id: int, why: Why, drafted: PlanDraft) -> SignForm:
        """Carry what a page is about to show."""
        shown = in_query(drafted.terms) | {
            "plan": plan_id,
            "account": account_id,
            "why": why.value,
            "version": drafted.agreement["version"],
            "method": drafted.method,
            "agreement_hash": drafted.agreement_hash,
            "box_hash": drafted.box_hash or "",
        }
        for name, value in shown.items():
            self[name].data = str(value)
        return self

    def wish(self, said: MultiDict[str, str]) -> PlanWish | None:
        """What is signed; None for fields that nobody types and that do not read."""
        terms = from_query(said)
        try:
            version, account_id = int(self.version.data or ""), int(self.account.data or "")
            plan_id, why = UUID(self.plan.data or ""), Why(self.why.data or "")
        except ValueError:
            return None
        if terms is None or not 0 < version <= MOST or not 0 < account_id <= MOST:
            return None
        if self.method.data != MANUAL:  # nothing else is offered here
            return None
        return PlanWish(
            plan_id=plan_id,
            account_id=account_id,
            why=why,
            version=version,
            terms=terms,
            method=MANUAL,
        )


class AskForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A wish outside the policy: a person reads it."""

    reason = NoteField("Why do you need it? (optional)", [at_most(500, "The reason")])


class OneChoiceForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """One thing of a short list: the day of the month, or how long to pause."""

    choice = SelectField("Choose")

    def offer(self, choices: list[tuple[str, str]]) -> OneChoiceForm:
        """What there is to choose."""
        self.choice.choices = choices
        return self
