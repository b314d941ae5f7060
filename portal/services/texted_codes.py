"""Six digits that prove a phone: like the mailed ones, nothing is stored but the signed cookie's nonce (ID-7, MSG-21)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from billing.text_templates import render
from portal.db import transaction
from portal.models.practice import Practice
from portal.services.mailed_codes import check_mailed_code, mailed_code
from portal.services.send_message import queue_text
from portal.services.word_message import text_name

TEMPLATE = "code"


def send_texted_code(
    *, key: bytes, nonce: str, phone: str, language: str, whose: str, now: datetime
) -> None:
    """Text the code to a number (E.164) whose owner has just asked for it: no consent, caps or quiet hours.

    `whose` ties the code to what it proves the number for: an account, a sign-in, or somebody signing up.
    """
    code = mailed_code(key=key, nonce=nonce, email=f"{whose} {phone}")
    with transaction() as session:
        practice = session.scalars(select(Practice)).one()
        body, _ = render(TEMPLATE, language=language, org=text_name(practice), code=code)
        queue_text(session, to=phone, template=TEMPLATE, body=body, now=now)


def check_texted_code(
    *,
    key: bytes,
    nonce: str,
    phone: str,
    whose: str,
    sent_at: datetime,
    typed: str,
    now: datetime,
) -> bool:
    """Whether the typed digits are the code, and in time."""
    return check_mailed_code(
        key=key,
        nonce=nonce,
        email=f"{whose} {phone}",
        sent_at=sent_at,
        typed=typed,
        now=now,
    )
