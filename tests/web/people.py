"""Invented people with sign-ins, and a way into the app without typing every screen."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterable
from datetime import UTC, date, datetime

from flask import current_app
from flask_login import login_user
from flask_security.utils import hash_password
from sqlalchemy import select

from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.identity import AccountAccess, Login
from portal.models.messages import OutboundMessage
from tests.web.pages import PageClient, fresh_token

PASSWORD = "four invented words here"


def make_account(
    *,
    last_name: str = "Sample",
    first_name: str = "Testa",
    birth_on: date | None = date(1986, 4, 28),
    postal_code: str = "20852",
    named: bool = True,
    email: str = "",
) -> int:
    """A guarantor account; its number is random like a real one."""
    with transaction() as session:
        account = GuarantorAccount(
            number=str(secrets.randbelow(10**10)).zfill(10),
            named=named,
            last_name=last_name,
            first_name=first_name,
            birth_on=birth_on,
            postal_code=postal_code,
            email=email,
        )
        session.add(account)
        session.flush()
        return account.id


def make_login(
    face: str,
    *,
    role: str = "",
    email: str = "",
    accounts: Iterable[int] = (),
    password_hash: str | None = None,
) -> int:
    """A sign-in row, with access to these accounts."""
    with transaction() as session:
        login = Login(
            face=face,
            role=role,
            email=email or f"{secrets.token_hex(6)}@example.com",
            fs_uniquifier=secrets.token_hex(32),
            password=password_hash,
        )
        session.add(login)
        session.flush()
        session.add_all(
            AccountAccess(
                login_id=login.id,
                guarantor_account_id=account_id,
                granted_by="test",
                granted_at=datetime(2026, 1, 5, tzinfo=UTC),
            )
            for account_id in accounts
        )
        return login.id


def signed_in(client: PageClient, login_id: int) -> PageClient:
    """Put the browser behind both factors through the same signal as a real sign-in."""
    with client.flask_app.test_request_context():
        client.flask_app.preprocess_request()
        user = current_app.extensions["security"].datastore.find_user(id=login_id)
        assert user is not None, f"login {login_id} is not of this face"
        login_user(user)
        from flask import session as inside

        inside["fs_paa"] = time.time()  # as the library does: the password was given just now
        cookie = dict(inside)
    with client.http.session_transaction() as session:
        session.update(cookie)
    client.login_id = login_id
    client.token = fresh_token(client)
    return client


def hashed(client: PageClient, password: str = PASSWORD) -> str:
    """A password hash as this app makes it."""
    with client.flask_app.app_context():
        return str(hash_password(password))


def messages(channel: str = "email") -> list[OutboundMessage]:
    """What was queued so far, oldest first."""
    with transaction() as session:
        return list(
            session.scalars(
                select(OutboundMessage)
                .where(OutboundMessage.channel == channel)
                .order_by(OutboundMessage.id)
            )
        )


def digits_in(message: OutboundMessage) -> str:
    """The six digits of a code that was sent."""
    found = re.search(r"\b\d{6}\b", message.body)
    assert found, message.body
    return found[0]
