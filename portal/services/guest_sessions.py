"""Visits by the link in a text: short, limited to one account, ended by the server (MSG-9, HIPAA-2)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.text_links import GuestSession, TextLink
from portal.queries.reach import text_number
from portal.services.start_session import session_hash
from portal.services.use_session import TOUCH_EVERY

LONGEST = timedelta(minutes=30)  # to read one bill and pay it, and no longer


@dataclass(frozen=True, slots=True)
class LiveGuest:
    """A visit that may go on: whose bill it is, and when the server ends it."""

    id: int
    text_link_id: int
    account_id: int
    appointment_id: UUID | None  # the link was of this visit alone
    ends_at: datetime  # if nothing more comes
    latest_at: datetime  # whatever comes


def add_guest_session(session: Session, *, text_link_id: int, device: str, now: datetime) -> str:
    """Make the visit's row with the spending of its link; the token that only the cookie will hold."""
    token = secrets.token_urlsafe(32)
    session.add(
        GuestSession(
            id_hash=session_hash(token),
            text_link_id=text_link_id,
            started_at=now,
            seen_at=now,
            device=device,
        )
    )
    return token


def use_guest_session(*, token: str, idle: timedelta, now: datetime) -> LiveGuest | None:
    """The live visit behind the token, its clock set back to now; None ends it for good."""
    with transaction() as session:
        found = session.execute(
            select(GuestSession, TextLink.phone, TextLink.appointment_id, GuarantorAccount)
            .join(TextLink, TextLink.id == GuestSession.text_link_id)
            .join(GuarantorAccount, GuarantorAccount.id == TextLink.guarantor_account_id)
            .where(GuestSession.id_hash == session_hash(token), GuestSession.ended_at.is_(None))
        ).one_or_none()
        if found is None:
            return None
        row, phone, appointment_id, account = found
        if phone != text_number(session, account):
            return None  # who holds a number that no text goes to has nothing to see here
        latest_at = row.started_at + LONGEST
        if now - row.seen_at > idle or now > latest_at:
            row.ended_at = now
            return None
        if now - row.seen_at > TOUCH_EVERY:
            row.seen_at = now
        ends_at = min(row.seen_at + idle, latest_at)
        return LiveGuest(row.id, row.text_link_id, account.id, appointment_id, ends_at, latest_at)


def end_guest_session(*, session_id: int, now: datetime) -> None:
    """Close the visit; its cookie opens nothing from now on."""
    with transaction() as session:
        session.execute(
            update(GuestSession)
            .where(GuestSession.id == session_id, GuestSession.ended_at.is_(None))
            .values(ended_at=now)
        )
