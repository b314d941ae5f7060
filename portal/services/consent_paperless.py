"""Agree to statements without paper, and go back: rows that are only ever added (MSG-24)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.consents import ESignConsent
from portal.models.identity import Login
from portal.models.practice import Practice
from portal.queries.esign_words import WORDING_VERSION, as_seen, hash_of
from portal.queries.viewer import PatientViewer
from portal.services import letters
from portal.services.letters import Letter
from portal.services.queue_letter import queue_letter
from portal.services.record_access import Access, add_access
from portal.services.refusal import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """Where an answer was given."""

    ip: str
    user_agent: str


class OtherWords(Refusal):
    """Nobody agrees to words that they did not read."""

    title = "Please read this once more"


def agree_paperless(
    *,
    viewer: PatientViewer,
    demonstrated_at: datetime,
    browser: Browser,
    language: str,
    seen_hash: str,
    public_url: str,
    now: datetime,
) -> None:
    """Record the consent of every account of the viewer, with all six texts as they were seen, in their language.

    `seen_hash` is of what the form showed; raises OtherWords where that is not what would be kept.

    The mailed sample proved the address, so an earlier bounce of it is over. Whoever got the
    statements before is told, and a new address waits 72 hours (ID-12).
    """
    with transaction() as session:
        former = _lock_and_read(session, viewer)
        login = session.get_one(Login, viewer.login_id, with_for_update=True)
        login.email_failed_at = None
        wording = as_seen(session.scalar(select(Practice.phone)) or "", login.email, language)
        if hash_of(wording) != seen_hash:
            raise OtherWords("The words changed since you read them. Read them once more.")
        for account_id in former:
            session.add(
                ESignConsent(
                    guarantor_account_id=account_id,
                    granted=True,
                    source="web",
                    email=login.email,
                    wording_version=WORDING_VERSION,
                    wording=wording,
                    language=language,
                    demonstrated_at=demonstrated_at,
                    at=now,
                    login_id=login.id,
                    ip=browser.ip,
                    user_agent=browser.user_agent,
                )
            )
        told = {login.email} | {c.email for c in former.values() if c and c.granted and c.email}
        head = letters.letterhead(session, public_url=public_url)
        _tell(session, told, letters.paperless_on(head), now)
        _audit(session, viewer, "consent", now)


def withdraw_paperless(
    *, viewer: PatientViewer, browser: Browser, public_url: str, now: datetime
) -> None:
    """Go back to paper: the next statement is printed. Pressing twice adds no second row."""
    with transaction() as session:
        standing = {
            account_id: consent
            for account_id, consent in _lock_and_read(session, viewer).items()
            if consent and consent.granted
        }
        for account_id, consent in standing.items():
            session.add(
                ESignConsent(
                    guarantor_account_id=account_id,
                    granted=False,
                    source="web",
                    email=consent.email,
                    wording_version=WORDING_VERSION,
                    at=now,
                    login_id=viewer.login_id,
                    ip=browser.ip,
                    user_agent=browser.user_agent,
                )
            )
        if standing:
            told = {c.email for c in standing.values() if c.email}
            head = letters.letterhead(session, public_url=public_url)
            _tell(session, told, letters.paperless_off(head), now)
            _audit(session, viewer, "withdraw", now)


def newest_consents(session: Session, account_ids: Iterable[int]) -> dict[int, ESignConsent]:
    """The row that stands, by account."""
    rows = session.scalars(
        select(ESignConsent)
        .ext(distinct_on(ESignConsent.guarantor_account_id))
        .where(ESignConsent.guarantor_account_id.in_(list(account_ids)))
        .order_by(ESignConsent.guarantor_account_id, ESignConsent.id.desc())
    )
    return {row.guarantor_account_id: row for row in rows}


def _lock_and_read(session: Session, viewer: PatientViewer) -> dict[int, ESignConsent | None]:
    """The viewer's accounts, locked in order, each with the row that stands."""
    account_ids = session.scalars(
        select(GuarantorAccount.id)
        .where(GuarantorAccount.id.in_(viewer.account_ids))
        .order_by(GuarantorAccount.id)
        .with_for_update()
    ).all()
    newest = newest_consents(session, account_ids)
    return {account_id: newest.get(account_id) for account_id in account_ids}


def _tell(session: Session, addresses: Iterable[str], letter: Letter, now: datetime) -> None:
    for address in sorted(addresses):
        queue_letter(session, to=address, letter=letter, now=now)


def _audit(session: Session, viewer: PatientViewer, action: str, now: datetime) -> None:
    access = Access(
        face="patient",
        login_id=viewer.login_id,
        action=action,
        object_type="esign_consents",
        account_ids=tuple(sorted(viewer.account_ids)),
    )
    add_access(session, access, now=now)
