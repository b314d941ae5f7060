"""The locks of posting: remittances one after another, account holders always in order of id."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models.accounts import GuarantorAccount
from portal.queries.among import among

_POSTING_LOCK = 0x835


def lock_posting(session: Session) -> None:
    """Wait until no other remittance is posting: a reversal must see the decision it takes back."""
    session.execute(select(func.pg_advisory_xact_lock(_POSTING_LOCK)))


def lock_accounts(session: Session, account_ids: Collection[int]) -> None:
    """Payments and statements wait; in order of id, so that nobody waits in a circle."""
    session.execute(
        select(GuarantorAccount.id)
        .where(among(GuarantorAccount.id, sorted(account_ids)))
        .order_by(GuarantorAccount.id)
        .with_for_update()
    )
