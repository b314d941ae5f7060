"""Move a sign-in to another e-mail address, with the old one's knowledge (ID-12).

Statements without paper do not follow: they were agreed to for the old address, so they come on paper
until the person agrees anew, and the new address then waits 72 hours (`queries/paperless.py`).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.db import read_only, transaction
from portal.models.identity import Login
from portal.queries.viewer import PatientViewer
from portal.services import letters
from portal.services.end_sessions import close_sessions
from portal.services.mailed_codes import mailed_code
from portal.services.queue_letter import queue_letter
from portal.services.record_access import Access, add_access
from portal.services.refusal import Refusal
from portal.services.revise import revise
from portal.services.send_sign_in_message import send_sign_in_letter

TAKEN = "That address cannot be used now. Start again with another."


class EmailRefused(Refusal):
    """The address cannot be used."""

    title = "Your e-mail was not changed"


def offer_email(*, old: str, new: str, nonces: tuple[str, str], key: bytes, now: datetime) -> None:
    """Mail a code to both addresses (`nonces`: of the old one, of the new one).

    Where the new one has a sign-in of its own its owner is told, and gets no code: the page that asked
    must not learn of it (ID-4).
    """
    with read_only() as session:
        taken = session.scalar(select(Login.id).where(Login.face == "patient", Login.email == new))
    to_old, to_new = (
        letters.change_code(mailed_code(key=key, nonce=nonce, email=address))
        for nonce, address in zip(nonces, (old, new), strict=True)
    )
    send_sign_in_letter(to=old, letter=to_old, now=now)
    send_sign_in_letter(to=new, letter=letters.email_known() if taken else to_new, now=now)


def change_email(
    *, viewer: PatientViewer, old: str, new: str, session_id: int, now: datetime
) -> None:
    """Keep the new address, end every other session, and tell both addresses.

    The caller has checked both codes. Raises EmailRefused when the address changed or was taken meanwhile.
    """
    with transaction() as session:
        login = session.get_one(Login, viewer.login_id, with_for_update=True)
        taken = session.scalar(select(Login.id).where(Login.face == "patient", Login.email == new))
        if login.email != old or taken is not None:
            raise EmailRefused(TAKEN)
        revise(session, login, {"email": new}, source=f"login:{login.id}", now=now)
        login.email_failed_at, login.confirmed_at = None, now
        try:
            session.flush()
        except IntegrityError:  # somebody else moved there in this very moment
            raise EmailRefused(TAKEN) from None
        close_sessions(session, login_id=login.id, except_session_id=session_id, now=now)
        head = letters.letterhead(session, public_url="")
        for address in (old, new):
            letter = letters.signed(letters.email_changed(), head)
            queue_letter(session, to=address, letter=letter, now=now)
        access = Access(
            face="patient",
            login_id=login.id,
            action="email_changed",
            object_type="login",
            object_id=str(login.id),
            account_ids=tuple(sorted(viewer.account_ids)),
        )
        add_access(session, access, now=now)
