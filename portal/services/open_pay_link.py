"""From a statement's code, or the link in a message, to a visit that may pay: birth date and ZIP (PLAN-19).

A code nobody printed, one that was revoked, used or is too old, a wrong date and a wrong ZIP fail in the same
words; every wrong answer counts against the code, the account and the network address (ID-4).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount
from portal.models.pay_links import PayLink
from portal.services.issue_pay_link import Kind, pay_hashes
from portal.services.match_person import agrees
from portal.services.open_text_link import Caller, TooManyTries
from portal.services.pay_visits import add_pay_visit
from portal.services.record_access import Access, add_access, pay_role, record_access
from portal.services.record_attempt import (
    ADDRESS,
    PERSON,
    Limit,
    Subject,
    record_attempt,
    record_success,
)

ACTION = "pay_link"
CODE = Limit(5, timedelta(days=1), streak=False)  # of each code and link, there or not


@dataclass(frozen=True, slots=True)
class OpenedToPay:
    """The visit's token, for the browser's cookie alone."""

    token: str


def open_pay_link(
    *, code: str, birth_on: date | None, postal_code: str, caller: Caller, now: datetime
) -> OpenedToPay | TooManyTries | None:
    """Compare with the one who owes and begin the visit; None for every other reason."""
    hashes = pay_hashes(code, caller.keys)
    found = _find(hashes)
    subjects = [
        Subject(f"code {hashes[0]}", CODE),
        Subject(f"address {caller.address}", ADDRESS),
    ]
    if found is not None:
        subjects.append(Subject(f"person {found.account_id}", PERSON))
    tried = record_attempt(action=ACTION, subjects=subjects, keys=caller.keys, now=now)
    if tried is None:
        return TooManyTries()
    if found is None or not found.is_of(birth_on, postal_code):
        _failed(found, caller, now)
        return None
    with transaction() as session:
        if _take(session, found.link_id, now):
            record_success(tried)
            token = add_pay_visit(session, pay_link_id=found.link_id, device=caller.device, now=now)
            add_access(session, _access("pay_visit", found, caller), now=now)
            return OpenedToPay(token)
    _failed(found, caller, now)
    return None


@dataclass(frozen=True, slots=True)
class _Found:
    link_id: int
    account_id: int
    named: bool
    birth_on: date | None
    postal_code: str

    def is_of(self, birth_on: date | None, postal_code: str) -> bool:
        known = (self.birth_on, self.postal_code)
        return self.named and agrees(known, (birth_on, postal_code))


def _find(hashes: list[str]) -> _Found | None:
    with read_only() as session:
        row = session.execute(
            select(
                PayLink.id,
                GuarantorAccount.id,
                GuarantorAccount.named,
                GuarantorAccount.birth_on,
                GuarantorAccount.postal_code,
            )
            .join(GuarantorAccount, GuarantorAccount.id == PayLink.guarantor_account_id)
            .where(PayLink.code_hash.in_(hashes))
        ).one_or_none()
    return _Found(*row) if row else None


def _take(session: Session, link_id: int, now: datetime) -> bool:
    """Whether the link works now: a sent one does so once, a printed code as often as the bill is paid."""
    again = PayLink.kind == Kind.STATEMENT
    fresh = PayLink.used_at.is_(None) & (PayLink.expires_at >= now)
    taken = session.scalar(
        update(PayLink)
        .where(PayLink.id == link_id, PayLink.revoked_at.is_(None), again | fresh)
        .values(used_at=now)
        .returning(PayLink.id)
        .execution_options(synchronize_session=False)
    )
    return taken is not None


def _failed(found: _Found | None, caller: Caller, now: datetime) -> None:
    """Write the wrong answer down, whether the code is one of ours or not."""
    if found is None:
        access = Access(
            face="patient",
            login_id=None,
            action="pay_link_failed",
            object_type="pay_link",
            outcome="refused",
            ip=caller.address,
        )
    else:
        access = _access("pay_link_failed", found, caller, outcome="refused")
    record_access(access, now=now)


def _access(action: str, found: _Found, caller: Caller, *, outcome: str = "ok") -> Access:
    return Access(
        face="patient",
        login_id=None,
        role=pay_role(found.link_id),
        action=action,
        object_type="pay_link",
        object_id=str(found.link_id),
        account_ids=(found.account_id,),
        outcome=outcome,
        ip=caller.address,
    )
