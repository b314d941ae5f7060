"""Open the denials of decisions: what a payer refused, why, how much, and by when something must be done (OPS-6).

Called when a decision posts, and for decisions of before. The same decision and reason is one denial, however often.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.appeal_clock import Clock
from billing.carc import PATIENT_GROUP
from billing.decision import DENIED, REVERSAL, Outcome
from billing.denial_states import DenialState
from billing.denials import (
    NATURES,
    DenialCategory,
    NextAction,
    denial_category,
    may_appeal,
    only_duplicates,
)
from billing.money import ZERO, Money, total_of
from portal.models.claims import Charge, Claim, Visit
from portal.models.denials import Denial, DenialEventRow
from portal.models.remittances import LineAdjustment, RemittanceClaim, RemittanceLine
from portal.models.work import WorkItem
from portal.queries.among import among
from portal.queries.payer_clocks import AskedBy, next_deadline, own_clocks
from portal.queries.plan_money import PlanMoney, plan_money

HELD = "held"  # nobody judged it; only a person opens a denial of it
_NO_REASON = ("", "")


@dataclass(frozen=True, slots=True)
class _Refused:
    """One reason of a decision over all its lines."""

    amount: Money
    charge_ids: frozenset[int]
    remarks: frozenset[str]


@dataclass(slots=True)
class _Decision:
    """One posted decision with what stayed open because of it."""

    head: Row[*tuple[Any, ...]]
    amounts: list[tuple[str, str, Money, int | None, frozenset[str], str]] = field(
        default_factory=list
    )


def open_denials(
    session: Session,
    remittance_claim_ids: Collection[int],
    *,
    now: datetime,
    by_hand: bool = False,
) -> list[int]:
    """Open what these decisions refuse; the ids of the new ones. In the caller's transaction.

    `by_hand`: a person says that it is a denial, even of a decision that was held; then there is one at least,
    unless the decision only repeats an answer that stands (18, B13).
    """
    if not remittance_claim_ids:
        return []
    decisions = _decisions(session, remittance_claim_ids, by_hand=by_hand)
    own = own_clocks(session, {d.head.payer_id for d in decisions.values()})
    charges = _charges(session, decisions.values())
    money = plan_money(session, {c for ids in charges.values() for c in ids})
    unexplained = _unexplained(session, decisions)
    rows = []
    for decision in decisions.values():
        of_visit = charges[decision.head.visit_id]
        found = _refused(decision, of_visit, unexplained, by_hand=by_hand)
        for reason, refused in found.items():
            clocks = own.get(decision.head.payer_id, ())
            paid = total_of(money.get(c, PlanMoney()).paid for c in refused.charge_ids)
            row = _row(decision.head, reason, refused, clocks)
            rows.append(row | {"paid_before": paid, "opened_at": now})
    if not rows:
        return []
    ids = session.scalars(
        insert(Denial)
        .on_conflict_do_nothing(
            index_elements=[Denial.remittance_claim_id, Denial.group_code, Denial.carc]
        )
        .returning(Denial.id),
        rows,
    ).all()
    session.add_all(DenialEventRow(denial_id=one, what="opened", at=now) for one in ids)
    session.flush()
    return list(ids)


def _decisions(session: Session, ids: Collection[int], *, by_hand: bool) -> dict[int, _Decision]:
    """The decisions that stand, each with the amounts that stayed open."""
    kept = [Outcome.STAYS.value, Outcome.REVIEW.value, *([HELD] if by_hand else [])]
    query = (
        select(
            RemittanceClaim.id,
            RemittanceClaim.claim_id,
            RemittanceClaim.status_code,
            RemittanceClaim.billed,
            RemittanceClaim.decided_on,
            RemittanceClaim.remarks,
            Claim.payer_id,
            Claim.filing_code,
            Claim.visit_id,
            Visit.service_on,
            RemittanceLine.charge_id,
            RemittanceLine.remarks.label("line_remarks"),
            LineAdjustment.group_code,
            LineAdjustment.carc,
            LineAdjustment.amount,
            LineAdjustment.outcome,
        )
        .join(Claim, Claim.id == RemittanceClaim.claim_id)
        .join(Visit, Visit.id == Claim.visit_id)
        .outerjoin(RemittanceLine, RemittanceLine.remittance_claim_id == RemittanceClaim.id)
        .outerjoin(LineAdjustment, LineAdjustment.remittance_line_id == RemittanceLine.id)
        .where(
            among(RemittanceClaim.id, ids),
            RemittanceClaim.reversed_by_id.is_(None),
            RemittanceClaim.status_code != REVERSAL,
        )
        .order_by(RemittanceClaim.id, LineAdjustment.id)
    )
    if not by_hand:
        query = query.where(RemittanceClaim.disposition == "posted")
    found: dict[int, _Decision] = {}
    for row in session.execute(query):
        decision = found.setdefault(row.id, _Decision(row))
        if row.carc is not None and row.outcome in kept:
            remarks = frozenset([*row.remarks, *row.line_remarks])
            decision.amounts.append(
                (row.group_code, row.carc, row.amount, row.charge_id, remarks, row.outcome)
            )
    return found


def _refused(
    decision: _Decision,
    of_visit: frozenset[int],
    unexplained: dict[int, Money],
    *,
    by_hand: bool,
) -> dict[tuple[str, str], _Refused]:
    """Each reason that is a denial; where there is none, the claim as a whole if it was refused as such."""
    found: dict[tuple[str, str], _Refused] = {}
    others = False
    for group, carc, amount, charge_id, remarks, outcome in decision.amounts:
        patients = group == PATIENT_GROUP
        if patients and outcome == Outcome.STAYS.value:
            continue  # Medicaid and QMB: the next payer's, nobody's "no"
        others = others or not patients
        if denial_category(carc, remarks) is None:
            continue
        before = found.get((group, carc), _Refused(ZERO, frozenset(), frozenset()))
        on = frozenset() if charge_id is None else frozenset({charge_id})
        found[group, carc] = _Refused(
            before.amount + amount, before.charge_ids | on, before.remarks | remarks
        )
    found = {
        reason: _Refused(one.amount, one.charge_ids or of_visit, one.remarks)
        for reason, one in found.items()
        if one.amount > ZERO
    }
    head = decision.head
    if by_hand and only_duplicates({carc for _, carc in found}):
        return {}
    if found:
        return found
    left = unexplained.get(head.id, ZERO)
    if (left and not others) or by_hand:
        return {_NO_REASON: _Refused(left or head.billed, of_visit, frozenset(head.remarks))}
    if head.status_code == DENIED and left:
        return {_NO_REASON: _Refused(left, of_visit, frozenset(head.remarks))}
    return {}


def _row(
    head: Row[*tuple[Any, ...]],
    reason: tuple[str, str],
    refused: _Refused,
    clocks: Sequence[Clock],
) -> dict[str, Any]:
    group, carc = reason
    category = denial_category(carc, refused.remarks) if carc else DenialCategory.OTHER
    nature = NATURES[category or DenialCategory.OTHER]
    asked = AskedBy(
        payer_id=head.payer_id,
        filing_code=head.filing_code,
        service_on=head.service_on,
        noticed_on=head.decided_on,
        at_stake=refused.amount,
        remarks=sorted(refused.remarks),
    )
    # What was never processed cannot be appealed, only sent right (MA130).
    action = nature.action if may_appeal(refused.remarks) else NextAction.CORRECT
    last = next_deadline(asked, clocks, level=0, action=action)
    return {
        "claim_id": head.claim_id,
        "payer_id": head.payer_id,
        "charge_ids": sorted(refused.charge_ids),
        "remittance_claim_id": head.id,
        "group_code": group,
        "carc": carc,
        "rarcs": sorted(refused.remarks),
        "amount": refused.amount,
        "category": (category or DenialCategory.OTHER).value,
        "root_cause": nature.root_cause,
        "preventable": nature.preventable,
        "state": DenialState.OPEN.value,
        "action": action.value,
        "noticed_on": head.decided_on,
        "deadline_on": last.on if last else None,
        "deadline_of": last.what.value if last else "",
    }


def _charges(session: Session, decisions: Iterable[_Decision]) -> dict[int, frozenset[int]]:
    """Every line of each visit."""
    visits = {decision.head.visit_id for decision in decisions}
    found: dict[int, set[int]] = defaultdict(set)
    rows = session.execute(select(Charge.visit_id, Charge.id).where(among(Charge.visit_id, visits)))
    for visit_id, charge_id in rows:
        found[visit_id].add(charge_id)
    return {visit_id: frozenset(found[visit_id]) for visit_id in visits}


def _unexplained(session: Session, ids: Collection[int]) -> dict[int, Money]:
    """What the judge found refused in these decisions, whether or not it had a code."""
    rows = session.execute(
        select(WorkItem.remittance_claim_id, WorkItem.amount).where(
            WorkItem.kind == "denial", among(WorkItem.remittance_claim_id, ids)
        )
    )
    return {row_id: amount for row_id, amount in rows if row_id is not None}


def missed_decisions(session: Session) -> list[int]:
    """Decisions that stand and left work of a denial, and have none: those of before there were any."""
    query = (
        select(RemittanceClaim.id)
        .join(WorkItem, WorkItem.remittance_claim_id == RemittanceClaim.id)
        .where(
            WorkItem.kind.in_(("denial", "review")),
            WorkItem.closed_at.is_(None),
            RemittanceClaim.disposition == "posted",
            RemittanceClaim.reversed_by_id.is_(None),
            ~select(Denial.id).where(Denial.remittance_claim_id == RemittanceClaim.id).exists(),
        )
        .distinct()
        .order_by(RemittanceClaim.id)
    )
    return list(session.scalars(query))
