"""A link that somebody was texted, and the way through it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from flask import Flask

from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.services.issue_text_link import issue_text_link
from tests.web.pages import Page, PageClient
from tests.web.people import digits_in, make_account, messages

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
PHONE = "+12025550142"
BIRTH, ZIP = "4/28/1986", "20852"


def texted_account(phone: str = PHONE, **facts: object) -> int:
    """An account whose mobile is on file."""
    account_id = make_account(**facts)  # type: ignore[arg-type]
    give_phone(account_id, phone)
    return account_id


def give_phone(account_id: int, phone: str = PHONE) -> None:
    with transaction() as session:
        account = session.get_one(GuarantorAccount, account_id)
        account.mobile = phone
        account.birth_on = account.birth_on or datetime(1986, 4, 28, tzinfo=UTC).date()
        account.postal_code = account.postal_code or ZIP


def link_for(
    flask_app: Flask,
    account_id: int,
    *,
    phone: str = PHONE,
    now: datetime = NOW,
    appointment_id: UUID | None = None,
) -> str:
    """The path of a fresh link, as the text carries it."""
    doors = flask_app.extensions["kindbill"]
    with transaction() as session:
        link = issue_text_link(
            session,
            guarantor_account_id=account_id,
            phone=phone,
            now=now,
            hash_keys=doors.hash_keys,
            public_url=doors.public_url,
            appointment_id=appointment_id,
        )
    return link.removeprefix(doors.public_url)


def answer(client: PageClient, link: str, birth: str = BIRTH, zip_code: str = ZIP) -> Page:
    """Tap the link and answer the two questions."""
    client.follow(client.get(link, expect=302))
    return client.post("/text-link", {"birth_on": birth, "postal_code": zip_code})


def type_code(client: PageClient, code: str = "") -> Page:
    """Type the code that was texted last, or another."""
    client.get("/text-link/code")
    return client.post("/text-link/code", {"code": code or digits_in(messages("sms")[-1])})


def as_guest(client: PageClient, link: str) -> PageClient:
    """All the way in."""
    assert answer(client, link).location == "/text-link/code"
    assert type_code(client).location == "/text-link/arrive"
    return client
