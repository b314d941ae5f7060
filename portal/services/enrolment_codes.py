"""Codes printed on statements: made once, kept only as a keyed hash, good for one enrolment in 30 days (ID-2)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.models.accounts import GuarantorAccount
from portal.models.statements import EnrolmentCode

# No 0/O, 1/I/L: people read these off paper.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 10
LIFE = timedelta(days=30)


def issue_code(
    session: Session,
    *,
    account_id: int,
    statement_id: int | None,
    now: datetime,
    keys: Sequence[bytes],
) -> str:
    """Make a fresh code for one printed copy; the plain code exists only in the answer.

    `keys` are `gateways.hash_keys`, newest first.
    """
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    session.add(
        EnrolmentCode(
            guarantor_account_id=account_id,
            statement_id=statement_id,
            code_hash=keyed_hash(code, keys[0]),
            created_at=now,
            expires_at=now + LIFE,
        )
    )
    return f"{code[:5]}-{code[5:]}"


def code_hashes(typed: str, keys: Sequence[bytes]) -> list[str]:
    """The hashes under which a typed code may be stored, whatever the case, spaces and dashes."""
    plain = "".join(char for char in typed.upper() if char.isalnum())
    return [keyed_hash(plain, key) for key in keys]


def keyed_hash(value: str, key: bytes) -> str:
    """A hash that a stolen table alone cannot be tried against."""
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()


def spend_code(session: Session, *, code_id: int, now: datetime) -> int | None:
    """Use a matched code up; the account it opens, or None when it is spent, too old, or waits for a person."""
    return session.scalar(
        update(EnrolmentCode)
        .where(
            EnrolmentCode.id == code_id,
            EnrolmentCode.used_at.is_(None),
            EnrolmentCode.expires_at > now,
            EnrolmentCode.guarantor_account_id == GuarantorAccount.id,
            GuarantorAccount.named,
        )
        .values(used_at=now)
        .returning(EnrolmentCode.guarantor_account_id)
        .execution_options(synchronize_session=False)
    )
