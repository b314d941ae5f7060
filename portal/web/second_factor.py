"""The second factor for Flask-Security: codes that work once, codes by text, and hashed recovery codes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import segno
from flask import current_app
from flask_security import MfRecoveryCodesUtil, Totp
from passlib.exc import TokenError

from portal.services.authenticator import STEP_SECONDS, authenticator, spend_counter
from portal.services.recovery_codes import (
    issue_recovery_codes,
    recovery_codes_left,
    use_recovery_code,
)
from portal.services.send_sign_in_message import send_sign_in_text
from portal.web.clock import now

TEXT_CODE_LIFE = timedelta(minutes=5)


class OneTimeCodes(Totp):  # type: ignore[misc]  # the library ships no types
    """Time-based codes whose step is spent in the database, so that none is taken twice."""

    def __init__(self, secrets: dict[str, str], issuer: str) -> None:
        self._totp = authenticator(tuple(secrets.values()), issuer=issuer)

    def generate_totp_password(self, totp_secret: str, after: int = 0) -> str:
        """The present step's code, or the first one that is not spent yet."""
        source = self._totp.from_source(totp_secret)
        step = max(int(now().timestamp()) // STEP_SECONDS, after + 1)
        return str(source.generate(step * STEP_SECONDS).token)

    def verify_totp(self, token: str, totp_secret: str, user: Any, window: int = 0) -> bool:
        """True once for a code from now back to `window` seconds ago (one step ahead is forgiven)."""
        moment = now().timestamp()
        try:
            match = self._totp.verify(
                str(token).replace(" ", ""),
                totp_secret,
                time=int(moment - window / 2 + STEP_SECONDS / 2),
                window=int(window / 2 + STEP_SECONDS / 2),
                last_counter=None,
            )
        except TokenError:
            return False
        return spend_counter(login_id=user.id, counter=match.counter)

    def generate_qrcode(self, username: str, totp: str) -> str:
        """The QR as an image source, on white in dark mode too; drawn here, never by another service."""
        code = segno.make(self.get_totp_uri(username, totp), micro=False)
        return str(code.svg_data_uri(scale=5, border=4, light="#fff"))


class RecoveryCodes(MfRecoveryCodesUtil):  # type: ignore[misc]  # the library ships no types
    """Recovery codes as hashes: shown when made, never again."""

    def __init__(self, _app: Any) -> None:
        self.cryptor = None

    def create_recovery_codes(self, user: Any) -> list[str]:
        return issue_recovery_codes(login_id=user.id, keys=_keys())

    def get_recovery_codes(self, _user: Any) -> list[str]:
        return []

    def check_recovery_code(self, user: Any, code: str) -> bool:
        """Checking spends: nothing can come between the two."""
        return use_recovery_code(login_id=user.id, typed=code, keys=_keys(), now=now())

    def delete_recovery_code(self, _user: Any, _code: str) -> bool:
        return True


def has_recovery_codes(login_id: int) -> bool:
    """Whether the person still has a saved code to use."""
    return recovery_codes_left(login_id=login_id) > 0


def send_text_code(user: Any, *, totp_secret: str, phone_number: str) -> None:
    """Text the code. The words name neither person nor reason."""
    code = current_app.extensions["security"].totp_factory.generate_totp_password(
        totp_secret, after=user.totp_last_counter
    )
    minutes = int(TEXT_CODE_LIFE.total_seconds()) // 60
    send_sign_in_text(
        to=phone_number,
        template="sign_in_code",
        body=f"{code} is your sign-in code. It works for {minutes} minutes."
        " We never ask for it by phone.",
        now=now(),
    )


def _keys() -> tuple[bytes, ...]:
    keys: tuple[bytes, ...] = current_app.extensions["kindbill"].hash_keys
    return keys
