"""Send six digits to the phone or e-mail that is on file for a matched record, never to one that was typed (ID-2, ID-7)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.text_templates import render
from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount
from portal.models.linking import LinkRequest
from portal.models.messages import TextNumber
from portal.models.practice import Practice
from portal.queries.reach import mailbox, text_number
from portal.queries.text_senders import is_stopped
from portal.services import access_letters, letters
from portal.services.mailed_codes import six_digits
from portal.services.queue_letter import queue_letter
from portal.services.record_attempt import PERSON, Subject, record_attempt
from portal.services.send_message import queue_text
from portal.services.word_message import text_name

LIFE = timedelta(minutes=10)
# The file says whose mobile it is; anybody else's proves nothing.
OWN = frozenset({"", "self", "patient", "guarantor"})


@dataclass(frozen=True, slots=True)
class _Doors:
    """What is on file and can be reached."""

    mobile: str
    email: str
    language: str


def link_code(key: bytes, request: LinkRequest) -> str:
    """The code that was sent last; nothing but the request's nonce is stored."""
    return six_digits(key=key, about=f"link request {request.id} {request.nonce}")


def send_link_code(*, request_id: int, keys: Sequence[bytes], now: datetime) -> str:
    """Send a fresh code, which makes the one before worthless; the request's state after it.

    A record gets ten a day from all who ask for it. Without a way to it, or beyond that, a person looks at it.
    """
    with read_only() as session:
        request = session.get_one(LinkRequest, request_id)
        account_id = request.guarantor_account_id
    if request.state != "code_sent" or account_id is None:
        return request.state
    target = [Subject(f"account {account_id}", PERSON)]
    admitted = record_attempt(action="link_code_to", subjects=target, keys=keys, now=now)
    with transaction() as session:
        request = session.scalars(
            select(LinkRequest).where(LinkRequest.id == request_id).with_for_update()
        ).one()
        if request.state != "code_sent":
            return request.state
        doors = _doors(session, session.get_one(GuarantorAccount, account_id))
        if admitted is None or not (doors.mobile or doors.email):
            request.state = "waiting"
            request.reason = "no_contact" if admitted else "too_many_codes"
            return request.state
        request.nonce, request.code_sent_at = secrets.token_urlsafe(12), now
        _send(session, request, doors, code=link_code(keys[0], request), now=now)
        return request.state


def _doors(session: Session, account: GuarantorAccount) -> _Doors:
    mobile = text_number(session, account)
    if mobile == account.mobile and account.mobile_owner.strip().lower() not in OWN:
        mobile = ""
    bad = session.get(TextNumber, mobile) if mobile else None
    if (bad is not None and bad.bad_since is not None) or (mobile and is_stopped(session, mobile)):
        mobile = ""
    email = mailbox(session, account.email.strip(), account_id=account.id)
    return _Doors(mobile, email, account.language)


def _send(
    session: Session, request: LinkRequest, doors: _Doors, *, code: str, now: datetime
) -> None:
    """By text, or by e-mail where that was asked for or no text arrives."""
    if doors.mobile and not (request.way == "email" and doors.email):
        practice = session.scalars(select(Practice)).one()
        body, _ = render("code", language=doors.language, org=text_name(practice), code=code)
        queue_text(session, to=doors.mobile, template="code", body=body, now=now)
        return
    letter = letters.signed(
        access_letters.link_code(code), letters.letterhead(session, public_url="")
    )
    queue_letter(session, to=doors.email, letter=letter, now=now)
