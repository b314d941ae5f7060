"""E-mails about the sign-in itself: what changed, and what to do if it was somebody else (ID-8, ID-11)."""

from __future__ import annotations

from typing import Any

from portal.services import letters
from portal.services.send_sign_in_message import send_sign_in_letter
from portal.web.clock import now


def notify_locked(email: str) -> None:
    """Ten failures in a row: the person learns of it, whoever made them."""
    send_sign_in_letter(to=email, letter=letters.sign_in_locked(), now=now())


def notify_recovery_code_used(user: Any) -> None:
    """A saved code opened the sign-in."""
    send_sign_in_letter(to=user.email, letter=letters.recovery_code_used(), now=now())


def notify_factor_changed(user: Any) -> None:
    """The second step works another way now."""
    send_sign_in_letter(to=user.email, letter=letters.second_factor_changed(), now=now())


def notify_passkey_added(user: Any) -> None:
    """From now on a device opens the sign-in without a password."""
    send_sign_in_letter(to=user.email, letter=letters.passkey_added(), now=now())


def notify_passkey_deleted(user: Any) -> None:
    """A device that opened it does so no longer."""
    send_sign_in_letter(to=user.email, letter=letters.passkey_deleted(), now=now())
