"""What each payer told us about a visit, and every step from its figure to ours (STMT-5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from billing.money import ZERO, Money, total_of
from portal.queries.payer_decisions import DecisionFact
from portal.queries.statement_content import Decision, Difference, LineItem
from portal.queries.statement_print import day

CHECKING = "We are checking this part; it is not due now"
NOT_ASKED = "We do not ask you for this part"
ASK = "Your EOB (explanation of benefits) should say the same. If not, tell us."


def decision_blocks(
    visit_id: int,
    facts: Sequence[DecisionFact],
    lines: Sequence[LineItem],
    taken_off: Mapping[tuple[int, int], Money],
) -> tuple[Decision, ...]:
    """The payers' decisions in order; only the last payer's current ones set what is owed."""
    current = [fact for fact in facts if not fact.replaced]
    last = current[-1].payer_id if current else None
    blocks = []
    for position, fact in enumerate(facts):
        if fact.replaced:
            blocks.append(_replaced(fact))
        elif fact.payer_id == last:
            final = [d for d in current if d.payer_id == last]
            note = _replaces(facts[:position], fact)
            blocks.append(_final(fact, lines, alone=len(final) == 1, note=note))
        else:
            later = [d for d in current[current.index(fact) + 1 :] if d.payer_id != fact.payer_id]
            alone = sum(d.payer_id == fact.payer_id for d in current) == 1
            blocks.append(_earlier(visit_id, fact, later, lines, taken_off, alone=alone))
    return tuple(blocks)


def _final(fact: DecisionFact, lines: Sequence[LineItem], *, alone: bool, note: str) -> Decision:
    """The decision that counts: its figure less what we check and what we chose not to bill."""
    posted = total_of(
        a.amount for a in fact.adjustments if a.group == "PR" and a.outcome == "posted"
    )
    # With one final decision its figure is the whole visit's share, staff's confirmations included.
    share = total_of(line.your_share - line.self_pay for line in lines) if alone else posted
    checking = total_of(line.under_review for line in lines) if alone else fact.under_review
    steps = [Difference(label=CHECKING, amount=checking)] if checking else []
    steps += _not_asked(fact.told - share - checking, lines)
    return _block(fact, ours=share, steps=steps, note=note, current=True)


def _earlier(
    visit_id: int,
    fact: DecisionFact,
    later: Sequence[DecisionFact],
    lines: Sequence[LineItem],
    taken_off: Mapping[tuple[int, int], Money],
    *,
    alone: bool,
) -> Decision:
    """What an earlier plan said before the next one answered; in parts, of its own lines alone."""
    if not alone:
        answered = {a.charge_id for a in fact.adjustments}
        lines = [line for line in lines if line.charge_id in answered]
    share = total_of(line.your_share - line.self_pay for line in lines)
    checking = total_of(line.under_review for line in lines)
    steps: list[Difference] = []
    for payer_id, payer in {d.payer_id: d.payer for d in later}.items():
        paid = total_of(d.paid for d in later if d.payer_id == payer_id)
        if not alone:
            paid = total_of(p.amount for line in lines for p in line.plan_paid if p.payer == payer)
        steps += [Difference(label=f"{payer} paid", amount=paid)] if paid else []
        off = taken_off.get((visit_id, payer_id), ZERO)
        if not alone:  # it is kept by visit: at most what this part leaves open
            left = fact.told - share - checking - total_of(step.amount for step in steps)
            off = min(off, max(ZERO, left))
        steps += [Difference(label=f"{payer} took off", amount=off)] if off else []
    steps += [Difference(label=CHECKING, amount=checking)] if checking else []
    left = fact.told - share - total_of(step.amount for step in steps)
    steps += _not_asked(left, lines)
    note = "This was before your other plan answered."
    return _block(fact, ours=share, steps=steps, note=note, current=False)


def _not_asked(amount: Money, lines: Sequence[LineItem]) -> list[Difference]:
    """A rest is explained when the practice itself carries as much; any other stays unexplained."""
    carried = total_of(
        line.provider_responsibility + line.other_insurance + line.denied for line in lines
    )
    return [Difference(label=NOT_ASKED, amount=amount)] if ZERO < amount <= carried else []


def _replaced(fact: DecisionFact) -> Decision:
    note = "Your plan has changed this since. It no longer counts."
    return _block(fact, ours=fact.told, steps=[], note=note, current=False)


def _replaces(before: Sequence[DecisionFact], fact: DecisionFact) -> str:
    old = [d for d in before if d.replaced and d.payer_id == fact.payer_id]
    if not old:
        return ""
    on, number = day(old[-1].decided_on), old[-1].claim_number
    if not number:
        return f"This replaces the decision of {on}."
    return f"This replaces the decision of {on}, claim {number}."


def _block(
    fact: DecisionFact, *, ours: Money, steps: Sequence[Difference], note: str, current: bool
) -> Decision:
    on, number = day(fact.decided_on), fact.claim_number
    told = f"{fact.payer} told us on {on}: you may owe {fact.told}."
    if number:
        told = f"{fact.payer} told us on {on}: claim {number}, you may owe {fact.told}."
    return Decision(
        payer=fact.payer,
        claim_number=fact.claim_number,
        decided_on=fact.decided_on,
        told=fact.told,
        ours=ours,
        differences=tuple(steps),
        note=note,
        current=current,
        sentence=f"{told} {ASK}" if current else told,
    )
