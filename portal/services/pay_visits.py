"""Visits to pay, without a sign-in: short, limited to one account and its totals, ended by the server (HIPAA-2)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.db import transaction
from portal.models.pay_links import PayLink, PayVisit
from portal.services.guest_sessions import LONGEST
from portal.services.start_session import session_hash
from portal.services.use_session import TOUCH_EVERY


@dataclass(frozen=True, slots=True)
class LivePayer:
    """A visit that may go on: by which link, and for which account."""

    id: int
    pay_link_id: int
    account_id: int


def add_pay_visit(session: Session, *, pay_link_id: int, device: str, now: datetime) -> str:
    """Make the visit's row; the token that only the browser's cookie will hold."""
    token = secrets.token_urlsafe(32)
    session.add(
        PayVisit(
            id_hash=session_hash(token),
            pay_link_id=pay_link_id,
            started_at=now,
            seen_at=now,
            device=device,
        )
    )
    return token


def use_pay_visit(*, token: str, idle: timedelta, now: datetime) -> LivePayer | None:
    """The live visit behind the token, its clock set back to now; None ends it. A revoked link ends it too."""
    with transaction() as session:
        found = session.execute(
            select(PayVisit, PayLink.guarantor_account_id)
            .join(PayLink, PayLink.id == PayVisit.pay_link_id)
            .where(
                PayVisit.id_hash == session_hash(token),
                PayVisit.ended_at.is_(None),
                PayLink.revoked_at.is_(None),
            )
        ).one_or_none()
        if found is None:
            return None
        row, account_id = found
        if now - row.seen_at > idle or now > row.started_at + LONGEST:
            row.ended_at = now
            return None
        if now - row.seen_at > TOUCH_EVERY:
            row.seen_at = now
        return LivePayer(row.id, row.pay_link_id, account_id)


def end_pay_visit(*, visit_id: int, now: datetime) -> None:
    """Close the visit; its cookie opens nothing from now on."""
    with transaction() as session:
        session.execute(
            update(PayVisit)
            .where(PayVisit.id == visit_id, PayVisit.ended_at.is_(None))
            .values(ended_at=now)
        )
