"""Which earlier decision a reversal (CLP02 = 22) takes back, checked amount by amount."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from billing.decision import Adjustment, Decision, DecisionLine
from billing.exceptions import Category, Cause
from billing.ledger import Entry
from billing.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorDecision:
    """A decision of a payer that stands posted."""

    remittance_claim_id: int
    claim_id: int
    payer_id: int | None
    payer_claim_number: str
    payer_tax_id: str = ""  # of the set that it came in (TRN03)
    billed: Money
    paid: Money
    lines: tuple[DecisionLine, ...]  # after the spread, each with its charge
    patient_share: dict[int, Money]  # posted to the patient, by charge
    in_review: dict[int, Money] = field(default_factory=dict)  # the same, not confirmed yet
    entry_id: UUID | None = None
    entry: Entry | None = None
    # What was added to it: money released from suspense, a reviewed share, a share passed on.
    added: tuple[tuple[UUID, Entry], ...] = ()
    returned_id: UUID | None = None  # the entry that moved the share back, and what it says
    returned: Entry | None = None

    @property
    def covers(self) -> frozenset[int]:
        return frozenset(line.charge_id for line in self.lines if line.charge_id is not None)


@dataclass(frozen=True, slots=True)
class NotReversible:
    """Nothing of ours fits the reversal: its money waits for a person."""

    reason: str
    code: str

    @property
    def cause(self) -> Cause:
        return Cause(Category.NO_ORIGINAL, (self.code,))


def find_reversed(
    decision: Decision, lines: Sequence[DecisionLine] | None, priors: Sequence[PriorDecision]
) -> PriorDecision | NotReversible:
    """The one decision that the reversal names and mirrors to the cent.

    `lines` are the reversal's own, spread and matched, where they could be.
    """
    numbers = {decision.payer_claim_number, decision.original_reference} - {""}
    named = [prior for prior in priors if prior.payer_claim_number in numbers]
    candidates = named or list(priors)
    if not candidates:
        return NotReversible("a reversal of a decision that we never posted", "none")
    mirrored = [prior for prior in candidates if _mirrors(decision, lines, prior)]
    if not mirrored:
        return NotReversible("a reversal with other amounts than the decision it names", "amounts")
    if len(mirrored) > 1:
        return NotReversible("a reversal that fits more than one decision", "several")
    return mirrored[0]


def _mirrors(
    decision: Decision, lines: Sequence[DecisionLine] | None, prior: PriorDecision
) -> bool:
    if (decision.billed, decision.paid) != (-prior.billed, -prior.paid):
        return False
    stated = [a for line in prior.lines for a in line.adjustments]
    if _sums(decision.all_adjustments) != _sums(stated, sign=-1):
        return False
    if lines is None or not decision.lines:
        return True
    return _by_charge(lines) == _by_charge(prior.lines, sign=-1)


def _sums(adjustments: Sequence[Adjustment], sign: int = 1) -> dict[tuple[str, str], int]:
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for adjustment in adjustments:
        sums[adjustment.group, adjustment.carc] += sign * adjustment.amount.cents
    return {key: cents for key, cents in sums.items() if cents}


def _by_charge(lines: Sequence[DecisionLine], sign: int = 1) -> dict[int | None, int]:
    paid: dict[int | None, int] = defaultdict(int)
    for line in lines:
        paid[line.charge_id] += sign * line.paid.cents
    return {key: cents for key, cents in paid.items() if cents}
