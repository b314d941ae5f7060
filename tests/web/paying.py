"""A statement's code, and the way past its questions."""

from __future__ import annotations

from datetime import datetime

from flask import Flask

from portal.db import transaction
from portal.services.issue_pay_link import issue_statement_code
from tests.web.pages import Page, PageClient
from tests.web.texted import BIRTH, NOW, ZIP


def statement_code(flask_app: Flask, account_id: int, *, now: datetime = NOW) -> str:
    """As printed on one copy."""
    with transaction() as session:
        return issue_statement_code(
            session,
            account_id=account_id,
            statement_id=None,
            now=now,
            keys=flask_app.extensions["kindbill"].hash_keys,
        )


def answer(client: PageClient, code: str, birth: str = BIRTH, zip_code: str = ZIP) -> Page:
    """Type the code and answer the questions."""
    said = {"code": code, "birth_on": birth, "postal_code": zip_code}
    return client.post("/pay-statement", said)


def as_payer(
    client: PageClient, code: str, *, birth: str = BIRTH, zip_code: str = ZIP
) -> PageClient:
    """All the way in."""
    assert answer(client, code, birth, zip_code).location == "/pay-statement/amount"
    return client
