"""How a visit stands before the next decision: who answers after whom, what earlier payers left, what is covered."""

from __future__ import annotations

from collections.abc import Iterable

from billing.decision import DecisionLine, OpenCharge
from billing.money import Money, total_of
from billing.reversals import PriorDecision
from billing.transitions import ClaimState
from portal.queries.visit_books import ClaimOnFile, VisitBook


def payer_after(
    book: VisitBook, claim: ClaimOnFile, crossover: int | None
) -> tuple[int | None, bool]:
    """Who answers after this payer, and whether a claim to it is on file."""
    # One payer may insure a patient twice: its second claim answers after its first.
    claims = sorted((c.rank, c.payer_id) for c in book.claims if c.rank > claim.rank)
    if crossover is not None:
        return crossover, crossover in {payer for _, payer in claims}
    if claims:
        return claims[0][1], True
    asked = {c.payer_id for c in book.claims if c.rank <= claim.rank}
    plans = sorted(
        (plan.rank, plan.payer_id)
        for plan in book.coverages
        if plan.payer_id not in asked and plan.rank >= claim.rank
    )
    return (plans[0][1], False) if plans else (None, False)


def share_left(
    charge: OpenCharge,
    earlier: list[PriorDecision],
    book: VisitBook,
    ranks: dict[int, int],
) -> Money | None:
    """The least that any earlier payer left to the patient, less what payers after it paid."""
    limits = []
    for prior in earlier:
        if charge.charge_id in prior.covers:
            after = [p for p in book.priors if ranks[p.claim_id] > ranks[prior.claim_id]]
            paid = total_of(_on_charge(charge, p.lines, paid=True) for p in after)
            limits.append(_on_charge(charge, prior.lines, paid=False) - paid)
    return min(limits, default=None)


def _on_charge(charge: OpenCharge, lines: Iterable[DecisionLine], *, paid: bool) -> Money:
    """What a decision paid on the charge, or put in group PR there."""
    ours = [line for line in lines if line.charge_id == charge.charge_id]
    if paid:
        return total_of(line.paid for line in ours)
    return total_of(a.amount for line in ours for a in line.adjustments if a.group == "PR")


def covers_all(book: VisitBook, claim: ClaimOnFile) -> bool:
    """Every line of money has a decision; or as much as the claim billed, where a visit has more."""
    covered = frozenset[int]().union(
        *(p.covers for p in book.priors if p.claim_id == claim.claim_id)
    )
    waiting = [c for c in book.charges if c.billed and c.charge_id not in covered]
    decided = total_of(c.billed for c in book.charges if c.charge_id in covered)
    return not waiting or decided == claim.billed


def is_open(book: VisitBook) -> bool:
    """Whether any payer of the visit still has to answer."""
    return any(one.state is not ClaimState.DECIDED for one in book.claims)
