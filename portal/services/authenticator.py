"""Authenticator secrets: made, sealed with the application's keys, and never accepted twice in one step."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from passlib.totp import TOTP, AppWallet
from sqlalchemy import update

from portal.db import transaction
from portal.models.identity import Login

STEP_SECONDS = 30


def authenticator(secret_keys: Sequence[str], *, issuer: str) -> type[TOTP]:
    """The TOTP class of this installation: seals with the newest key, opens with any."""
    tags = [hashlib.sha256(key.encode()).hexdigest()[:8] for key in secret_keys]
    wallet = AppWallet(dict(zip(tags, secret_keys, strict=True)), default_tag=tags[0])
    made: type[TOTP] = TOTP.using(issuer=issuer, wallet=wallet)
    return made


def spend_counter(*, login_id: int, counter: int) -> bool:
    """Mark a step as used; False when it, or a later one, was used before (a code works once)."""
    with transaction() as session:
        spent = session.scalar(
            update(Login)
            .where(Login.id == login_id, Login.totp_last_counter < counter)
            .values(totp_last_counter=counter)
            .returning(Login.id)
        )
    return spent is not None
