"""Saved codes for the day the phone is lost: 80 bits, hashed, one use each (ID-11)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from portal.db import transaction
from portal.models.identity import RecoveryCode
from portal.services.enrolment_codes import ALPHABET, code_hashes, keyed_hash

HOW_MANY = 8
LENGTH = 16
JUST_NOW = timedelta(minutes=10)


def issue_recovery_codes(*, login_id: int, keys: Sequence[bytes]) -> list[str]:
    """Replace the sign-in's codes; the plain ones exist only in the answer, to be shown once."""
    plain = ["".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(HOW_MANY)]
    with transaction() as session:
        session.execute(delete(RecoveryCode).where(RecoveryCode.login_id == login_id))
        session.add_all(
            RecoveryCode(login_id=login_id, code_hash=keyed_hash(code, keys[0])) for code in plain
        )
    return ["-".join(code[at : at + 4] for at in range(0, LENGTH, 4)) for code in plain]


def use_recovery_code(*, login_id: int, typed: str, keys: Sequence[bytes], now: datetime) -> bool:
    """Spend a code; False when there is none such or it was spent before."""
    with transaction() as session:
        spent = session.scalar(
            update(RecoveryCode)
            .where(
                RecoveryCode.login_id == login_id,
                RecoveryCode.code_hash.in_(code_hashes(typed, keys)),
                RecoveryCode.used_at.is_(None),
            )
            .values(used_at=now)
            .returning(RecoveryCode.id)
        )
    return spent is not None


def recovery_codes_left(*, login_id: int) -> int:
    """How many unused codes the sign-in still has."""
    with transaction() as session:
        return session.scalars(
            select(func.count()).where(
                RecoveryCode.login_id == login_id, RecoveryCode.used_at.is_(None)
            )
        ).one()


def needs_new_codes(*, login_id: int, now: datetime) -> bool:
    """Whether there is no code left, or one was just spent and should be made good (ID-11)."""
    with transaction() as session:
        left, last_used_at = session.execute(
            select(
                func.count().filter(RecoveryCode.used_at.is_(None)), func.max(RecoveryCode.used_at)
            ).where(RecoveryCode.login_id == login_id)
        ).one()
    return left == 0 or (last_used_at is not None and now - last_used_at < JUST_NOW)
