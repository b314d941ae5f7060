"""Write down that a corrected claim (frequency 7) was sent: the bill waits until the payer decides again (OPS-6)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.denial_states import DenialEvent
from billing.free_text import check_free_text
from billing.transitions import CLAIM, ClaimEvent, ClaimState, Refused, next_state
from portal.db import transaction
from portal.models.claims import Claim, Visit
from portal.models.denials import Denial
from portal.queries.viewer import StaffViewer
from portal.services.lock_posting import lock_accounts, lock_posting
from portal.services.move_denial import DenialRefused, lock_denial, move_denial

REPLACES = "7"


def correct_denial(
    *,
    denial_id: int,
    version: int,
    sent_on: date,
    note: str,
    staff: StaffViewer,
    on: date,
    now: datetime,
) -> None:
    """Every open denial of the claim's decision goes with it.

    As with an 837P of frequency 7, what the claim left to the patient is not due until the payer has decided again.
    Raises SomebodyElse, DenialRefused, CardNumberRefused or NotFound.
    """
    note = check_free_text(note)
    if sent_on > on:
        raise DenialRefused("The claim cannot have been sent after today.")
    with transaction() as session:
        lock_posting(session)
        denial = lock_denial(session, denial_id, version=version)
        claim, visit = _claim(session, denial)
        lock_accounts(session, {visit.guarantor_account_id})
        if sent_on < denial.noticed_on:
            raise DenialRefused("The corrected claim cannot be older than the payer's answer.")
        said = f"Sent {sent_on:%Y-%m-%d}. {note}".strip()
        for one in _of_decision(session, denial):
            move_denial(session, one, DenialEvent.CORRECT, staff=staff, note=said, now=now)
        following = next_state(CLAIM, ClaimState(claim.state), ClaimEvent.RESUBMIT)
        if not isinstance(following, Refused):
            claim.state, claim.decided_on = following.value, None
            visit.responsible_on = None
        claim.frequency, claim.submitted_on = REPLACES, sent_on


def _claim(session: Session, denial: Denial) -> tuple[Claim, Visit]:
    row = session.execute(
        select(Claim, Visit)
        .join(Visit, Visit.id == Claim.visit_id)
        .where(Claim.id == denial.claim_id)
    ).one()
    return row[0], row[1]


def _of_decision(session: Session, denial: Denial) -> list[Denial]:
    """The one asked for first, so that its refusal is the one that is told."""
    others = session.scalars(
        select(Denial)
        .where(
            Denial.remittance_claim_id == denial.remittance_claim_id,
            Denial.closed_at.is_(None),
            Denial.state.in_(("open", "working")),
            Denial.id != denial.id,
        )
        .order_by(Denial.id)
        .with_for_update()
    )
    return [denial, *others]
