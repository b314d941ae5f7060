"""How an account's statements come: the consents that stand, and who is told of a new one (MSG-24, STMT-18, ID-12)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.consents import ESignConsent
from portal.models.identity import AccountAccess, Login
from portal.models.practice import Practice
from portal.queries.esign_words import (
    TECHNICAL,
    TECHNICAL_VERSION,
    Disclosure,
    agreement,
    as_seen,
    disclosures,
    hash_of,
)
from portal.queries.reach import mailboxes
from portal.queries.viewer import PatientViewer

# A thief who turns statements away gets none before the old address has had time to answer (ID-12).
REDIRECT_HOLD = timedelta(hours=72)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who gets the notice that a statement is ready."""

    email: str
    login_id: int
    consent_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperlessPage:
    """What the page about paper says."""

    email: str
    email_failed: bool
    paper_only: bool  # the practice's own file says so
    without_paper: bool
    elsewhere: bool  # without paper, and somebody else gets the notices
    invited: bool  # said yes on the practice's paper, never tried it
    outdated: bool  # what is needed has changed since the consent
    held_until: datetime | None  # a new address waits
    disclosures: tuple[Disclosure, ...]
    agreement: str  # beside the box
    seen_hash: str  # of all that stands there to agree to


def is_demonstrated(consent: ESignConsent | None) -> bool:
    """Whether the newest row of an account is a consent that counts: given here, after opening the sample."""
    return bool(
        consent
        and consent.granted
        and consent.demonstrated_at
        and consent.wording.get(TECHNICAL, {}).get("version") == TECHNICAL_VERSION
    )


def electronic_readers(
    session: Session, *, account_ids: Collection[int], now: datetime
) -> dict[int, Reader]:
    """By account: the one sign-in that agreed, still sees the account, and whose e-mail works.

    Accounts that are not in the answer get paper.
    """
    history = _history(session, account_ids)
    wanted = {
        account_id: rows[-1]
        for account_id, rows in history.items()
        if is_demonstrated(rows[-1]) and not _held_until(rows, now)
    }
    logins = session.execute(
        select(AccountAccess.guarantor_account_id, Login.id, Login.email)
        .join(Login, Login.id == AccountAccess.login_id)
        .join(GuarantorAccount, GuarantorAccount.id == AccountAccess.guarantor_account_id)
        .where(
            AccountAccess.guarantor_account_id.in_(wanted),
            AccountAccess.ended_at.is_(None),
            Login.face == "patient",
            Login.active,
            Login.email_failed_at.is_(None),
            ~GuarantorAccount.paper_only,
        )
    )
    agreed = [row for row in logins if wanted[row[0]].email == row[2]]
    goes_to = mailboxes(session, {(email, account_id) for account_id, _, email in agreed})
    return {
        account_id: Reader(email=to, login_id=login_id, consent_id=wanted[account_id].id)
        for account_id, login_id, email in agreed
        if (to := goes_to[email, account_id])
    }


def paperless_page(viewer: PatientViewer, *, language: str, now: datetime) -> PaperlessPage:
    """The state of the viewer's accounts together: without paper only when all of them are. The texts in `language`."""
    with read_only() as session:
        email, failed_at = session.execute(
            select(Login.email, Login.email_failed_at).where(Login.id == viewer.login_id)
        ).one()
        phone = session.scalar(select(Practice.phone)) or ""
        paper_only = session.scalars(
            select(GuarantorAccount.paper_only).where(GuarantorAccount.id.in_(viewer.account_ids))
        ).all()
        history = _history(session, viewer.account_ids)
    rows = [history.get(account_id, []) for account_id in sorted(viewer.account_ids)]
    newest = [row[-1] if row else None for row in rows]
    agreed = [consent for consent in newest if consent and consent.granted]
    counted = [consent for consent in newest if is_demonstrated(consent)]
    return PaperlessPage(
        email=email,
        email_failed=failed_at is not None,
        paper_only=any(paper_only),
        without_paper=bool(newest) and len(counted) == len(newest),
        elsewhere=any(consent and consent.email != email for consent in counted),
        invited=any(consent.demonstrated_at is None for consent in agreed),
        outdated=any(
            consent.demonstrated_at is not None and not is_demonstrated(consent)
            for consent in agreed
        ),
        held_until=max(filter(None, (_held_until(row, now) for row in rows)), default=None),
        disclosures=disclosures(phone, language),
        agreement=agreement(email, language),
        seen_hash=hash_of(as_seen(phone, email, language)),
    )


def _history(session: Session, account_ids: Collection[int]) -> dict[int, list[ESignConsent]]:
    """The rows of each account, oldest first."""
    found: dict[int, list[ESignConsent]] = defaultdict(list)
    for row in session.scalars(
        select(ESignConsent)
        .where(ESignConsent.guarantor_account_id.in_(account_ids))
        .order_by(ESignConsent.id)
    ):
        found[row.guarantor_account_id].append(row)
    return found


def _held_until(rows: Sequence[ESignConsent], now: datetime) -> datetime | None:
    """Until when a consent for another address than before has to wait."""
    if not rows or not is_demonstrated(rows[-1]):
        return None
    before = [row.email for row in rows[:-1] if row.granted and row.demonstrated_at]
    until = rows[-1].at + REDIRECT_HOLD
    return until if before and before[-1] != rows[-1].email and now < until else None
