"""What one statement says: the frozen value from which the page, the PDF and the content hash are made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from billing.money import ZERO, Money, total_of

LAYOUT_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeBlock:
    """Who bills, and how to reach them."""

    name: str
    legal_name: str
    address: tuple[str, ...]
    phone: str
    phone_hours: str
    email: str
    portal_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarantor:
    """Whom the statement is addressed to; exactly what shows in the envelope's window."""

    name: str
    address: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aging:
    """What is owed now, by days since the first statement of each visit."""

    days_0_30: Money = ZERO
    days_31_60: Money = ZERO
    days_61_90: Money = ZERO
    days_91_120: Money = ZERO
    over_120: Money = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPaid:
    """What one payer paid of a line."""

    payer: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class LineItem:
    """One service. `billed` = what others carry + what is being checked + your share, to the cent."""

    charge_id: int
    service_on: date
    service: str  # plain words
    code: str  # 99213-25, with "x 2" when there are units
    provider: str
    place: str
    sensitive: bool  # paper prints neutral words (STMT-22)
    billed: Money
    bundled: Money = ZERO  # what the plan counts with another service of the visit
    plan_discount: Money
    plan_paid: tuple[PlanPaid, ...]
    provider_responsibility: Money
    other_insurance: Money
    under_review: Money  # being checked with the plan; not due now
    denied: Money = ZERO  # refused by the plan and not settled; not due now
    denied_how: str = ""  # denials_told: what we do about it
    deductible: Money
    coinsurance: Money
    copay: Money
    not_covered: Money
    self_pay: Money  # no plan was billed: the price itself
    assistance: Money  # help and adjustments that we took off
    you_paid: Money
    owe: Money
    why: tuple[str, ...]
    disputed: Money = ZERO  # the patient disputes it: shown, not due (CORE-6)

    @property
    def plan_paid_total(self) -> Money:
        return total_of(paid.amount for paid in self.plan_paid)

    @property
    def your_share(self) -> Money:
        """What the last payer, or the price, left to the patient before any payment."""
        return total_of(
            (self.deductible, self.coinsurance, self.copay, self.not_covered, self.self_pay)
        )

    @property
    def balanced(self) -> bool:
        """STMT-4, and the step from your share to what you owe."""
        plan = total_of((self.plan_discount, self.plan_paid_total, self.provider_responsibility))
        pending = self.other_insurance + self.under_review + self.bundled + self.denied
        return (
            self.billed == plan + pending + self.your_share
            and self.owe == self.your_share - self.assistance - self.you_paid - self.disputed
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One named step between the payer's figure and ours."""

    label: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What one payer told us about one visit, and how its figure becomes ours (STMT-5).

    `told` = `ours` + the differences, or the statement is held.
    """

    payer: str
    claim_number: str
    decided_on: date
    told: Money
    ours: Money
    differences: tuple[Difference, ...]
    note: str  # "before your second plan answered", "replaces the decision of ..."
    current: bool  # only the last one sets what is owed
    sentence: str

    @property
    def explained(self) -> bool:
        return self.told == self.ours + total_of(step.amount for step in self.differences)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitSection:
    """One bill: a visit's lines and what each payer said."""

    visit_id: int
    service_on: date
    title: str
    provider: str
    place: str
    claim_number: str  # the last payer's; empty for a visit without a plan
    lines: tuple[LineItem, ...]
    decisions: tuple[Decision, ...]

    @property
    def owe(self) -> Money:
        return total_of(line.owe for line in self.lines)

    @property
    def billed(self) -> Money:
        return total_of(line.billed for line in self.lines)

    @property
    def sensitive(self) -> bool:
        return any(line.sensitive for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientSection:
    """One patient's bills."""

    name: str
    visits: tuple[VisitSection, ...]

    @property
    def owe(self) -> Money:
        return total_of(visit.owe for visit in self.visits)


@dataclass(frozen=True, slots=True, kw_only=True)
class WithInsurer:
    """A visit that waits for its plan: this is not a bill (STMT-16)."""

    patient: str
    service_on: date
    title: str
    payer: str
    status: str
    sensitive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that happened since the last statement; `amount` is what it did to what you owe."""

    on: date
    what: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """`previous_balance` + `new_charges` - `payments` - `adjustments` = the balance."""

    previous_balance: Money
    new_charges: Money
    payments: Money
    adjustments: Money

    @property
    def balance(self) -> Money:
        return self.previous_balance + self.new_charges - self.payments - self.adjustments


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """Why this statement replaces an earlier one (STMT-19)."""

    reason: str
    replaces: str
    old_amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """The sentences that every statement carries."""

    assistance: str
    assistance_phone: str
    assistance_url: str
    ways_to_pay: tuple[str, ...]
    payment_plan: str
    dispute: str
    language: str
    text_phone: str  # TTY / 711
    in_bold: tuple[str, ...] = ()  # what a state's law wants said in 14-point bold (COLL-T4)
    languages: tuple[str, ...] = ()  # of the notice of free help on paper, most speakers first


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementContent:
    """Everything that page and paper print. No diagnosis is in it, so none can be printed."""

    layout_version: int
    number: str
    account_number: str
    statement_on: date
    due_on: date
    practice: PracticeBlock
    guarantor: Guarantor
    amount_due: Money
    credit: Money  # what we owe you; then the amount due is zero (STMT-11)
    summary: Summary
    aging: Aging
    payments_through: date
    patients: tuple[PatientSection, ...]
    with_insurer: tuple[WithInsurer, ...]
    changes: tuple[Change, ...]
    corrected: Correction | None
    notices: Notices

    @property
    def visits(self) -> tuple[VisitSection, ...]:
        return tuple(visit for patient in self.patients for visit in patient.visits)

    @property
    def lines(self) -> tuple[LineItem, ...]:
        return tuple(line for visit in self.visits for line in visit.lines)

    @property
    def is_credit(self) -> bool:
        return self.credit > ZERO


def faults(content: StatementContent) -> tuple[str, ...]:
    """Why this statement may not leave the house; none for a true one (STMT-4, STMT-5, STMT-8, STMT-11)."""
    found = [
        f"line {line.charge_id} does not add up" for line in content.lines if not line.balanced
    ]
    found += [
        f"line {line.charge_id} has no plain words or no code"
        for line in content.lines
        if not (line.service.strip() and line.code.strip())
    ]
    found += [
        f"the figure of {decision.payer} for claim {decision.claim_number} is not explained"
        for visit in content.visits
        for decision in visit.decisions
        if not decision.explained
    ]
    balance = content.summary.balance
    if (content.amount_due, content.credit) != (max(balance, ZERO), max(-balance, ZERO)):
        found.append("the amount due is not the balance")
    aged = content.aging
    if content.amount_due != total_of(
        (aged.days_0_30, aged.days_31_60, aged.days_61_90, aged.days_91_120, aged.over_120)
    ):
        found.append("the ages do not add up to the amount due")
    return tuple(found)
