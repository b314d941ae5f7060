"""Claims that nobody answered, and that must be sent anew by a day: warn at half and at four fifths of the time (OPS-4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from billing.appeal_clock import Basis, Limit, clock_for, deadline, filing_step, payer_type
from billing.money import ZERO
from billing.transitions import ClaimState
from portal.db import transaction
from portal.models.accounts import Payer
from portal.models.claims import Claim, Visit
from portal.models.denials import PayerDeadline
from portal.models.work import WorkItem
from portal.queries.closed_days import closed_days
from portal.queries.payer_clocks import own_clocks
from portal.services.write_remittance import add_work_items

KIND = "filing_deadline"
BY_LAW = ("MA", "MB", "CH")  # SBR09 whose limit is the law's; any other is the payer's own
OVER = 100
NEXT = "Ask the payer for the claim, and send it again with the proof of the first sending."
TOO_LATE = "Look for the proof that it was sent in time. The patient never owes it (CO-29)."


def warn_filing(*, on: date, now: datetime) -> int:
    """Open work for claims that come due; how many are warned of. A second run of the day does nothing more."""
    with transaction() as session:
        items = list(_items(session, on, now))
        session.execute(
            update(WorkItem)
            .where(
                WorkItem.kind == KIND,
                WorkItem.closed_at.is_(None),
                WorkItem.dedupe_key.not_in([item["dedupe_key"] for item in items]),
            )
            .values(closed_at=now, outcome="corrected")
        )
        add_work_items(session, items)
    return len(items)


def _items(session: Session, on: date, now: datetime) -> Iterator[dict[str, Any]]:
    rows = _waiting(session)
    own = own_clocks(session, {row.payer_id for row in rows})
    for row in rows:
        clock = clock_for(
            Limit.FILING,
            payer_type(row.filing_code),
            own.get(row.payer_id, ()),
            on=row.service_on,
            at_stake=ZERO,
        )
        start = (
            row.first_answer_on if clock and clock.basis is Basis.PRIMARY_EOB else row.service_on
        )
        if clock is None or start is None:
            continue
        last = deadline(clock, start, closed_days(start) | closed_days(on))
        step = filing_step(start, last, on)
        if step is None:
            continue
        day = f"{last:%B} {last.day}, {last.year}"
        over = step == OVER
        words = f"was {day}" if over else f"is {day}"
        yield {
            "dedupe_key": f"{KIND}:{row.id}:{last}:{step}",
            "kind": KIND,
            "reasons": [f"{row.payer} has not answered, and the last day to file {words}"],
            "next_step": TOO_LATE if over else NEXT,
            "amount": row.billed,
            "guarantor_account_id": row.guarantor_account_id,
            "visit_id": row.visit_id,
            "claim_id": row.id,
            "opened_at": now,
            "due_on": last,
        }


def _waiting(session: Session) -> Sequence[Row[*tuple[Any, ...]]]:
    """Claims without any answer whose limit is known; with the day on which an earlier payer answered."""
    earlier = aliased(Claim)
    first = (
        select(func.max(earlier.decided_on))
        .where(earlier.visit_id == Claim.visit_id, earlier.sequence < Claim.sequence)
        .correlate(Claim)
        .scalar_subquery()
    )
    entered = select(PayerDeadline.payer_id).where(PayerDeadline.what == Limit.FILING.value)
    return session.execute(
        select(
            Claim.id,
            Claim.payer_id,
            Claim.filing_code,
            Claim.billed,
            Visit.id.label("visit_id"),
            Visit.service_on,
            Visit.guarantor_account_id,
            Payer.name.label("payer"),
            first.label("first_answer_on"),
        )
        .join(Visit, Visit.id == Claim.visit_id)
        .join(Payer, Payer.id == Claim.payer_id)
        .where(
            Claim.state == ClaimState.OPEN.value,
            or_(Claim.filing_code.in_(BY_LAW), Claim.payer_id.in_(entered)),
        )
        .order_by(Claim.id)
    ).all()
