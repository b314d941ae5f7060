"""What became of open denials once something posted: money recovered, decided anew, or nothing left of them.

The ledger says it: recovered is what plans paid on the refused lines since the denial was opened, never more than
was at risk. A decision that a payer took back and has not made again leaves its denial as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.decision import REVERSAL
from billing.denial_states import DenialEvent, DenialState
from billing.money import ZERO, Money, total_of
from portal.models.claims import Claim
from portal.models.denials import Denial
from portal.models.remittances import RemittanceClaim
from portal.queries.among import among
from portal.queries.plan_money import PlanMoney, plan_money
from portal.services.move_denial import move_denial, tell_denial
from portal.services.plan_deadline import set_deadline


def follow_denials(session: Session, *, visit_ids: Collection[int], now: datetime) -> int:
    """Bring the open denials of these visits to what the ledger shows; how many ended.

    In the caller's transaction, after the decisions and the new denials are written.
    """
    if not visit_ids:
        return 0
    denials = session.scalars(
        select(Denial)
        .join(Claim, Claim.id == Denial.claim_id)
        .where(among(Claim.visit_id, visit_ids), Denial.closed_at.is_(None))
        .order_by(Denial.id)
        .with_for_update(of=Denial)
    ).all()
    if not denials:
        return 0
    book = _Book(session, denials)
    return sum(_follow(session, denial, book, now) for denial in denials)


class _Book:
    """Decisions and money of the claims concerned, read once."""

    def __init__(self, session: Session, denials: Sequence[Denial]) -> None:
        self.money = plan_money(session, {c for d in denials for c in d.charge_ids})
        self.told: dict[int, Money] = defaultdict(lambda: ZERO)  # by line, recovered already
        rows = session.execute(
            select(
                RemittanceClaim.id,
                RemittanceClaim.claim_id,
                RemittanceClaim.reversed_by_id,
                RemittanceClaim.status_code,
                RemittanceClaim.disposition,
            ).where(among(RemittanceClaim.claim_id, {d.claim_id for d in denials}))
        ).all()
        posted = [row for row in rows if row.disposition == "posted"]
        self.posted = {row.id for row in posted}
        self.reversed = {row.id for row in rows if row.reversed_by_id is not None}
        self.latest: dict[int, int] = {}
        for row in posted:
            if row.reversed_by_id is None and row.status_code != REVERSAL:
                self.latest[row.claim_id] = max(self.latest.get(row.claim_id, 0), row.id)
        self.by_decision: dict[int, list[Denial]] = defaultdict(list)
        for denial in denials:
            self.by_decision[denial.remittance_claim_id].append(denial)

    def recovered(self, denial: Denial) -> Money:
        """What plans paid on its lines since, less what other denials of the same lines count."""
        paid = total_of(self.money.get(c, PlanMoney()).paid for c in denial.charge_ids)
        counted = total_of(self.told[c] for c in denial.charge_ids)
        found = min(denial.amount, max(ZERO, paid - denial.paid_before - counted))
        self.told[denial.charge_ids[0]] += found
        return found

    def left(self, denial: Denial) -> Money:
        """What is still open with plans on its lines."""
        return total_of(self.money.get(c, PlanMoney()).open for c in denial.charge_ids)


def _follow(session: Session, denial: Denial, book: _Book, now: datetime) -> bool:
    if denial.remittance_claim_id in book.reversed:
        decided = book.latest.get(denial.claim_id)
        if decided is None or decided < denial.remittance_claim_id:
            return False  # taken back, and not decided again
        again = [
            new for new in book.by_decision[decided] if set(new.charge_ids) & set(denial.charge_ids)
        ]
        return _decided_again(session, denial, again, book, now)
    denial.recovered = book.recovered(denial)
    by_hand = denial.remittance_claim_id not in book.posted  # it took nothing away that could end
    if book.left(denial) > ZERO or (by_hand and not denial.recovered):
        return False
    event = DenialEvent.PAID if denial.recovered else DenialEvent.TAKEN_OFF
    move_denial(session, denial, event, now=now, amount=denial.recovered)
    return True


def _decided_again(
    session: Session, denial: Denial, again: Sequence[Denial], book: _Book, now: datetime
) -> bool:
    """The payer took its decision back and made another one."""
    denial.recovered = book.recovered(denial)
    if not again:
        move_denial(session, denial, DenialEvent.PAID, now=now, amount=denial.recovered)
        return True
    event = DenialEvent.PART_PAID if denial.recovered else DenialEvent.DENIED_ANEW
    for new in again:
        _carry_on(session, denial, new, now)
    move_denial(session, denial, event, now=now, amount=denial.recovered)
    return True


def _carry_on(session: Session, old: Denial, new: Denial, now: datetime) -> None:
    """Who had the case keeps it, and appeals go on where they were."""
    new.follows_id = old.id
    new.owner_id = new.owner_id or old.owner_id
    new.level = max(new.level, old.level)
    new.first_touch_at = new.first_touch_at or old.first_touch_at
    if old.state != DenialState.OPEN:
        new.state = DenialState.WORKING.value
    set_deadline(session, new)
    tell_denial(session, new, "carried_on", now=now)
