"""Enter how long a payer may be asked, from a day on: a row more, never one less (OPS-4)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.appeal_clock import Basis, Limit
from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.accounts import Payer
from portal.models.denials import Denial, PayerDeadline
from portal.queries.among import among
from portal.queries.viewer import StaffViewer
from portal.services.plan_deadline import set_deadline
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal

LONGEST = 1_100  # days: three years; more is a slip


class DeadlineRefused(Refusal):
    """The limit cannot be so."""

    title = "This limit was not saved"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLimit:
    """What the contract or the payer's manual says."""

    what: Limit
    days: int
    basis: Basis
    since: date
    source: str


def keep_payer_deadline(
    *, payer_id: int, limit: NewLimit, staff: StaffViewer, now: datetime
) -> None:
    """Save it; open denials of this payer that wait for their next step get their last day anew.

    Raises DeadlineRefused, CardNumberRefused or NotFound.
    """
    source = check_free_text(limit.source)
    if not 0 < limit.days <= LONGEST:
        raise DeadlineRefused(f"Enter from 1 to {LONGEST} days.")
    if not source:
        raise DeadlineRefused("Say where this stands: the contract, the manual, or a letter.")
    with transaction() as session:
        found = session.scalar(select(Payer.id).where(Payer.id == payer_id).with_for_update())
        if found is None:
            raise NotFound
        session.add(
            PayerDeadline(
                payer_id=payer_id,
                what=limit.what.value,
                days=limit.days,
                basis=limit.basis.value,
                since=limit.since,
                source=source,
                entered_by_id=staff.login_id,
                entered_at=now,
            )
        )
        session.flush()
        follow_deadlines(session, [payer_id])
        add_staff_act(
            session,
            staff,
            action="create",
            object_type="payer_deadline",
            object_id=payer_id,
            reason=f"{limit.what.value}: {limit.days} days",
            now=now,
        )


def follow_deadlines(session: Session, payer_ids: Collection[int]) -> None:
    """Open denials of these payers that wait for their next step get their last day anew."""
    waiting = session.scalars(
        select(Denial)
        .where(
            among(Denial.payer_id, payer_ids),
            Denial.closed_at.is_(None),
            Denial.state.in_(("open", "working")),
        )
        .order_by(Denial.id)
        .with_for_update()
    ).all()
    for denial in waiting:
        set_deadline(session, denial)
