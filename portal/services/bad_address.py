"""Mark a mailing address from which the post came back, and tell a person; a new one ends it by itself (CORE-3).

The address is kept as a hash of its lines: where paper goes may be nobody's to read (HIPAA-10).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.models.accounts import GuarantorAccount
from portal.models.notices import BadAddress, Notice
from portal.queries.bad_addresses import hash_of_lines, usual_lines
from portal.services.judge_reach import judge_reach
from portal.services.open_work import open_work


def mark_bad(
    session: Session, account: GuarantorAccount, *, source: str, day: str, now: datetime
) -> None:
    """The address on file is no good; the caller holds the account's row. The same piece says so once.

    Where nothing else that we know works either, the account is held as unreachable (`judge_reach`).
    """
    session.execute(
        insert(BadAddress)
        .values(
            source=source,
            guarantor_account_id=account.id,
            lines_hash=hash_of_lines(usual_lines(account)),
            since=now,
        )
        .on_conflict_do_nothing(index_elements=[BadAddress.source])
    )
    session.flush()
    judge_reach(session, account.id, now=now)
    open_work(
        session,
        key=f"mail_returned:{account.id}:{day}",
        kind="mail_returned",
        reasons=["Mail came back from the address on file."],
        next_step="Find the new address: call, look at newer visits and claims, ask the post. Then change it"
        " on the account's page.",
        account_id=account.id,
        now=now,
    )


def end_bad(session: Session, account: GuarantorAccount, *, now: datetime) -> bool:
    """The address on file is another by now: what came back is sent there, and the hold ends. True if it was bad."""
    good = hash_of_lines(usual_lines(account))
    ended = session.scalars(
        update(BadAddress)
        .where(
            BadAddress.guarantor_account_id == account.id,
            BadAddress.ended_at.is_(None),
            BadAddress.lines_hash != good,
        )
        .values(ended_at=now)
        .returning(BadAddress.id)
    ).all()
    if not ended:
        return False
    judge_reach(session, account.id, now=now, new_address=True)
    session.execute(
        update(Notice)
        .where(Notice.guarantor_account_id == account.id, Notice.state == "returned")
        .values(state="queued")
    )
    return True
