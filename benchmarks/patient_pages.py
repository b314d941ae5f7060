"""Fetches the overview and a statement, signed in and audited (goal: 0.25 of a bare view with one SELECT)."""

from __future__ import annotations

from functools import partial

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from benchmarks.claims import NOW
from benchmarks.database import empty_practice
from benchmarks.measure import by_turns, size, tell
from benchmarks.practice import sent_statement
from benchmarks.sign_in import environment, signed_in
from portal import db
from portal.app import create_app
from portal.config import Settings
from portal.models.accounts import GuarantorAccount


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
        settings = Settings.from_env(environment(url, home))
        sent = sent_statement(home)
        app = create_app(settings)
        app.config["CLOCK"] = lambda: NOW
        patient = signed_in(app, sent.account_id)
        bare = bare_app(sent.account_id).test_client()
        fetch(bare, "/", 3)
        for name, path in (
            ("Overview page", "/bills"),
            ("Statement page", f"/statements/{sent.number}"),
        ):
            fetch(patient, path, 3)
            ours, peer = by_turns(
                partial(fetch, patient, path, times), partial(fetch, bare, "/", times), runs=5
            )
            tell(
                name,
                times / ours,
                "pages/s",
                peer="bare Flask view",
                peer_value=times / peer,
                goal=0.25,
            )


if __name__ == "__main__":
    main()
