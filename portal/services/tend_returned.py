"""A new address, or a yes to e-mail, lets what came back go out again, and ends the hold (CORE-3)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount
from portal.models.notices import BadAddress, Notice
from portal.queries.paperless import electronic_readers
from portal.services.bad_address import end_bad
from portal.services.lock_posting import lock_accounts


def tend_returned(*, now: datetime) -> int:
    """Every account whose post came back; how many can be written to again."""
    with read_only() as session:
        ids = session.scalars(
            select(BadAddress.guarantor_account_id)
            .where(BadAddress.ended_at.is_(None))
            .union(select(Notice.guarantor_account_id).where(Notice.state == "returned"))
        ).all()
    resumed = 0
    for account_id in sorted(ids):
        with transaction() as session:
            lock_accounts(session, [account_id])
            account = session.get_one(GuarantorAccount, account_id)
            resumed += end_bad(session, account, now=now)
            if electronic_readers(session, account_ids=[account_id], now=now):
                session.execute(
                    update(Notice)
                    .where(
                        Notice.guarantor_account_id == account_id,
                        Notice.state == "returned",
                        Notice.message_id.is_(None),
                    )
                    .values(state="queued")
                )
    return resumed
