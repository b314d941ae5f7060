"""Yes and no to texts, as rows that are only ever added (MSG-1, MSG-3, MSG-5)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.models.consents import TextConsent
from portal.models.messages import OutboundMessage
from portal.queries.text_consents import TextCategory, standing_consent
from portal.services.lock_message import lock_waiting
from portal.services.note_status import note_statuses

WITHDRAWN = "MSG-3"  # the rule by which a waiting text is given up


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """How a yes or no reached us: the proof that is kept of it.

    `source` is web, paper, verbal, sms, carrier, staff or contacts:<file id>; `wording` is what the person saw, or
    wrote to us. `login_id` is who agreed, or the member of staff who noted it.
    """

    source: str
    wording_version: str = ""
    wording: str = ""
    language: str = "en"
    login_id: int | None = None
    ip: str = ""
    user_agent: str = ""


def grant_texts(
    session: Session,
    *,
    phone: str,
    category: TextCategory,
    guarantor_account_id: int | None,
    said: Said,
    now: datetime,
) -> int:
    """Note a yes for one number (E.164) and category; the row's id.

    A yes that stands already under the same wording is not written twice. Without an account it counts for
    everybody who shares the number: only a text from the phone itself may say so.
    """
    standing = standing_consent(
        session, phone=phone, category=category, guarantor_account_id=guarantor_account_id
    )
    if standing is not None and standing.wording_version == said.wording_version:
        return standing.id
    row = consent_row(
        phone=phone,
        category=category,
        granted=True,
        guarantor_account_id=guarantor_account_id,
        said=said,
        now=now,
    )
    return _add(session, row)


def withdraw_texts(
    session: Session,
    *,
    phone: str,
    category: TextCategory,
    guarantor_account_id: int | None,
    said: Said,
    now: datetime,
) -> int:
    """Note a no to one category; it ends every yes to that number and what waits to be sent. The row's id."""
    lock_waiting(session, phone=phone, account_id=guarantor_account_id)
    _cancel_waiting(session, phone, now, category)
    row = consent_row(
        phone=phone,
        category=category,
        granted=False,
        guarantor_account_id=guarantor_account_id,
        said=said,
        now=now,
    )
    return _add(session, row)


def withdraw_all_texts(
    session: Session,
    *,
    phone: str,
    said: Said,
    now: datetime,
    guarantor_account_id: int | None = None,
) -> tuple[int, ...]:
    """Note a no to every category, whichever account the number is on, as STOP means (MSG-5). The rows' ids."""
    lock_waiting(session, phone=phone, account_id=guarantor_account_id)
    _cancel_waiting(session, phone, now)
    rows = [
        consent_row(
            phone=phone,
            category=category,
            granted=False,
            guarantor_account_id=guarantor_account_id,
            said=said,
            now=now,
        )
        for category in TextCategory
    ]
    session.add_all(rows)
    session.flush()
    return tuple(row.id for row in rows)


def consent_row(
    *,
    phone: str,
    category: TextCategory,
    granted: bool,
    guarantor_account_id: int | None,
    said: Said,
    now: datetime,
) -> TextConsent:
    """A row for the ledger; for imports that have read what stands already."""
    return TextConsent(
        phone=phone,
        category=category.value,
        granted=granted,
        guarantor_account_id=guarantor_account_id,
        at=now,
        **asdict(said),
    )


def _add(session: Session, row: TextConsent) -> int:
    session.add(row)
    session.flush()
    return row.id


def _cancel_waiting(
    session: Session, phone: str, now: datetime, category: TextCategory | None = None
) -> None:
    """Give up what waits for this number; a code that somebody asks for has no category and stays."""
    of = OutboundMessage.category
    ended = session.scalars(
        update(OutboundMessage)
        .where(
            OutboundMessage.channel == "sms",
            OutboundMessage.recipient == phone,
            OutboundMessage.state == "queued",
            of != "" if category is None else of == category.value,
        )
        .values(state="canceled", gate=WITHDRAWN, ended_at=now)
        .returning(OutboundMessage.id)
    ).all()
    note_statuses(session, ended, "canceled", now=now, error=WITHDRAWN)
