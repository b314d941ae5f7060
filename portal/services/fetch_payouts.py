"""Fetch the card company's payouts with their lines, and post each when it has arrived (payments.md rule 14)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing import entries
from billing.money import ZERO, Money, total_of
from portal.db import read_only, transaction
from portal.models.day import Payout, PayoutLineRow
from portal.office_ports import BalanceLine, PayoutBooks, PayoutFacts
from portal.queries.clearing_match import FEE_POSTED_BEFORE, FEES
from portal.services.keep_balance import keep_balance
from portal.services.post_entry import post_entry

FIRST_LOOK = timedelta(days=60)
LOOK_BACK = timedelta(days=10)  # an arrival may still fail for some days
ARRIVED = "paid"
CAME_BACK = ("failed", "canceled")


@dataclass(frozen=True, slots=True)
class Fetched:
    """How many payouts were looked at, posted now, and came back from the bank."""

    seen: int
    posted: int
    came_back: int


def fetch_payouts(*, books: PayoutBooks, now: datetime) -> Fetched:
    """Store what is new and post what has arrived; again, it changes nothing.

    A card company that cannot be reached raises, and what was stored before stays.
    """
    with read_only() as session:
        since = _since(session, now)
        complete = set(
            session.scalars(
                select(Payout.provider_id).join(PayoutLineRow, PayoutLineRow.payout_id == Payout.id)
            )
        )
    seen = posted = came_back = 0
    for facts in books.payouts(since=since):
        fresh = facts.automatic and facts.explained and facts.provider_id not in complete
        lines = books.lines(facts.provider_id) if fresh else ()
        with transaction() as session:
            payout = _stored(session, facts, lines, now)
            posted += _post_arrival(session, payout)
            came_back += _post_return(session, payout)
        seen += 1
    keep_balance(books=books, now=now)
    return Fetched(seen, posted, came_back)


def _since(session: Session, now: datetime) -> datetime:
    """From when on payouts may have news: the last look, or one that has not come to its end however old it is."""
    newest = session.scalar(select(func.max(Payout.fetched_at)))
    if newest is None:
        return now - FIRST_LOOK
    unfinished = session.scalar(
        select(func.min(Payout.arrives_on)).where(
            Payout.entry_id.is_(None), Payout.status.not_in(CAME_BACK)
        )
    )
    if unfinished is not None:
        # It was made before it was to arrive.
        newest = min(newest, datetime.combine(unfinished, time(), tzinfo=UTC))
    since: datetime = newest - LOOK_BACK
    return since


def _stored(
    session: Session, facts: PayoutFacts, lines: tuple[BalanceLine, ...], now: datetime
) -> Payout:
    """The payout's row, locked, with its lines once they are known."""
    values = {
        "amount": facts.amount,
        "arrives_on": facts.arrives_on,
        "automatic": facts.automatic,
        "status": facts.status,
        "fetched_at": now,
    }
    session.execute(
        insert(Payout)
        .values(provider_id=facts.provider_id, **values)
        .on_conflict_do_update(
            index_elements=[Payout.provider_id],
            set_={"status": facts.status, "arrives_on": facts.arrives_on, "fetched_at": now},
        )
    )
    payout = session.scalars(
        select(Payout).where(Payout.provider_id == facts.provider_id).with_for_update()
    ).one()
    if lines:
        session.execute(
            insert(PayoutLineRow)
            .values(
                [
                    {
                        "payout_id": payout.id,
                        "provider_id": line.provider_id,
                        "category": line.category,
                        "amount": line.amount,
                        "fee": line.fee,
                        "net": line.net,
                        "source_id": line.source_id,
                    }
                    for line in lines
                ]
            )
            .on_conflict_do_nothing()
        )
    return payout


def _post_arrival(session: Session, payout: Payout) -> bool:
    """D bank, D processing_fees, C stripe_clearing: once, when the money is at the bank."""
    if payout.status != ARRIVED or payout.entry_id is not None:
        return False
    fees = _fees(session, payout)
    if payout.automatic and fees is None:
        return False  # its lines are not complete yet
    outcome = post_entry(
        session,
        entries.payout(
            source_ref=f"stripe:{payout.provider_id}:paid",
            occurred_on=payout.arrives_on,
            amount=payout.amount,
            fees=fees or ZERO,
        ),
    )
    payout.entry_id = outcome.entry_id
    return True


def _post_return(session: Session, payout: Payout) -> bool:
    """The bank sent a posted payout back: the card company holds its amount again, in an entry of its own.

    The fees of its charges stay paid: what is paid out next is the amount without them.
    """
    if payout.status not in CAME_BACK or payout.entry_id is None:
        return False
    post_entry(
        session,
        entries.payout(
            source_ref=f"stripe:{payout.provider_id}:returned",
            occurred_on=payout.arrives_on,
            amount=-payout.amount,
            fees=ZERO,
        ),
    )
    payout.entry_id = None
    return True


def _fees(session: Session, payout: Payout) -> Money | None:
    """What the card company kept of the lines; None while no line is known.

    The fee of a dispute is not among them: it was posted with the dispute.
    """
    rows = session.execute(
        select(PayoutLineRow.category, PayoutLineRow.amount, PayoutLineRow.fee).where(
            PayoutLineRow.payout_id == payout.id
        )
    ).all()
    if not rows:
        return None
    return total_of(
        fee - amount if category in FEES else fee
        for category, amount, fee in rows
        if category not in FEE_POSTED_BEFORE
    )
