"""From the link in a text to a visit: birth date and ZIP, then a code to that same number (MSG-9).

Every wrong answer, of either step, counts against the link, the phone, the account and the network
address. The fifth ends the link. What nobody sent, what was used and what is too old fail in the same
words and are counted the same way (ID-4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount
from portal.models.text_links import TextLink
from portal.queries.reach import text_number
from portal.services.guest_sessions import add_guest_session
from portal.services.issue_text_link import LIFE, token_hashes
from portal.services.mailed_codes import LIFE as CODE_LIFE
from portal.services.mailed_codes import same_digits, six_digits
from portal.services.match_person import agrees
from portal.services.record_access import Access, add_access, guest_role, record_access
from portal.services.record_attempt import (
    ADDRESS,
    PERSON,
    SENDING,
    Limit,
    Subject,
    Try,
    is_used_up,
    record_attempt,
    record_success,
)
from portal.services.send_message import queue_text

# No success in between starts it anew: a code guessed wrong stays wrong.
LINK = Limit(5, LIFE, streak=False)
ACTION = "text_link"


@dataclass(frozen=True, slots=True)
class Matched:
    """Birth date and ZIP are right: the code may be sent."""


@dataclass(frozen=True, slots=True)
class TooManyTries:
    """Refused before anything was compared; later it may be tried again."""


@dataclass(frozen=True, slots=True)
class LinkOver:
    """Nothing opens this link any more."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The visit's token, for the browser's cookie alone."""

    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Where an answer comes from, and the keys of kept hashes, newest first."""

    address: str
    device: str
    keys: Sequence[bytes]


def match_text_link(
    *, token: str, birth_on: date | None, postal_code: str, caller: Caller, now: datetime
) -> Matched | TooManyTries | LinkOver | None:
    """Compare with the one who owes; None for every other reason, an unknown link among them."""
    found = _find(token, caller.keys)
    tried = _begin(token, found, caller, now)
    if not isinstance(tried, tuple):
        return tried
    right = found is not None and found.works(now) and found.is_of(birth_on, postal_code)
    if right:
        _succeeded(tried)
        return Matched()
    return _failed(token, found, caller, now)


def send_link_code(
    *, token: str, nonce: str, caller: Caller, now: datetime
) -> Matched | TooManyTries | LinkOver:
    """Text six digits to the link's own number, once the first step was right.

    A fresh `nonce` makes older codes worthless; the count of wrong answers stays (ID-7).
    """
    found = _find(token, caller.keys)
    if found is None or not found.works(now):
        return LinkOver()
    subjects = [
        Subject(f"phone {found.phone}", SENDING),
        Subject(f"address {caller.address}", ADDRESS),
    ]
    if (
        record_attempt(action=f"{ACTION}_code", subjects=subjects, keys=caller.keys, now=now)
        is None
    ):
        return TooManyTries()
    code = _code(token, nonce, caller.keys)
    with transaction() as session:
        queue_text(
            session,
            to=found.phone,
            template="sign_in_code",
            body=f"{code} is your code. It works for 10 minutes. We never ask for it by phone.",
            now=now,
        )
    return Matched()


def open_text_link(
    *, token: str, nonce: str, sent_at: datetime, typed: str, caller: Caller, now: datetime
) -> Opened | TooManyTries | LinkOver | None:
    """Spend the link for a visit if the digits are right and in time; None when they are not.

    Of two browsers that are right at once one gets the visit, and the other `LinkOver`.
    """
    found = _find(token, caller.keys)
    if found is None or not found.works(now):
        return LinkOver()
    tried = _begin(token, found, caller, now)
    if not isinstance(tried, tuple):
        return tried
    right = same_digits(_code(token, nonce, caller.keys), typed)
    if not right or now - sent_at > CODE_LIFE:
        return _failed(token, found, caller, now)
    _succeeded(tried)
    with transaction() as session:
        if not _spend(session, found.link_id, now):
            return LinkOver()
        opened = add_guest_session(
            session, text_link_id=found.link_id, device=caller.device, now=now
        )
        add_access(session, _access("guest_visit", found, caller), now=now)
        return Opened(opened)


@dataclass(frozen=True, slots=True)
class Target:
    """What a link leads to: an account's bills, or one booked visit."""

    account_id: int
    appointment_id: UUID | None


def target_of_link(*, token: str, keys: Sequence[bytes]) -> Target | None:
    """What the link is for, whatever became of it: for a browser that may see that anyway."""
    found = _find(token, keys)
    return Target(found.account_id, found.appointment_id) if found else None


@dataclass(frozen=True, slots=True)
class _Found:
    link_id: int
    account_id: int
    appointment_id: UUID | None
    phone: str
    mobile: str  # where its texts go now
    named: bool
    birth_on: date | None
    postal_code: str
    expires_at: datetime
    unused: bool

    def works(self, now: datetime) -> bool:
        """A number that is the account's no longer may be somebody else's by now (ID-2)."""
        return self.unused and now <= self.expires_at and self.phone == self.mobile

    def is_of(self, birth_on: date | None, postal_code: str) -> bool:
        known = (self.birth_on, self.postal_code)
        return self.named and agrees(known, (birth_on, postal_code))


def _find(token: str, keys: Sequence[bytes]) -> _Found | None:
    with read_only() as session:
        row = session.execute(
            select(
                TextLink,
                GuarantorAccount,
                TextLink.used_at.is_(None) & TextLink.ended_at.is_(None),
            )
            .join(GuarantorAccount, GuarantorAccount.id == TextLink.guarantor_account_id)
            .where(TextLink.token_hash.in_(token_hashes(token, keys)))
        ).one_or_none()
        if row is None:
            return None
        link, account, unused = row
        return _Found(
            link_id=link.id,
            account_id=account.id,
            appointment_id=link.appointment_id,
            phone=link.phone,
            mobile=text_number(session, account),
            named=account.named,
            birth_on=account.birth_on,
            postal_code=account.postal_code,
            expires_at=link.expires_at,
            unused=unused,
        )


def _link(token: str, keys: Sequence[bytes]) -> Subject:
    return Subject(f"link {token_hashes(token, keys)[0]}", LINK)


def _begin(
    token: str, found: _Found | None, caller: Caller, now: datetime
) -> tuple[Try, Try] | TooManyTries | LinkOver:
    """Count the try everywhere. Who must wait for another reason spends none of the link's five."""
    others = [Subject(f"address {caller.address}", ADDRESS)]
    if found is not None:
        others.append(Subject(f"person {found.account_id}", PERSON))
        others.append(Subject(f"phone {found.phone}", PERSON))
    elsewhere = record_attempt(action=ACTION, subjects=others, keys=caller.keys, now=now)
    if elsewhere is None:
        return TooManyTries()
    link = [_link(token, caller.keys)]
    here = record_attempt(action=ACTION, subjects=link, keys=caller.keys, now=now)
    return LinkOver() if here is None else (elsewhere, here)


def _succeeded(tried: tuple[Try, Try]) -> None:
    for one in tried:
        record_success(one)


def _failed(token: str, found: _Found | None, caller: Caller, now: datetime) -> LinkOver | None:
    """Write the wrong answer down; the fifth ends the link."""
    over = is_used_up(action=ACTION, subject=_link(token, caller.keys), keys=caller.keys, now=now)
    if found is None:
        access = Access(
            face="patient",
            login_id=None,
            action="text_link_failed",
            object_type="text_link",
            outcome="refused",
            ip=caller.address,
        )
        record_access(access, now=now)
        return LinkOver() if over else None
    with transaction() as session:
        if over:
            session.execute(
                update(TextLink)
                .where(TextLink.id == found.link_id, TextLink.ended_at.is_(None))
                .values(ended_at=now)
            )
        failed = _access("text_link_failed", found, caller, outcome="refused")
        add_access(session, failed, now=now)
    return LinkOver() if over else None


def _spend(session: Session, link_id: int, now: datetime) -> bool:
    spent = session.scalar(
        update(TextLink)
        .where(
            TextLink.id == link_id,
            TextLink.used_at.is_(None),
            TextLink.ended_at.is_(None),
            TextLink.expires_at >= now,
        )
        .values(used_at=now)
        .returning(TextLink.id)
        .execution_options(synchronize_session=False)
    )
    return spent is not None


def _code(token: str, nonce: str, keys: Sequence[bytes]) -> str:
    return six_digits(key=keys[0], about=f"text link code {nonce} {token}")


def _access(action: str, found: _Found, caller: Caller, *, outcome: str = "ok") -> Access:
    return Access(
        face="patient",
        login_id=None,
        role=guest_role(found.link_id),
        action=action,
        object_type="text_link",
        object_id=str(found.link_id),
        account_ids=(found.account_id,),
        outcome=outcome,
        ip=caller.address,
    )
