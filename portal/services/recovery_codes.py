"""Saved codes for the day the phone is lost: 80 bits, hashed, one use each (ID-11)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update

from portal.db import transaction
from portal.models.identity import RecoveryCode
from portal.services.enrolment_codes import ALPHABET, code_hashes, keyed_hash

HOW_MANY = 8
LENGTH = 16


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
