"""Take a number off every account: whoever holds it says it is not the patient's (MSG-1)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.accounts import GuarantorAccount, RecordVersion


def unlink_phone(session: Session, *, phone: str, source: str, now: datetime) -> int:
    """Clear the number (E.164) wherever it stands, keeping what stood there; how many accounts had it."""
    accounts = session.scalars(
        select(GuarantorAccount).where(GuarantorAccount.mobile == phone).with_for_update()
    ).all()
    for account in accounts:
        before = {"mobile": account.mobile, "mobile_owner": account.mobile_owner}
        session.add(
            RecordVersion(
                record=GuarantorAccount.__tablename__,
                record_id=account.id,
                before=before,
                source=source,
                at=now,
            )
        )
        account.mobile = account.mobile_owner = ""
    return len(accounts)
