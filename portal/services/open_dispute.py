"""Open a dispute of one bill in the caller's transaction: from then on nobody asks for what is disputed (DISP-1)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.bill_disputes import Channel, Kind, State, clocks, split_amount
from billing.money import ZERO, Money, total_of
from portal.models.accounts import GuarantorAccount
from portal.models.bill_disputes import BillDispute, BillDisputeEvent, BillDisputeLine
from portal.models.claims import Visit
from portal.models.work import WorkItem
from portal.queries.balances import ChargeBalance, balances
from portal.queries.dispute_holds import holds
from portal.services.practice_date import practice_date
from portal.services.refusal import NotFound, Refusal

WORK = "bill_dispute"
REASON = "the patient says that this bill is wrong"
NEXT_STEP = "Open it under Bill disputes. Find out what is right, correct it, and answer."


class AlreadyDisputed(Refusal):
    """Everything that was chosen waits for our answer already."""

    title = "You told us before"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """What is disputed. No charges: the whole bill. No amount: all that is open on them."""

    visit_id: int
    kind: Kind
    channel: Channel
    words: str
    charge_ids: frozenset[int] = frozenset()
    amount: Money | None = None
    eob_told: Money | None = None
    plan_told: Money | None = None
    message_id: int | None = None


def open_dispute(
    session: Session,
    filing: Filing,
    *,
    dispute_id: UUID,
    by_id: int | None,
    face: str,
    now: datetime,
) -> BillDispute:
    """The dispute, acknowledged at once; the same id, or the same message, is one dispute.

    Locks the account's row: a payment or a draft that begins at this moment is judged before or after, never in
    between. Raises AlreadyDisputed, NotFound.
    """
    visit = session.get(Visit, filing.visit_id)
    if visit is None:
        raise NotFound
    account_id = visit.guarantor_account_id
    session.execute(
        select(GuarantorAccount.id).where(GuarantorAccount.id == account_id).with_for_update()
    )
    if (same := _same(session, filing, dispute_id)) is not None:
        return same
    on = practice_date(session, now)
    [account] = balances(session, on=on, visit_ids=[visit.id])
    lines = account.visits[0].charges
    shares = _shares(session, filing, lines, on=on)
    row = BillDispute(
        id=dispute_id,
        visit_id=visit.id,
        kind=filing.kind.value,
        channel=filing.channel.value,
        words=filing.words,
        amount=total_of(shares.values()),
        eob_told=filing.eob_told,
        plan_told=filing.plan_told,
        message_id=filing.message_id,
        state=State.OPEN.value,
        filed_at=now,
        filed_on=on,
        filed_by_id=by_id,
        acknowledged_at=now,
        resolve_by=clocks(on).resolve_by,
    )
    session.add(row)
    session.flush()
    session.add_all(
        BillDisputeLine(
            dispute_id=dispute_id,
            charge_id=charge_id,
            amount=amount,
            whole=_named(filing) is None,
        )
        for charge_id, amount in shares.items()
    )
    owed = {str(line.charge_id): line.patient_due.cents for line in lines}
    add_event(session, row, "filed", by_id=by_id, face=face, now=now, detail={"owed": owed})
    add_event(session, row, "acknowledged", by_id=None, face="system", now=now)
    open_dispute_work(session, row, account_id=account_id, now=now)
    return row


def add_event(
    session: Session,
    row: BillDispute,
    kind: str,
    *,
    by_id: int | None,
    face: str,
    now: datetime,
    words: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """One step in its order."""
    session.add(
        BillDisputeEvent(
            dispute_id=row.id,
            kind=kind,
            login_id=by_id,
            face=face,
            words=words,
            detail=detail or {},
            at=now,
        )
    )


def open_dispute_work(
    session: Session, row: BillDispute, *, account_id: int, now: datetime
) -> None:
    """One item until it is answered; a reply of the patient opens the same one again."""
    again = {"closed_at": None, "closed_by_id": None, "outcome": "", "due_on": row.resolve_by}
    session.execute(
        insert(WorkItem)
        .values(
            dedupe_key=f"{WORK}:{row.id}",
            kind=WORK,
            reasons=[REASON],
            next_step=NEXT_STEP,
            amount=row.amount,
            guarantor_account_id=account_id,
            visit_id=row.visit_id,
            owner_id=row.owner_id,
            opened_at=now,
            due_on=row.resolve_by,
        )
        .on_conflict_do_update(
            index_elements=[WorkItem.dedupe_key], set_={**again, "owner_id": row.owner_id}
        )
    )


def lock_dispute(session: Session, dispute_id: UUID) -> tuple[BillDispute, Visit]:
    """The dispute and its visit; the account first, as everything locks. Raises NotFound."""
    visit = session.scalar(
        select(Visit)
        .join(BillDispute, BillDispute.visit_id == Visit.id)
        .where(BillDispute.id == dispute_id)
    )
    if visit is None:
        raise NotFound
    session.execute(
        select(GuarantorAccount.id)
        .where(GuarantorAccount.id == visit.guarantor_account_id)
        .with_for_update()
    )
    row = session.get_one(BillDispute, dispute_id, with_for_update=True, populate_existing=True)
    return row, visit


def close_dispute_work(
    session: Session, row: BillDispute, *, by_id: int | None, outcome: str, now: datetime
) -> None:
    """Nothing waits for us any more: neither the item nor the warnings of its last day."""
    items = session.scalars(
        select(WorkItem)
        .where(
            or_(
                WorkItem.dedupe_key == f"{WORK}:{row.id}",
                WorkItem.dedupe_key.like(f"{WORK}_due:{row.id}:%"),
            ),
            WorkItem.closed_at.is_(None),
        )
        .order_by(WorkItem.id)
        .with_for_update()
    )
    for item in items:
        item.closed_at, item.closed_by_id, item.outcome = now, by_id, outcome


def _same(session: Session, filing: Filing, dispute_id: UUID) -> BillDispute | None:
    found = session.get(BillDispute, dispute_id)
    if found is None and filing.message_id is not None:
        found = session.scalar(
            select(BillDispute).where(BillDispute.message_id == filing.message_id)
        )
    if found is not None and found.visit_id != filing.visit_id:
        raise NotFound
    return found


def _shares(
    session: Session, filing: Filing, lines: Sequence[ChargeBalance], *, on: date
) -> dict[int, Money]:
    """What of each line; a line that is disputed already is left to its dispute."""
    known = {line.charge_id for line in lines}
    if not filing.charge_ids <= known:
        raise NotFound
    taken = _taken(session, filing.visit_id, on)
    chosen = [c for c in lines if c.charge_id in (filing.charge_ids or known)]
    free = [c for c in chosen if c.charge_id not in taken]
    if not free:
        raise AlreadyDisputed("We are looking at it. You find it under Disputes.")
    amount = _named(filing)
    shares = split_amount(amount, [(c.charge_id, _open(c)) for c in free])
    # A line that the amount does not reach is none of it, where another one is.
    kept = {charge_id: share for charge_id, share in shares.items() if share or amount is None}
    return kept or shares


def _named(filing: Filing) -> Money | None:
    """The amount that is disputed; None: all that is open."""
    return filing.amount if filing.amount and filing.amount > ZERO else None


def _open(line: ChargeBalance) -> Money:
    return max(ZERO, line.patient_due)


def _taken(session: Session, visit_id: int, on: date) -> Collection[int]:
    query = (
        select(BillDisputeLine.charge_id)
        .join(BillDispute, BillDispute.id == BillDisputeLine.dispute_id)
        .where(BillDispute.visit_id == visit_id, holds(on))
    )
    return frozenset(session.scalars(query))
