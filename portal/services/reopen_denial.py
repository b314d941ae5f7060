"""Take a denial up again whose write-off was taken back: what the payer owes once more is worked once more (OPS-6)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.denial_states import DenialState
from billing.ledger import Entry
from portal.models.claims import Claim, Visit
from portal.models.denials import Denial
from portal.models.work import WorkItem
from portal.queries.viewer import StaffViewer
from portal.services.move_denial import tell_denial
from portal.services.plan_deadline import set_deadline

LOOK_WITHIN = timedelta(days=2)


def off_by_denial(denial: Denial) -> str:
    """How the memo of the entry begins that takes this denial off the books."""
    return f"denial {denial.group_code}-{denial.carc}: "


def reopen_denial(
    session: Session,
    entry: Entry,
    entry_id: UUID,
    *,
    staff: StaffViewer,
    note: str,
    on: date,
    now: datetime,
) -> None:
    """In the transaction of the reversal; nothing where the entry was no denial's write-off.

    This step stands in no table: a denial that is over stays over for everybody but who undoes its end.
    """
    claim_ids = {leg.party.claim_id for leg in entry.postings if leg.party.claim_id is not None}
    rows = session.scalars(
        select(Denial)
        .where(Denial.claim_id.in_(claim_ids), Denial.state == DenialState.WRITTEN_OFF.value)
        .order_by(Denial.closed_at.desc(), Denial.id.desc())
        .with_for_update()
    )
    denial = next((d for d in rows if (entry.memo or "").startswith(off_by_denial(d))), None)
    if denial is not None:
        key = f"denial:reopened:{entry_id}"
        _reopen(session, denial, key=key, staff=staff, note=note, on=on, now=now)


def reopen_ended_by(
    session: Session,
    back: Entry,
    *,
    since: datetime,
    staff: StaffViewer,
    note: str,
    on: date,
    now: datetime,
) -> None:
    """The same of every denial on the lines of a reversal that ended as what is reversed was taken off, or after."""
    legs = [leg.party for leg in back.postings]
    ended = session.scalars(
        select(Denial)
        .where(
            Denial.claim_id.in_({one.claim_id for one in legs if one.claim_id is not None}),
            Denial.charge_ids.overlap([one.charge_id for one in legs if one.charge_id is not None]),
            Denial.state == DenialState.WRITTEN_OFF.value,
            Denial.closed_at >= since,
        )
        .order_by(Denial.id)
        .with_for_update()
    ).all()
    for denial in ended:
        key = f"denial:reopened:{back.reverses_id}:{denial.id}"
        _reopen(session, denial, key=key, staff=staff, note=note, on=on, now=now)


def _reopen(
    session: Session,
    denial: Denial,
    *,
    key: str,
    staff: StaffViewer,
    note: str,
    on: date,
    now: datetime,
) -> None:
    denial.state, denial.closed_at = DenialState.WORKING.value, None
    set_deadline(session, denial)
    tell_denial(session, denial, "reopened", now=now, staff=staff, note=note, amount=denial.amount)
    account_id, visit_id = session.execute(
        select(Visit.guarantor_account_id, Visit.id)
        .join(Claim, Claim.visit_id == Visit.id)
        .where(Claim.id == denial.claim_id)
    ).one()
    session.add(
        WorkItem(
            dedupe_key=key,
            kind="denial",
            reasons=[f"its write-off was taken back: {note}"],
            next_step="Open the denial and decide again: appeal, correct, or take it off.",
            amount=denial.amount,
            guarantor_account_id=account_id,
            visit_id=visit_id,
            claim_id=denial.claim_id,
            remittance_claim_id=denial.remittance_claim_id,
            owner_id=denial.owner_id,
            opened_at=now,
            due_on=denial.deadline_on or on + LOOK_WITHIN,
        )
    )
