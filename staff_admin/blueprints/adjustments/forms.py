"""What staff fill in about adjustments, transfers and limits."""

from __future__ import annotations

import uuid
from datetime import date

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField
from wtforms.validators import UUID, InputRequired

from billing.adjustments import RULES, AdjustmentKind, AdjustmentRule, kinds_for
from billing.money import ZERO
from billing.transfers import TRANSFERS, TransferRule, What
from portal.queries.staff_adjustments import PlanLine, TransferPage
from portal.services.adjust_balance import AdjustmentWish
from portal.services.set_adjustment_rule import NewRule
from portal.services.transfer_share import TransferWish
from portal.web.fields import AmountField, DayField, LineField, at_most, chosen, required
from portal.web.note_field import NoteField, NoteLineField

WHAT_WORDS = {
    What.REVIEWED: "to the patient: PR that waits for a check",
    What.UNDECIDED: "to the patient: nothing decided yet",
    What.AGAIN: "back to the plan: the patient’s share of its decision",
}


class DecideForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A button."""


class DeclineForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why it is declined."""

    reason = NoteField("Reason", [required("a reason"), at_most(300, "The reason")])


class PlanAdjustForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """An amount off what a plan owes. The id made with the page lets the same form post once only."""

    over_limit = False  # then a second person may be asked

    form_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    payer = SelectField("Plan", [chosen("which plan")])
    kind = RadioField("What kind", [chosen("what kind of adjustment this is")])
    amount = AmountField("Amount to take off", [InputRequired("Enter an amount.")])
    carc = LineField("CARC that the plan gave", [required("the CARC"), at_most(5, "The CARC")])
    reason = NoteField("Reason", [required("a reason"), at_most(500, "The reason")])

    def offer(self, page: PlanLine, role: str) -> None:
        """Plans that owe, and the kinds that the role may use."""
        self.payer.choices = [(str(p.payer_id), f"{p.payer_name}, {p.amount}") for p in page.plans]
        self.kind.choices = [
            (kind.value, f"{page.rules[kind].label} (up to {page.rules[kind].limits[role]})")
            for kind in kinds_for(role, page.rules, of_plan=True)
        ]

    def wish(self, page: PlanLine) -> AdjustmentWish:
        """What is asked for."""
        return AdjustmentWish(
            account_id=page.account_id,
            charge_id=page.charge_id,
            kind=AdjustmentKind(self.kind.data),
            amount=self.amount.data or ZERO,
            reason=self.reason.data or "",
            payer_id=int(self.payer.data),
            carc=self.carc.data or "",
        )

    @property
    def id_of_form(self) -> uuid.UUID:
        return uuid.UUID(self.form_id.data)


class TransferForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """What moves, under which rule, and why."""

    form_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    money = RadioField("What moves", [chosen("what moves")])
    rule = RadioField(
        "The rule that permits it",
        [chosen("the rule")],
        choices=lambda: [
            (rule.value, f"{facts.label} ({facts.rule_id})") for rule, facts in TRANSFERS.items()
        ],
    )
    document = NoteLineField(
        "Paper that says so (ABN, waiver, election, letter)", [at_most(80, "It")]
    )
    reason = NoteField("Reason", [required("a reason"), at_most(500, "The reason")])

    def offer(self, page: TransferPage) -> None:
        """What of this bill may move."""
        self.money.choices = [
            (f"{one.what}:{one.id}", f"{one.amount}, {one.payer_name}, {WHAT_WORDS[one.what]}")
            for one in page.movable
        ]

    @property
    def wish(self) -> TransferWish:
        what, _, number = self.money.data.partition(":")
        return TransferWish(
            what=What(what),
            id=int(number),
            rule=TransferRule(self.rule.data),
            reason=self.reason.data or "",
            document=self.document.data or "",
        )

    @property
    def id_of_form(self) -> uuid.UUID:
        return uuid.UUID(self.form_id.data)


class RuleForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A limit from a day on."""

    kind = SelectField(
        "Kind", choices=lambda: [(kind.value, rule.label) for kind, rule in RULES.items()]
    )
    role = SelectField("Role", choices=[("biller", "Biller"), ("manager", "Manager")])
    limit = AmountField("Limit at once", [InputRequired("Enter the limit; $0 takes it away.")])
    gl_class = LineField("Class in the general ledger", [at_most(60, "The class")])
    visible = BooleanField("May be named to the patient")
    effective_from = DayField("From", [InputRequired("Enter the first day.")])
    reason = NoteField("Why", [required("why"), at_most(300, "The reason")])

    def rule(self, today: date) -> NewRule:
        """What is to be set; the first day is there once the form is valid."""
        return NewRule(
            kind=AdjustmentKind(self.kind.data),
            role=self.role.data or "",
            limit=self.limit.data or ZERO,
            gl_class=self.gl_class.data or "",
            visible=bool(self.visible.data),
            effective_from=self.effective_from.data or today,
        )


def role_limits(rule: AdjustmentRule) -> str:
    """The limits of a kind in words."""
    return ", ".join(f"{role.replace('_', ' ')} {limit}" for role, limit in rule.limits.items())
