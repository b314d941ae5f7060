"""Writing a bill off as bad debt or as a small balance: why it may be asked for, and where one bill of a batch stands (OPS-22). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Basis(StrEnum):
    """What proves the steps before a write-off; what holds the bill now is asked in each case."""

    STEPS = "steps"  # the gate's own answer of today, as for a placement
    PLACED = "placed"  # an agency has it: the gate said yes when it was placed
    UNCOLLECTIBLE = "uncollectible"  # an agency gave it back as such
    SMALL = "small"  # too small and quiet for long: no step before an agency is asked for (OPS-19)
    PAYER_REST = "payer_rest"  # the same of what a plan left; never the patient's


BASIS_WORDS: Mapping[Basis, str] = {
    Basis.STEPS: "Every step before an agency is taken",
    Basis.PLACED: "An agency has it",
    Basis.UNCOLLECTIBLE: "An agency gave it back: it cannot be collected",
    Basis.SMALL: "Small, and quiet for 60 days",
    Basis.PAYER_REST: "A plan left it, and it was quiet for 60 days",
}


class BatchKind(StrEnum):
    """What a batch lets go."""

    BAD_DEBT = "bad_debt"
    SMALL_BALANCE = "small_balance"  # proposed by the daily run


KIND_WORDS: Mapping[BatchKind, str] = {
    BatchKind.BAD_DEBT: "Bad debt",
    BatchKind.SMALL_BALANCE: "Small balances",
}


class BatchState(StrEnum):
    """Where a batch stands. Approved with bills that wait: somebody presses “go on”."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"


class BillState(StrEnum):
    """Where one bill of a batch stands; a denied one was never in it but for its rules."""

    DENIED = "denied"  # the gate said no as it was prepared
    WAITING = "waiting"
    POSTED = "posted"
    REFUSED = "refused"  # the gate said no, or the amount had changed, as it was to be posted
    DECLINED = "declined"
    REVERSED = "reversed"


STATE_WORDS: Mapping[BillState, str] = {
    BillState.DENIED: "The gate said no",
    BillState.WAITING: "Waits",
    BillState.POSTED: "Written off",
    BillState.REFUSED: "Not written off",
    BillState.DECLINED: "Declined",
    BillState.REVERSED: "Taken back",
}
