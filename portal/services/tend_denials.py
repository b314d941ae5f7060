"""The morning's look at denials: older decisions get theirs, what ended ends, and deadlines raise work (OPS-5, OPS-6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session

from billing.appeal_clock import LIMIT_WORDS, Limit, alert_step
from billing.denial_states import WITH_PAYER, DenialEvent
from portal.db import transaction
from portal.models.accounts import Payer
from portal.models.claims import Claim, Visit
from portal.models.denials import Denial, DenialEventRow
from portal.models.work import WorkItem
from portal.services.follow_denials import follow_denials
from portal.services.lock_posting import lock_posting
from portal.services.move_denial import DEADLINE_KIND
from portal.services.open_denials import missed_decisions, open_denials
from portal.services.write_remittance import add_work_items

ASK_AGAIN = 30  # days without an answer (OPS-3)
OVER = "The last day for it is over. Ask the payer for good cause, or give it up and write it off."
SOON = "Send it today, or write down why not."
SILENT = "Ask the payer where the answer is, and write down whom you spoke to."


@dataclass(frozen=True, slots=True, kw_only=True)
class DenialsTended:
    """What the morning found."""

    opened: int
    ended: int
    warned: int


def tend_denials(*, on: date, now: datetime) -> DenialsTended:
    """Everything that is due on this day; a second run of the same day does nothing more."""
    with transaction() as session:
        lock_posting(session)
        opened = open_denials(session, missed_decisions(session), now=now)
        ended = follow_denials(session, visit_ids=_visits(session), now=now)
        items = list(_warnings(_open(session), on, now))
        _close_earlier(session, items, now)
        add_work_items(session, items)
    return DenialsTended(opened=len(opened), ended=ended, warned=len(items))


def _visits(session: Session) -> list[int]:
    query = (
        select(Claim.visit_id)
        .join(Denial, Denial.claim_id == Claim.id)
        .where(Denial.closed_at.is_(None))
        .distinct()
    )
    return list(session.scalars(query))


def _open(session: Session) -> Sequence[Row[*tuple[Any, ...]]]:
    """Open denials with whose they are, and since when a payer has been asked."""
    asked = (
        select(func.max(DenialEventRow.at))
        .where(
            DenialEventRow.denial_id == Denial.id,
            DenialEventRow.what.in_(
                (DenialEvent.APPEAL.value, DenialEvent.CORRECT.value, DenialEvent.AGREE.value)
            ),
        )
        .correlate(Denial)
        .scalar_subquery()
    )
    return session.execute(
        select(
            Denial,
            Visit.guarantor_account_id,
            Visit.id.label("visit_id"),
            Payer.name.label("payer"),
            asked.label("asked_at"),
        )
        .join(Claim, Claim.id == Denial.claim_id)
        .join(Visit, Visit.id == Claim.visit_id)
        .join(Payer, Payer.id == Denial.payer_id)
        .where(Denial.closed_at.is_(None))
        .order_by(Denial.id)
    ).all()


def _warnings(
    rows: Sequence[Row[*tuple[Any, ...]]], on: date, now: datetime
) -> Iterator[dict[str, Any]]:
    for row in rows:
        denial = row.Denial
        if denial.state in WITH_PAYER:
            waited = (now - row.asked_at).days if row.asked_at else 0
            if waited >= ASK_AGAIN:
                reason = f"{row.payer} has not answered for {waited} days"
                key = f"{denial.id}:silent:{waited // ASK_AGAIN}:{row.asked_at:%Y%m%d}"
                due = on + timedelta(days=2)
                yield _item(row, key, reason=reason, next_step=SILENT, due_on=due, now=now)
            continue
        step = alert_step(denial.deadline_on, on) if denial.deadline_on else None
        if step is None:
            continue
        what = LIMIT_WORDS[Limit(denial.deadline_of)]
        day = f"{denial.deadline_on:%B} {denial.deadline_on.day}"
        reason = f"{what} to {row.payer}: the last day is {day}"
        if step == 0:
            reason = f"{what} to {row.payer}: the last day was {day}, and it was not sent"
        key = f"{denial.id}:{denial.deadline_of}:{denial.deadline_on}:{step}"
        next_step = SOON if step else OVER
        yield _item(
            row, key, reason=reason, next_step=next_step, due_on=denial.deadline_on, now=now
        )


def _item(
    row: Row[*tuple[Any, ...]],
    key: str,
    *,
    reason: str,
    next_step: str,
    due_on: date,
    now: datetime,
) -> dict[str, Any]:
    denial = row.Denial
    return {
        "dedupe_key": f"{DEADLINE_KIND}:{key}",
        "kind": DEADLINE_KIND,
        "reasons": [reason],
        "next_step": next_step,
        "amount": denial.amount,
        "guarantor_account_id": row.guarantor_account_id,
        "visit_id": row.visit_id,
        "claim_id": denial.claim_id,
        "remittance_claim_id": denial.remittance_claim_id,
        "owner_id": denial.owner_id,
        "opened_at": now,
        "due_on": due_on,
    }


def _close_earlier(session: Session, items: Sequence[dict[str, Any]], now: datetime) -> None:
    """Warnings that say today's no more: an earlier step, another deadline, or nothing to warn of."""
    keys = [item["dedupe_key"] for item in items]
    session.execute(
        update(WorkItem)
        .where(
            WorkItem.kind == DEADLINE_KIND,
            WorkItem.closed_at.is_(None),
            WorkItem.dedupe_key.not_in(keys),
        )
        .values(closed_at=now, outcome="corrected")
    )
