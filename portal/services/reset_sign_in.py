"""Let somebody who has lost every way in begin anew, after the office has seen who they are (ID-11).

Nothing is handed out at the desk: the person still needs the e-mail of the sign-in, where the link for a
new password goes. So neither a false ID nor a stolen mailbox alone opens anything.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.db import transaction
from portal.models.identity import AccountAccess, Login, Passkey, RecoveryCode
from portal.queries.viewer import StaffViewer
from portal.services import letters
from portal.services.change_email import EmailRefused
from portal.services.end_sessions import close_sessions
from portal.services.queue_letter import queue_letter
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound
from portal.services.revise import revise


def reset_sign_in(
    *,
    account_id: int,
    login_id: int,
    new_email: str = "",
    checked: str,
    by: StaffViewer,
    public_url: str,
    now: datetime,
) -> None:
    """Shut password, codes, passkeys and sessions; the owner is told, and how to go on.

    `new_email` is for somebody who lost the mailbox too: both addresses are told, and the new one counts
    as proven when its link was used (ID-12). `checked` says how the office knew the person; it stays in
    the audit trail. Raises NotFound when the sign-in has no access to the account, EmailRefused when the
    new address has a sign-in already.
    """
    has_access = select(AccountAccess.login_id).where(
        AccountAccess.guarantor_account_id == account_id, AccountAccess.ended_at.is_(None)
    )
    with transaction() as session:
        login = session.scalar(
            select(Login)
            .where(Login.id == login_id, Login.face == "patient", Login.id.in_(has_access))
            .with_for_update()
        )
        if login is None:
            raise NotFound
        told = {login.email, new_email or login.email}
        if new_email:
            _move(session, login, new_email, by=by, now=now)
        login.password, login.fs_uniquifier = None, secrets.token_hex(32)
        login.tf_primary_method = login.tf_totp_secret = login.tf_phone_number = None
        for table in (Passkey, RecoveryCode):
            session.execute(delete(table).where(table.login_id == login_id))
        close_sessions(session, login_id=login_id, now=now)
        head = letters.letterhead(session, public_url=public_url)
        letter = letters.signed(letters.sign_in_reset(head), head)
        queue_letter(session, to=login.email, letter=letter, now=now)
        for address in sorted(told) if len(told) > 1 else ():
            changed = letters.signed(letters.email_changed(), head)
            queue_letter(session, to=address, letter=changed, now=now)
        add_staff_act(
            session,
            by,
            action="sign_in_reset",
            object_type="login",
            object_id=login_id,
            account_ids=(account_id,),
            reason=checked,
            now=now,
        )


def _move(
    session: Session, login: Login, new_email: str, *, by: StaffViewer, now: datetime
) -> None:
    known = select(Login.id).where(Login.face == "patient", Login.email == new_email)
    if session.scalar(known) is not None:
        raise EmailRefused(f"{new_email} has a sign-in already. Nothing was changed.")
    revise(session, login, {"email": new_email}, source=f"login:{by.login_id}", now=now)
    login.email_failed_at = login.confirmed_at = None
