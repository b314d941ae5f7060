"""Open a patient's sign-in under an e-mail that was proven; an address has one."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.models.identity import Login
from portal.services.refusal import Refusal


class EmailTaken(Refusal):
    """The proven e-mail has a sign-in."""

    title = "You already have a sign-in"

    def __init__(self) -> None:
        super().__init__("Sign in with this e-mail. You can add another account after that.")


def open_login(session: Session, *, email: str, password_hash: str, now: datetime) -> int:
    """Write the row; it still needs its second factor. Raises EmailTaken."""
    login_id: int | None = session.scalar(
        insert(Login)
        .values(
            face="patient",
            email=email.strip().lower(),
            name="",
            role="",
            password=password_hash,
            active=True,
            fs_uniquifier=secrets.token_hex(32),
            confirmed_at=now,
            totp_last_counter=0,
        )
        .on_conflict_do_nothing(index_elements=["face", "email"])
        .returning(Login.id)
    )
    if login_id is None:
        raise EmailTaken
    return login_id
