"""The letters that a patient reads on our pages: what was sent, as it was frozen (MSG-24, HIPAA-9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, select

from billing.notices import NoticeKind
from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.notices import Notice
from portal.models.practice import Practice
from portal.queries.notice_print import printed, whole_blocks
from portal.queries.viewer import PatientViewer

# What an e-mail announces is readable before the mail server has taken that; what was stopped is no letter.
SHOWN = ("sending", "sent", "returned")
MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRow:
    """One line of the list."""

    id: int
    title: str
    on: date
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLetter:
    """One letter: title and blocks as `billing.notice_text` made them."""

    id: int
    account_id: int
    kind: str
    on: date
    language: str
    content: Mapping[str, Any]


def own_letters(viewer: PatientViewer) -> tuple[LetterRow, ...]:
    """The viewer's letters, newest first."""
    with read_only() as session:
        zone = session.scalar(select(Practice.time_zone))
        rows = session.execute(
            select(Notice.id, Notice.content["title"].astext, Notice.created_at, Notice.language)
            .where(_visible(viewer))
            .order_by(Notice.id.desc())
            .limit(MOST)
        ).all()
    return tuple(
        LetterRow(id=key, title=title, on=_day(at, zone), language=language)
        for key, title, at, language in rows
    )


def own_letter(viewer: PatientViewer, notice_id: int) -> OwnLetter | None:
    """One of them; None for another patient's, or one that never left the house."""
    with read_only() as session:
        zone = session.scalar(select(Practice.time_zone))
        notice = session.scalars(
            select(Notice).where(_visible(viewer), Notice.id == notice_id)
        ).one_or_none()
    if notice is None:
        return None
    return OwnLetter(
        id=notice.id,
        account_id=notice.guarantor_account_id,
        kind=notice.kind,
        on=_day(notice.created_at, zone),
        language=notice.language,
        content={"title": notice.content["title"], "blocks": whole_blocks(notice.content)},
    )


def own_letter_print(letter: OwnLetter) -> dict[str, Any]:
    """The data of the layout `notice`: a copy to keep, without the envelope's address (HIPAA-10)."""
    with read_only() as session:
        practice = session.get_one(Practice, 1)
        account = session.get_one(GuarantorAccount, letter.account_id)
    return printed(
        letter.content,
        practice=practice,
        name=account.display_name,
        lines=(),
        account_number=account.number,
        number=str(letter.id),
        language=letter.language,
        on=letter.on,
    )


def _day(at: datetime, zone: str | None) -> date:
    return at.astimezone(ZoneInfo(zone or "UTC")).date()


def _visible(viewer: PatientViewer) -> ColumnElement[bool]:
    mine = Notice.guarantor_account_id.in_(viewer.account_ids)
    shown = or_(Notice.state.in_(SHOWN), Notice.message_id.is_not(None)) & (
        Notice.state != "stopped"
    )
    # An estimate is given the moment that it is written; its paper or e-mail follows with the day's run (NSA-2).
    shown = shown | ((Notice.kind == NoticeKind.GOOD_FAITH_ESTIMATE) & (Notice.state == "queued"))
    if viewer.acting_for is None:
        return mine & shown
    # Household and income are told to whoever asked for help, not to who helps with bills.
    return mine & shown & ~Notice.kind.startswith("assistance_")
