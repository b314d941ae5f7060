"""A paper Explanation of Benefits as a person types it: an 835 in the making, balanced line by line (OPS-9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from billing.carc_codes import CARC
from billing.money import ZERO, Money, total_of

GROUPS = ("CO", "PR", "OA", "PI")
REVERSAL = "22"
# CLP02 that a paper EOB can say; 25 (an estimate) is never posted, 23 is not our claim.
STATUSES = ("1", "2", "3", "4", "19", "20", "21", REVERSAL)
PROCESSED_AS = {"P": "1", "S": "2", "T": "3"}
PLB_REASONS = (
    "WO", "FB", "72", "B2", "B3", "AP", "L6", "IR", "LE", "SL", "E3",
    "50", "51", "L3", "90", "AH", "CT", "CV", "BN", "IP", "CS", "J1",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TypedAdjustment:
    """What the payer took off a line: group, CARC, amount (below zero gives back)."""

    group: str
    carc: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedLine:
    """One of our charges as the EOB answers it; `paid` is None until somebody typed it."""

    charge_id: int
    billed: Money
    paid: Money | None = None
    allowed: Money | None = None  # told by many EOBs; explains, and is never posted
    adjustments: tuple[TypedAdjustment, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def unexplained(self) -> Money:
        """Billed less adjustments less paid: zero once the line balances."""
        return self.billed - total_of(a.amount for a in self.adjustments) - (self.paid or ZERO)

    @property
    def balanced(self) -> bool:
        """SVC02 - CAS = SVC03, with what was paid typed."""
        return self.paid is not None and not self.unexplained


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedClaim:
    """One claim of the EOB. Of a reversal the amounts stand as first decided; the 835 negates them."""

    claim_id: int
    status: str
    payer_claim_number: str = ""
    remarks: tuple[str, ...] = ()
    crossover: str = ""  # the plan that this payer sent the claim on to
    lines: tuple[TypedLine, ...] = ()

    @property
    def billed(self) -> Money:
        return total_of(line.billed for line in self.lines)

    @property
    def taken_off(self) -> Money:
        return total_of(a.amount for line in self.lines for a in line.adjustments)

    @property
    def typed_paid(self) -> Money:
        """The sum of its lines as typed."""
        return total_of(line.paid or ZERO for line in self.lines)

    @property
    def paid(self) -> Money:
        """What it adds to the check: a reversal takes its money back."""
        return -self.typed_paid if self.status == REVERSAL else self.typed_paid

    @property
    def patient_share(self) -> Money:
        """What the payer leaves to the patient (PR); below zero for a reversal."""
        share = total_of(
            a.amount for line in self.lines for a in line.adjustments if a.group == "PR"
        )
        return -share if self.status == REVERSAL else share

    @property
    def balanced(self) -> bool:
        return bool(self.lines) and all(line.balanced for line in self.lines)


@dataclass(frozen=True, slots=True)
class TypedPlb:
    """What the payer kept (above zero) or gave (below) beside the claims."""

    reason: str
    reference: str
    amount: Money


@dataclass(frozen=True, slots=True)
class TypedEob:
    """Everything below the head of the check."""

    claims: tuple[TypedClaim, ...] = ()
    plbs: tuple[TypedPlb, ...] = ()

    @property
    def kept(self) -> Money:
        return total_of(plb.amount for plb in self.plbs)

    @property
    def paid(self) -> Money:
        """What the claims pay less what the payer kept: must be the check (BPR02)."""
        return total_of(claim.paid for claim in self.claims) - self.kept

    def faults(self, control_total: Money) -> tuple[str, ...]:
        """Why it may not be posted yet, in plain words; empty when everything balances."""
        return tuple(self._faults(control_total))

    def _faults(self, control_total: Money) -> Iterator[str]:
        if not self.claims and not self.plbs:
            yield "Nothing is typed yet."
        for place, claim in enumerate(self.claims, start=1):
            wrong = [n for n, line in enumerate(claim.lines, start=1) if not line.balanced]
            if wrong:
                if len(wrong) == 1:
                    yield f"Claim {place}: line {wrong[0]} does not balance."
                else:
                    yield f"Claim {place}: lines {', '.join(map(str, wrong))} do not balance."
        if self.paid != control_total:
            yield f"Claims less provider adjustments make {self.paid}; the check is {control_total}."


def known_carc(code: str) -> bool:
    """Whether the code is in the list of reasons; an unknown one may be typed and waits for a person."""
    return code in CARC


def batch_faults(
    *, checks: int, control_total: Money, entered: int, total: Money
) -> tuple[str, ...]:
    """Why no check of a batch may be posted yet (OPS-12): its count and total must agree first."""
    faults = []
    if entered != checks:
        faults.append(f"The batch has {checks} payments, {entered} are entered.")
    if total != control_total:
        faults.append(f"The entered payments make {total}, the batch total is {control_total}.")
    return tuple(faults)
