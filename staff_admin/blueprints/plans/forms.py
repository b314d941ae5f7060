"""What staff fill in about payment plans."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, RadioField, StringField
from wtforms.validators import UUID, InputRequired, NumberRange, Regexp

from billing.money import ZERO, Money
from billing.plan_answers import NO_WORDS, NoReason
from billing.plans import MOST_INSTALMENTS, Policy, Terms, Tier
from portal.queries.plan_policy import PlanRules
from portal.services.offer_plan import PaperSignature
from portal.web.fields import AmountField, DayField, LineField, at_most, chosen, required
from portal.web.note_field import NoteField

MONTHS = [
    InputRequired("Enter a number of months."),
    NumberRange(1, MOST_INSTALMENTS, f"From 1 to {MOST_INSTALMENTS} months."),
]


class TermsForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Terms over the whole balance. The id made with the page makes a second press the same plan."""

    plan_id = HiddenField(
        validators=[UUID("Open this page again.")], default=lambda: str(uuid.uuid4())
    )
    months = IntegerField("Payments", MONTHS)
    first_on = DayField("First payment on", [InputRequired("Enter a date.")])
    down = AmountField("Paid today (optional)")
    reason = NoteField("Why, if it is outside the policy", [at_most(500, "The reason")])

    @property
    def id_of_form(self) -> uuid.UUID:
        return uuid.UUID(self.plan_id.data)

    def terms(self, total: Money) -> Terms:
        """Over this balance."""
        first = self.first_on.data or date.min
        return Terms(total, self.down.data or ZERO, self.months.data or 0, first, first.day)


class NoForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A no: the reason is one of the letter's own, so that none is about who somebody is (PLAN-3)."""

    reason = RadioField(
        "The reason, as our letter says it",
        [chosen("a reason")],
        choices=lambda: [(one.value, NO_WORDS[one]) for one in NoReason],
    )

    @property
    def why(self) -> NoReason:
        return NoReason(self.reason.data)


class CounterForm(NoForm):
    """Another offer, and why it is not what was asked for."""

    months = IntegerField("Payments", MONTHS)
    first_on = DayField("First payment on", [InputRequired("Enter a date.")])

    def terms(self, total: Money) -> Terms:
        """Over this balance."""
        first = self.first_on.data or date.min
        return Terms(total, ZERO, self.months.data or 0, first, first.day)


class PaperForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The signed paper."""

    name = LineField("Name as signed", [required("the name"), at_most(120, "The name")])
    signed_on = DayField("Signed on", [InputRequired("Enter the day on the paper.")])
    reference = LineField(
        "Where the paper is", [required("where the paper is"), at_most(120, "The place")]
    )

    @property
    def signature(self) -> PaperSignature:
        signed_on = self.signed_on.data or date.min
        return PaperSignature(
            name=self.name.data or "", signed_on=signed_on, reference=self.reference.data or ""
        )


class ReasonForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """Why a plan ends."""

    reason = NoteField("Why", [required("a reason"), at_most(200, "The reason")])


class PauseForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """For how long."""

    months = IntegerField(
        "Months", [InputRequired("Enter the months."), NumberRange(1, 12, "From 1 to 12 months.")]
    )


class PolicyForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The whole policy: the tiers one to a line, and the figures beside them."""

    tiers = NoteField("Tiers", [required("the tiers")])
    days = StringField(
        "Days of the month that are offered",
        [Regexp(r"^\s*\d{1,2}(\s*,\s*\d{1,2})*\s*$", message="Enter days like 1, 15.")],
    )
    first_within = IntegerField(
        "First payment within (days)", [InputRequired("Enter days."), NumberRange(1, 60)]
    )
    down_percent = IntegerField(
        "Least paid today (percent)", [InputRequired("Enter 0 or more."), NumberRange(0, 50)]
    )
    assistance_above = AmountField(
        "Speak of assistance first above", [InputRequired("Enter an amount.")]
    )
    grace_days = IntegerField("Days of grace", [InputRequired("Enter days."), NumberRange(10, 90)])
    pause_months = IntegerField(
        "Longest pause (months)", [InputRequired("Enter months."), NumberRange(0, 12)]
    )
    reason = NoteField("Why it changes", [required("a reason"), at_most(300, "The reason")])

    def fill(self, rules: PlanRules) -> PolicyForm:
        """With what is in force."""
        policy = rules.policy
        self.tiers.data = "\n".join(_line(tier) for tier in policy.tiers)
        self.days.data = ", ".join(map(str, rules.days))
        self.first_within.data = policy.first_within.days
        self.down_percent.data = policy.least_down_bp // 100
        self.assistance_above.data = policy.assistance_first_above
        self.grace_days.data = policy.grace_days
        self.pause_months.data = policy.longest_pause.days // 30
        return self

    def validate(self, extra_validators: object = None) -> bool:
        """The tiers must read, rise, and end with the rest."""
        if not super().validate(extra_validators):
            return False
        try:
            tiers = self.read_tiers()
        except ValueError:
            self.tiers.errors = ["Write each line like: 600, 6, 50. The last: rest, 36, 2.5%."]
            return False
        ends = [tier.up_to.cents for tier in tiers[:-1] if tier.up_to]
        if tiers[-1].up_to is not None or len(ends) != len(tiers) - 1 or ends != sorted(set(ends)):
            self.tiers.errors = ["Let the amounts rise from line to line, and end with “rest”."]
            return False
        return True

    def read_tiers(self) -> tuple[Tier, ...]:
        """What the lines say."""
        lines = [line for line in (self.tiers.data or "").splitlines() if line.strip()]
        if not lines:
            raise ValueError("no tiers")
        return tuple(_tier(line) for line in lines)

    @property
    def policy(self) -> Policy:
        return Policy(
            tiers=self.read_tiers(),
            first_within=timedelta(days=self.first_within.data or 0),
            least_down_bp=(self.down_percent.data or 0) * 100,
            assistance_first_above=self.assistance_above.data or ZERO,
            grace_days=self.grace_days.data or 0,
            longest_pause=timedelta(days=31 * (self.pause_months.data or 0)),
        )

    @property
    def offered_days(self) -> tuple[int, ...]:
        return tuple(int(day) for day in (self.days.data or "").split(","))


def _line(tier: Tier) -> str:
    up_to = str(tier.up_to).replace("$", "").replace(",", "") if tier.up_to else "rest"
    share = tier.smallest_share_bp or 0
    least = f"{share // 100}.{share % 100:02d}%" if share else str(tier.smallest or ZERO)
    return f"{up_to}, {tier.longest_months}, {least.replace('$', '')}"


def _tier(line: str) -> Tier:
    up_to, months, least = (part.strip() for part in line.split(","))
    longest = int(months)
    if not 1 <= longest <= MOST_INSTALMENTS:
        raise ValueError(line)
    end = None if up_to.lower() == "rest" else _cents(up_to)
    if least.endswith("%"):
        return Tier(end, longest, None, _cents(least[:-1]).cents)
    return Tier(end, longest, _cents(least))


def _cents(text: str) -> Money:
    dollars, _, cents = text.replace("$", "").partition(".")
    if not dollars.isdecimal() or not (cents or "0").isdecimal() or len(cents) > 2:  # noqa: PLR2004 - cents
        raise ValueError(text)
    return Money(int(dollars) * 100 + int(cents.ljust(2, "0")))
