"""What stops in the moment in which an account becomes one that nobody may press (COLL-24, COLL-25)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from billing.holds import RULES, Condition
from portal.models.messages import OutboundMessage
from portal.models.payment_methods import PaymentAuthorisation
from portal.services.note_status import note_statuses
from portal.services.revoke_authorisation import revoke_authorisation

ENDS_ALL = frozenset({Condition.BANKRUPTCY, Condition.DECEASED})


def end_at_once(session: Session, *, account_id: int, kind: Condition, now: datetime) -> None:
    """Cancel every queued message that is not about a booked visit, and every authorisation to draw money.

    For a bankruptcy and a death; for any other condition nothing is done, each sender asks the gate. The
    caller holds the account's row. Whoever signed is not written to: a letter is what must not leave.
    """
    if kind not in ENDS_ALL:
        return
    canceled = session.scalars(
        update(OutboundMessage)
        .where(
            OutboundMessage.guarantor_account_id == account_id,
            OutboundMessage.state == "queued",
            OutboundMessage.appointment_id.is_(None),
            OutboundMessage.waitlist_offer_id.is_(None),
        )
        .values(state="canceled", gate=RULES[kind], ended_at=now)
        .returning(OutboundMessage.id)
    ).all()
    note_statuses(session, canceled, "canceled", now=now, error=RULES[kind])
    standing = session.scalars(
        select(PaymentAuthorisation)
        .where(
            PaymentAuthorisation.guarantor_account_id == account_id,
            PaymentAuthorisation.revoked_at.is_(None),
        )
        .order_by(PaymentAuthorisation.id)
        .with_for_update()
    ).all()
    for authorisation in standing:
        revoke_authorisation(session, authorisation, reason=f"gate:{RULES[kind]}", now=now)
