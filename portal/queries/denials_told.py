"""What a patient is told of what their insurer refused: never an amount to pay, always what we do about it (C-5, STMT-24)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.denial_states import DenialState
from billing.money import ZERO, Money
from portal.models.claims import Claim
from portal.models.denials import Denial
from portal.queries.among import among

LOOKING = "looking"
TAKEN_OFF = "taken_off"
_HOW: Mapping[DenialState, str] = {
    DenialState.OPEN: LOOKING,
    DenialState.WORKING: LOOKING,
    DenialState.APPEALED: "appealing",
    DenialState.CORRECTED: "sent_again",
    DenialState.AGREED: "agreed",
    DenialState.LOST: "leaving",
    DenialState.WRITTEN_OFF: TAKEN_OFF,
}


@dataclass(frozen=True, slots=True)
class DenialTold:
    """One refusal as its patient may know it. `reason` is group and CARC, both empty where none was given."""

    reason: tuple[str, str]
    charge_ids: tuple[int, ...]
    amount: Money
    how: str

    @property
    def is_open(self) -> bool:
        return self.how != TAKEN_OFF


def denials_told(session: Session, visit_ids: Sequence[int]) -> dict[int, tuple[DenialTold, ...]]:
    """By visit: what is open, and what we took off. What was paid, billed or decided anew speaks for itself."""
    rows = session.execute(
        select(
            Claim.visit_id,
            Denial.group_code,
            Denial.carc,
            Denial.charge_ids,
            Denial.amount,
            Denial.state,
        )
        .join(Denial, Denial.claim_id == Claim.id)
        .where(among(Claim.visit_id, visit_ids), Denial.state.in_([s.value for s in _HOW]))
        .order_by(Denial.id)
    )
    found: dict[int, list[DenialTold]] = defaultdict(list)
    for visit_id, group, carc, charge_ids, amount, state in rows:
        how = _HOW[DenialState(state)]
        found[visit_id].append(DenialTold((group, carc), tuple(charge_ids), amount, how))
    return {visit_id: tuple(told) for visit_id, told in found.items()}


def denied_sentences(told: Sequence[DenialTold]) -> tuple[str, ...]:
    """What is open, in one sentence for each thing that we do about it."""
    sums: dict[str, Money] = {}
    for one in told:
        if one.is_open:
            sums[one.how] = sums.get(one.how, ZERO) + one.amount
    return tuple(denied_sentence(amount, how) for how, amount in sums.items())


def denied_sentence(amount: Money, how: str) -> str:
    """That the insurer said no, what we do, and that nothing is owed for it now."""
    if how == "appealing":
        return f"Your insurer said no to {amount}. We are appealing. You owe nothing for it now."
    if how == "sent_again":
        return (
            f"Your insurer said no to {amount}. We mended the claim and sent it again."
            " You owe nothing for it now."
        )
    if how == "agreed":
        return (
            f"Your insurer said no to {amount}, then changed its mind. We wait for its payment."
            " You owe nothing for it now."
        )
    if how == "leaving":
        return f"Your insurer said no to {amount}. We are taking it off. You do not owe it."
    if how == TAKEN_OFF:
        return f"Your insurer said no to {amount}. We took it off. You do not owe it."
    return f"Your insurer said no to {amount}. We are looking into it. You owe nothing for it now."
