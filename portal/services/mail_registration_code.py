"""Answer an e-mail address typed by somebody new: a code, or word that there is a sign-in already (ID-4)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from portal.db import transaction
from portal.models.identity import Login
from portal.services import letters
from portal.services.mailed_codes import mailed_code
from portal.services.queue_letter import queue_letter


def mail_registration_code(
    *, key: bytes, nonce: str, email: str, public_url: str, now: datetime
) -> None:
    """Queue one letter either way. Only whoever reads that mailbox learns which; the page cannot tell."""
    code = mailed_code(key=key, nonce=nonce, email=email)
    with transaction() as session:
        head = letters.letterhead(session, public_url=public_url)
        taken = session.scalar(
            select(Login.id).where(Login.face == "patient", Login.email == email)
        )
        letter = letters.email_code(code) if taken is None else letters.already_signed_up(head)
        queue_letter(session, to=email, letter=letters.signed(letter, head), now=now)
