"""E-mails about the sign-in itself: what changed, and what to do if it was somebody else (ID-8, ID-11)."""

from __future__ import annotations

from typing import Any

from portal.services.send_sign_in_message import send_sign_in_email
from portal.web.clock import now

NOT_YOU = "If this was not you, call us. Nobody from our office will ever ask for your password."


def notify_locked(email: str) -> None:
    """Ten failures in a row: the person learns of it, whoever made them."""
    send_sign_in_email(
        to=email,
        template="sign_in_locked",
        subject="Sign-in paused",
        body=f"There were 10 wrong passwords or codes for your sign-in, so we paused it for 15 minutes.\n\n{NOT_YOU}\n",
        now=now(),
    )


def notify_recovery_code_used(user: Any) -> None:
    """A saved code opened the sign-in."""
    send_sign_in_email(
        to=user.email,
        template="recovery_code_used",
        subject="A recovery code was used",
        body=f"Somebody signed in with one of your saved recovery codes.\n\n{NOT_YOU}\n",
        now=now(),
    )


def notify_factor_changed(user: Any) -> None:
    """The second step works another way now."""
    send_sign_in_email(
        to=user.email,
        template="second_factor_changed",
        subject="Your sign-in codes changed",
        body=f"The way you get your sign-in codes was changed.\n\n{NOT_YOU}\n",
        now=now(),
    )
