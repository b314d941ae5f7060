"""Fetches the overview and a statement, signed in and audited (goal: 0.25 of a bare view with one SELECT)."""

from __future__ import annotations

from flask import Flask
from flask import session as inside
from flask.testing import FlaskClient
from flask_login import login_user
from sqlalchemy import select

from benchmarks.claims import NOW
from benchmarks.database import empty_practice
from benchmarks.measure import rate, size, tell
from benchmarks.practice import sent_statement
from portal import db
from portal.app import create_app
from portal.config import Settings
from portal.models.accounts import GuarantorAccount
from portal.models.identity import AccountAccess, Login


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


def bare_app(account_id: int) -> Flask:
    """What a page costs when it does nothing: one SELECT, no session, no template."""
    app = Flask("bare")

    @app.get("/")
    def view() -> str:
        with db.read_only() as session:
            account = session.execute(
                select(GuarantorAccount.number, GuarantorAccount.last_name).where(
                    GuarantorAccount.id == account_id
                )
            ).one()
        return f"{account.number} {account.last_name}"

    return app


def fetch(browser: FlaskClient, path: str, times: int) -> None:
    for _ in range(times):
        assert browser.get(path).status_code == 200, path  # noqa: PLR2004


def main() -> None:
    times = size(100, 3)
    with empty_practice() as (url, home):
        settings = Settings.from_env(
            {
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
        )
        sent = sent_statement(home)
        app = create_app(settings)
        app.config["CLOCK"] = lambda: NOW
        patient = signed_in(app, sent.account_id)
        bare = bare_app(sent.account_id).test_client()
        fetch(bare, "/", 3)
        peer = rate(lambda: fetch(bare, "/", times), times)
        for name, path in (
            ("Overview page", "/bills"),
            ("Statement page", f"/statements/{sent.number}"),
        ):
            fetch(patient, path, 3)
            ours = rate(lambda path=path: fetch(patient, path, times), times)
            tell(name, ours, "pages/s", peer="bare Flask view", peer_value=peer, goal=0.25)


if __name__ == "__main__":
    main()
