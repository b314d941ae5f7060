"""Send an account's paper somewhere else, as its patient says (ID-12)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.queries.proven_email import proven_emails
from portal.queries.viewer import PatientViewer
from portal.services.judge_reach import judge_reach
from portal.services.letters import address_changed, letterhead, signed
from portal.services.queue_letter import queue_letter
from portal.services.refusal import NotFound
from portal.services.revise import revise


def change_address(
    *, viewer: PatientViewer, account_id: int, answers: dict[str, str], now: datetime
) -> bool:
    """Keep the address, and what stood there before; everybody who signs in to the account is told.

    `answers`: street, street2, city, state, postal_code. False when nothing is new. Raises NotFound.
    """
    if account_id not in viewer.account_ids:
        raise NotFound
    with transaction() as session:
        account = session.scalars(
            select(GuarantorAccount).where(GuarantorAccount.id == account_id).with_for_update()
        ).one()
        if not revise(session, account, answers, source=f"login:{viewer.login_id}", now=now):
            return False
        judge_reach(session, account_id, now=now, new_address=True)
        head = letterhead(session, public_url="")
        for address in proven_emails(session, account_id=account_id):
            queue_letter(session, to=address, letter=signed(address_changed(), head), now=now)
    return True
