"""A phone whose code was typed becomes the account's mobile, proven as of now (MSG-21, ID-12)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.messages import TextNumber
from portal.queries.paperless import REDIRECT_HOLD
from portal.queries.proven_email import proven_emails
from portal.queries.viewer import PatientViewer
from portal.services.letters import letterhead, mobile_changed, signed
from portal.services.queue_letter import queue_letter
from portal.services.refusal import NotFound
from portal.services.revise import revise


def prove_mobile(
    *, viewer: PatientViewer, account_id: int, phone: str, held: bool, now: datetime
) -> None:
    """Keep the number; the caller has checked its code. Everybody who signs in to the account is told of a new one.

    `held`: the number before could not be asked, so texts to this one wait for 72 hours. A number that was known to be bad is good again: the code came through. Raises NotFound.
    """
    if account_id not in viewer.account_ids:
        raise NotFound
    with transaction() as session:
        account = session.scalars(
            select(GuarantorAccount).where(GuarantorAccount.id == account_id).with_for_update()
        ).one()
        before = account.mobile
        source = f"login:{viewer.login_id}"
        revise(session, account, {"mobile": phone}, source=source, now=now)
        account.proven_mobile, account.proven_mobile_at = phone, now
        if before != phone:
            account.mobile_held_until = now + REDIRECT_HOLD if held else None
        session.execute(delete(TextNumber).where(TextNumber.phone == phone))
        if before and before != phone:
            for address in proven_emails(session, account_id=account_id):
                head = letterhead(session, public_url="")
                queue_letter(session, to=address, letter=signed(mobile_changed(), head), now=now)
