"""What staff fill in about an account."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, RadioField, SelectField
from wtforms.validators import UUID, InputRequired, Optional

from billing.adjustments import AdjustmentKind, AdjustmentRule, kinds_for
from billing.money import ZERO
from billing.text_wording import LABELS
from portal.queries.adjustment_rules import Rules
from portal.queries.staff_as_of import Basis
from portal.services.adjust_balance import AdjustmentWish
from portal.services.decide_link import PROOFS
from portal.services.name_guarantor import Guarantor
from portal.web.fields import (
    AmountField,
    DayField,
    EmailField,
    LineField,
    at_most,
    chosen,
    required,
)
from portal.web.note_field import NoteField, NoteLineField

RELATIONSHIPS = [
    ("mother", "Mother"),
    ("father", "Father"),
    ("guardian", "Legal guardian"),
    ("grandparent", "Grandparent"),
    ("foster_parent", "Foster parent"),
    ("other", "Someone else"),
]


class AdjustForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """An amount off one line. The id made with the page lets the same form post once only."""

    over_limit = False  # then a second person may be asked

    form_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    kind = RadioField(
        "What kind",
        [chosen("what kind of adjustment this is")],
    )
    amount = AmountField("Amount to take off", [InputRequired("Enter an amount.")])
    reason = NoteField("Reason", [required("a reason"), at_most(500, "The reason")])

    def offer(self, role: str, rules: Rules) -> None:
        """Only the kinds that the role may use."""
        self.kind.choices = [
            (
                kind.value,
                f"{rules[kind].label} (up to {rules[kind].limits[role]}{_unnamed(rules[kind])})",
            )
            for kind in kinds_for(role, rules, of_plan=False)
        ]

    def wish(self, account_id: int, charge_id: int) -> AdjustmentWish:
        """What is asked for."""
        return AdjustmentWish(
            account_id=account_id,
            charge_id=charge_id,
            kind=AdjustmentKind(self.kind.data),
            amount=self.amount.data or ZERO,
            reason=self.reason.data or "",
        )

    @property
    def id_of_form(self) -> uuid.UUID:
        return uuid.UUID(self.form_id.data)


def _unnamed(rule: AdjustmentRule) -> str:
    """What staff must know before they speak of it."""
    return "" if rule.visible else "; not named to the patient"


class TakeBackForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why an adjustment is taken back."""

    reason = NoteField("Reason", [required("a reason"), at_most(500, "The reason")])


class GuarantorForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The person responsible for a minor's bills."""

    first_name = LineField("First name", [required("a first name"), at_most(60, "The first name")])
    middle_name = LineField("Middle name (optional)", [at_most(60, "The middle name")])
    last_name = LineField("Last name", [required("a last name"), at_most(60, "The last name")])
    suffix = LineField("Suffix (optional)", [at_most(10, "The suffix")])
    birth_on = DayField("Birth date", [InputRequired("Enter a birth date.")])
    relationship = SelectField("Relationship to the patient", choices=lambda: RELATIONSHIPS)
    street = LineField("Street", [required("a street"), at_most(60, "The street")])
    street2 = LineField("Apartment or unit (optional)", [at_most(60, "The second line")])
    city = LineField("City", [required("a city"), at_most(40, "The city")])
    state = LineField("State", [required("a state"), at_most(2, "The state")])
    postal_code = LineField("ZIP code", [required("a ZIP code"), at_most(10, "The ZIP code")])

    @property
    def guarantor(self) -> Guarantor:
        values = {name: value for name, value in self.data.items() if name != "csrf_token"}
        return Guarantor(**values | {"state": values["state"].upper()})


class ConsentForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What somebody told us about texts."""

    category = RadioField(
        "Texts about", [chosen("what the texts are about")], choices=lambda: list(LABELS.items())
    )
    answer = RadioField(
        "They said",
        [chosen("what they said")],
        choices=[("yes", "Yes, text me"), ("no", "No, do not text me")],
    )
    reason = NoteField("Who told you, and how", [required("who told you"), at_most(300, "It")])


class HandOverForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """How staff know who stands before them."""

    proof = RadioField(
        "How did you check who it is?",
        [chosen("how you checked")],
        choices=lambda: list(PROOFS.items()),
    )
    note = NoteField("Note", [at_most(300, "The note")])


class AsOfForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A past day, asked for by GET: it changes nothing, and its answer may be kept as a link."""

    class Meta:
        """A GET form carries no token."""

        csrf = False

    on = DayField("End of which day")
    basis = RadioField(
        "Which entries count",
        choices=lambda: [
            (Basis.DATED.value, "Entries dated by then: what was so"),
            (Basis.RECORDED.value, "Entries in our books by then: what we knew"),
        ],
        default=Basis.DATED.value,
    )

    def __init__(self, args: MultiDict[str, str], *, today: date) -> None:
        super().__init__(formdata=args if "on" in args else None)
        self._today = today
        if "on" in args and self.validate() and self.on.data and self.on.data > today:
            self.on.errors = ("That day has not come yet: this shows today.",)
        self.on.data = self.asked_day()

    def asked_day(self) -> date:
        """The day asked for; today where none was, or none that can be."""
        day = self.on.data
        return day if isinstance(day, date) and day <= self._today else self._today

    def asked_basis(self) -> Basis:
        return Basis(self.basis.data) if not self.basis.errors else Basis.DATED


class ResetSignInForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Whose sign-in begins anew, and how the office knew them."""

    login_id = RadioField("Which sign-in?", [chosen("a sign-in")], coerce=int)
    new_email = EmailField("New e-mail, if the old mailbox is lost too", [Optional()])
    checked = NoteLineField(
        "What you checked", [required("what you checked"), at_most(200, "What you checked")]
    )

    def offer(self, choices: Sequence[tuple[int, str]]) -> None:
        """Only those of this account."""
        self.login_id.choices = list(choices)
