"""Hold a message with its account: the account first, as everywhere, so that nobody waits in a circle."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.models.accounts import GuarantorAccount
from portal.models.messages import OutboundMessage
from portal.services.lock_posting import lock_accounts

# Built once: each text asks both thrice, and building them takes longer than answering.
_IT = OutboundMessage.id == bindparam("message_id")
_ITS_ACCOUNT = (
    select(GuarantorAccount.id)
    .where(
        GuarantorAccount.id
        == select(OutboundMessage.guarantor_account_id).where(_IT).scalar_subquery()
    )
    .with_for_update()
)
_MESSAGE = select(OutboundMessage).where(_IT).with_for_update()


def lock_message(session: Session, message_id: int) -> OutboundMessage | None:
    """The message until the transaction ends; None when there is none of this id."""
    asked = {"message_id": message_id}
    session.execute(_ITS_ACCOUNT, asked)
    return session.scalars(_MESSAGE, asked).one_or_none()


def lock_waiting(session: Session, *, phone: str, account_id: int | None) -> None:
    """The accounts of the texts that wait for a number, and this one, before any of those is given up."""
    waiting = session.scalars(
        select(OutboundMessage.guarantor_account_id)
        .where(
            OutboundMessage.channel == "sms",
            OutboundMessage.recipient == phone,
            OutboundMessage.state == "queued",
        )
        .distinct()
    )
    lock_accounts(session, {one for one in (*waiting, account_id) if one is not None})
