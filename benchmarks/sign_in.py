"""A patient of the benchmark's practice, signed in, and the settings under which the app runs for them."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from flask import session as inside
from flask.testing import FlaskClient
from flask_login import login_user

from benchmarks.claims import NOW
from portal import db
from portal.models.identity import AccountAccess, Login


def environment(url: str, home: Path) -> dict[str, str]:
    """Everything the app asks for at its start; no outside service is ever called."""
    return {
        "KINDBILL_HOME": str(home),
        "KINDBILL_DATABASE_URL": url,
        "KINDBILL_PUBLIC_URL": "http://localhost:8000",
        "KINDBILL_SECRET_KEYS": "a-secret-that-only-this-benchmark-knows",
        "STRIPE_SECRET_KEY": "sk_test_nothing",
        "STRIPE_WEBHOOK_SECRET": "whsec_nothing",
        "STRIPE_API_BASE": "http://nobody-asks-stripe.invalid",
        "TWILIO_ACCOUNT_SID": "ACtest",
        "TWILIO_AUTH_TOKEN": "nothing",
        "TWILIO_API_BASE": "http://nobody-asks-twilio.invalid",
    }


def signed_in(app: Flask, account_id: int) -> FlaskClient:
    """A browser behind both factors, by the same signal as a real sign-in."""
    with db.transaction() as session:
        login = Login(face="patient", email="testa@example.com", fs_uniquifier="u" * 64)
        session.add(login)
        session.flush()
        session.add(
            AccountAccess(
                login_id=login.id,
                guarantor_account_id=account_id,
                granted_by="benchmark",
                granted_at=NOW,
            )
        )
        login_id = login.id
    with app.test_request_context():
        app.preprocess_request()
        login_user(app.extensions["security"].datastore.find_user(id=login_id))
        cookie = dict(inside)
    browser = app.test_client()
    with browser.session_transaction() as session:
        session.update(cookie)
    return browser
