"""Values of one adjudicated claim: what the payer said, what stood open, and what we make of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from billing.exceptions import Cause
from billing.ledger import Party, Posting
from billing.money import ZERO, Money, total_of

REVERSAL = "22"
ESTIMATE = "25"
NOT_OUR_CLAIM = "23"
DENIED = "4"
FORWARDED = frozenset({"19", "20", "21"})
PROCESSED = frozenset({"1", "2", "3", DENIED}) | FORWARDED
PROCESSED_AS_LATER = frozenset({"2", "3", "20", "21"})


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One CAS amount: who bears it, why, and how much was taken off (negative gives back)."""

    group: str
    carc: str
    amount: Money

    def __str__(self) -> str:
        return f"{self.group}-{self.carc} {self.amount}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionLine:
    """One SVC; `charge_id` once it is matched to our own line."""

    procedure: str  # "HC:99213:25"
    billed: Money
    paid: Money
    adjustments: tuple[Adjustment, ...] = ()
    submitted_procedure: str = ""
    control_number: str = ""
    service_on: date | None = None
    remarks: tuple[str, ...] = ()
    position: int = 0
    charge_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One CLP."""

    status: str
    billed: Money
    paid: Money
    stated_share: Money | None = None  # CLP05
    filing_code: str = ""
    payer_claim_number: str = ""
    original_reference: str = ""
    names_next_payer: bool = False  # NM1*TT
    adjustments: tuple[Adjustment, ...] = ()  # claim level
    remarks: tuple[str, ...] = ()
    lines: tuple[DecisionLine, ...] = ()
    faults: tuple[str, ...] = ()  # equations that fail, in plain words
    fault: Cause | None = None  # the narrowest of them: a line, else the claim

    @property
    def all_adjustments(self) -> tuple[Adjustment, ...]:
        return self.adjustments + tuple(a for line in self.lines for a in line.adjustments)

    @property
    def all_remarks(self) -> frozenset[str]:
        return frozenset(self.remarks).union(*(line.remarks for line in self.lines))

    def group_total(self, group: str) -> Money:
        return total_of(a.amount for a in self.all_adjustments if a.group == group)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCharge:
    """Our own line and what stands open on it, before this decision."""

    charge_id: int
    procedure: str
    modifiers: tuple[str, ...] = ()
    service_on: date | None = None
    control_number: str = ""
    billed: Money
    receivable: Mapping[int | None, Money] = field(default_factory=dict)  # by payer
    # For later payers: the least of (an earlier payer's PR less what payers after it paid so far).
    share_limit: Money | None = None

    def standing(
        self, receivable: Mapping[int | None, Money], share_limit: Money | None
    ) -> OpenCharge:
        """The same line with what stands open on it now."""
        return OpenCharge(
            charge_id=self.charge_id,
            procedure=self.procedure,
            modifiers=self.modifiers,
            service_on=self.service_on,
            control_number=self.control_number,
            billed=self.billed,
            receivable=receivable,
            share_limit=share_limit,
        )

    @property
    def open(self) -> Money:
        return total_of(self.receivable.values())

    @property
    def outstanding(self) -> Money:
        """What payers may still settle: one that settled too much for now counts as nothing."""
        return total_of(amount for amount in self.receivable.values() if amount > ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimContext:
    """What our own books say about the claim that the payer decided."""

    party: Party  # guarantor account, visit, claim and payer
    charges: tuple[OpenCharge, ...]
    later_payer: bool = False  # not the first on file to pay
    earlier_decided: bool = False  # an earlier payer's decision is posted
    next_payer_id: int | None = None  # another coverage active that day, after this one
    next_claim_on_file: bool = False
    capitated: bool = False
    no_patient_balance: bool = False  # Medicaid or QMB on file
    decided_charges: frozenset[int] = frozenset()  # by this payer, not reversed


class Outcome(StrEnum):
    """What became of one adjustment."""

    POSTED = "posted"
    REVIEW = "review"
    STAYS = "stays"
    PASSED_ON = "passed_on"
    CHECKED = "checked"
    MOVED = "moved"  # between two lines of one bundling
    TAKEN_OFF = "taken_off"  # reviewed, and not billed


@dataclass(frozen=True, slots=True)
class JudgedAdjustment:
    """An adjustment after the spread, with its outcome."""

    adjustment: Adjustment
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedLine:
    """One line of the decision as it was judged."""

    line: DecisionLine
    adjustments: tuple[JudgedAdjustment, ...]


class TaskKind(StrEnum):
    """Why a person must look."""

    DENIAL = "denial"
    REVIEW = "review"
    BILL_NEXT = "bill_next"
    FIGURES = "figures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Work for a person, found while judging."""

    kind: TaskKind
    reasons: tuple[str, ...]
    next_step: str
    amount: Money = ZERO
    holds_bill: bool = False
    cause: Cause | None = None  # none where nothing is wrong: the next plan is simply asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The legs to post; or, when held, why only the payer's money may be."""

    held: bool
    reasons: tuple[str, ...] = ()
    cause: Cause | None = None  # of what is held
    legs: tuple[Posting, ...] = ()
    lines: tuple[JudgedLine, ...] = ()
    tasks: tuple[Task, ...] = ()
    under_review: Money = ZERO
    patient_share: Money = ZERO
    covers: frozenset[int] = frozenset()
    medicaid: bool = False
    forwarded: bool = False
    holds_bill: bool = False  # a held decision may make the present bill wrong
