"""End an authorisation to draw money: what waits under it is never drawn, whoever ended it (PLAN-7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.drafts import DRAFT, DraftEvent, DraftState
from billing.transitions import Refused, next_state
from portal.models.drafts import WAITING_STATES, Draft
from portal.models.payment_methods import Autopay, PaymentAuthorisation


def revoke_authorisation(
    session: Session,
    authorisation: PaymentAuthorisation,
    *,
    reason: str,
    now: datetime,
    login_id: int | None = None,
) -> bool:
    """Under the account's lock; false when it was over already. What is being drawn this moment goes on."""
    if authorisation.revoked_at is not None:
        return False
    authorisation.revoked_at, authorisation.revoke_reason = now, reason
    authorisation.revoked_by_id = login_id
    autopay = session.scalar(
        select(Autopay).where(Autopay.authorisation_id == authorisation.id, Autopay.state == "on")
    )
    if autopay is not None:
        autopay.state, autopay.stopped_at = "stopped", now
    waiting = session.scalars(
        select(Draft)
        .where(Draft.authorisation_id == authorisation.id, Draft.state.in_(WAITING_STATES))
        .with_for_update()
    )
    for draft in waiting:
        move_draft(draft, DraftEvent.STOP, now=now, failure=draft.failure or reason)
    return True


def move_draft(draft: Draft, event: DraftEvent, *, now: datetime, failure: str = "") -> bool:
    """The one way a draft's state changes; false when the event cannot happen in it."""
    following = next_state(DRAFT, DraftState(draft.state), event)
    if isinstance(following, Refused):
        return False
    draft.state, draft.state_at, draft.lease_until = following.value, now, None
    draft.failure = failure
    draft.next_try_on = draft.next_try_on if following.value in WAITING_STATES else None
    return True


def live_authorisations(session: Session, method_id: int) -> Sequence[PaymentAuthorisation]:
    """What is signed for a way to pay and not over, under lock."""
    return session.scalars(
        select(PaymentAuthorisation)
        .where(
            PaymentAuthorisation.payment_method_id == method_id,
            PaymentAuthorisation.revoked_at.is_(None),
        )
        .with_for_update()
    ).all()
