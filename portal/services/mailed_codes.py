"""Six digits that prove an e-mail address; nothing is stored, the browser's signed cookie holds the rest."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from portal.services import letters
from portal.services.send_sign_in_message import send_sign_in_letter

LIFE = timedelta(minutes=10)
MILLION = 1_000_000
DIGITS = frozenset("0123456789")


def mailed_code(*, key: bytes, nonce: str, email: str) -> str:
    """The code for this address and this journey."""
    return six_digits(key=key, about=f"mailed code {nonce} {email}")


def six_digits(*, key: bytes, about: str) -> str:
    """Digits that only the holder of the key can tell; the same for the same `about`."""
    digest = hmac.new(key, about.encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8], 'big') % MILLION:06d}"


def same_digits(code: str, typed: str) -> bool:
    """Whether the digits typed are the code's, in a time that tells nothing. Other scripts' digits are none."""
    digits = "".join(char for char in typed if char in DIGITS)
    return hmac.compare_digest(code, digits)


def send_mailed_code(*, key: bytes, nonce: str, email: str, now: datetime) -> None:
    """Send the code to the address that somebody typed."""
    code = mailed_code(key=key, nonce=nonce, email=email)
    send_sign_in_letter(to=email, letter=letters.email_code(code), now=now)


def check_mailed_code(
    *, key: bytes, nonce: str, email: str, sent_at: datetime, typed: str, now: datetime
) -> bool:
    """Whether the typed digits are the code, and in time."""
    right = same_digits(mailed_code(key=key, nonce=nonce, email=email), typed)
    return right and now - sent_at <= LIFE
