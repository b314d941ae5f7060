"""Open work for money of the card company that our ledger does not explain, and close what explains itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.db import transaction
from portal.models.day import Payout
from portal.models.work import WorkItem
from portal.queries.clearing_match import MatchedLine, lines_of_payouts, waiting_lines
from portal.queries.payouts import LooseEntry, entries_without_line, sum_of_lines

KIND = "payout_line"
GRACE = timedelta(days=1)  # an event may come late; what is still off a day later is off
LOOK_BACK = timedelta(days=90)  # payouts whose lines are compared again
LINE_STEP = "Look at it in the card company’s own pages. Post or refund what is ours; explain the rest on the day’s page."
ENTRY_STEP = "Find this money in the card company’s pages. If it never arrived there, tell whoever runs this system."


@dataclass(frozen=True, slots=True)
class Alarmed:
    """How many lines, entries and payouts are off now, and how many of them are new."""

    off: int
    opened: int


def alarm_lines(*, now: datetime) -> Alarmed:
    """One item for each line, entry or payout that is off; those that are right by now are closed."""
    with transaction() as session:
        recent = session.scalars(select(Payout.id).where(Payout.fetched_at > now - LOOK_BACK)).all()
        lines = (*lines_of_payouts(session, recent), *_ripe(session, now))
        rows = [
            *(_line(line) for line in lines if line.off),
            *(_entry(entry) for entry in entries_without_line(session, now=now)),
            *_sums(session, recent),
        ]
        opened = 0
        for row in rows:
            done = insert(WorkItem).values(kind=KIND, opened_at=now, **row).on_conflict_do_nothing()
            opened += session.scalar(done.returning(WorkItem.id)) is not None
        _close_others(session, {row["dedupe_key"] for row in rows}, now)
    return Alarmed(len(rows), opened)


def _ripe(session: Session, now: datetime) -> Iterable[MatchedLine]:
    """Lines in no payout that have had their time to find their entry."""
    return (
        line
        for line in waiting_lines(session)
        if line.payout_id is None and line.made_at and line.made_at < now - GRACE
    )


def _line(line: MatchedLine) -> dict[str, Any]:
    what = f"{line.category.replace('_', ' ').capitalize()} {line.source_id or line.provider_id}"
    return {
        "dedupe_key": f"{KIND}:{line.provider_id}:{line.match}",
        "reasons": [f"{what}: {line.cause}."],
        "next_step": LINE_STEP,
        "amount": abs(line.gap),
        "guarantor_account_id": line.account_id,
    }


def _entry(entry: LooseEntry) -> dict[str, Any]:
    return {
        "dedupe_key": f"{KIND}:entry:{entry.id}",
        "reasons": ["We posted money that the card company’s balance does not show."],
        "next_step": ENTRY_STEP,
        "amount": abs(entry.amount),
        "guarantor_account_id": entry.account_id,
    }


def _sums(session: Session, payout_ids: Iterable[int]) -> Iterable[dict[str, Any]]:
    for payout in session.scalars(select(Payout).where(Payout.id.in_(list(payout_ids)))):
        total = sum_of_lines(session, payout.id)
        if payout.automatic and total is not None and total != payout.amount:
            yield {
                "dedupe_key": f"{KIND}:sum:{payout.provider_id}:{total.cents}",
                "reasons": [f"A payout of {payout.amount} has lines of {total} in all."],
                "next_step": LINE_STEP,
                "amount": abs(payout.amount - total),
            }


def _close_others(session: Session, keys: set[str], now: datetime) -> None:
    """What is right by now needs nobody any more."""
    session.execute(
        update(WorkItem)
        .where(
            WorkItem.kind == KIND, WorkItem.closed_at.is_(None), WorkItem.dedupe_key.not_in(keys)
        )
        .values(closed_at=now, outcome="matched")
    )
