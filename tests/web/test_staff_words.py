"""The words of the audit trail and of a record's history: a person's, not the machine's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask

from portal.db import transaction
from portal.models.accounts import RecordVersion
from portal.queries.audit_words import audited
from portal.web.filters import brief_moment
from tests.web.pages import PageClient
from tests.web.people import make_account


@pytest.mark.parametrize(
    ("kind", "known", "words"),
    [
        ("thread", "34", "messages (record 34)"),
        ("as_of", "34", "account on a past day (record 34)"),
        ("statement", "2026-0142", "statement 2026-0142"),
        ("remittances.index", "", "remittances index"),
        ("inbox", "", "message inbox"),
    ],
)
def test_HIPAA_3_the_trail_says_things_in_plain_words(kind: str, known: str, words: str) -> None:
    assert audited(kind, known) == words


def test_HIPAA_3_both_pages_of_the_trail_say_it(as_staff: Callable[[str], PageClient]) -> None:
    account, client = make_account(), as_staff("manager")
    client.get(f"/accounts/{account}/messages")
    for address in (f"/accounts/{account}/activity", "/audit/"):
        shown = client.get(address).text
        assert f"messages (record {account})" in shown, address
        assert "thread" not in shown, address


def test_the_history_of_people_names_no_table(as_staff: Callable[[str], PageClient]) -> None:
    account = make_account()
    with transaction() as session:
        session.add(
            RecordVersion(
                record="guarantor_accounts",
                record_id=account,
                before={"street": "1 Old Street"},
                source="contacts",
                at=datetime(2026, 3, 1, tzinfo=UTC),
            )
        )
    shown = as_staff("manager").get(f"/accounts/{account}/people").text
    assert "street: 1 Old Street" in shown
    assert "guarantor accounts" not in shown


def test_a_moment_in_a_list_is_as_short_as_its_dates() -> None:
    at = datetime(2026, 3, 14, 4, 5, tzinfo=UTC)
    assert brief_moment(at, "America/New_York") == "Mar 14, 2026, 12:05 AM"


def test_a_cell_with_nothing_is_a_quiet_dash_with_words(staff_app: Flask) -> None:
    with staff_app.test_request_context():
        macros = staff_app.jinja_env.get_template("components/status.html").module
        cell = str(macros.none_yet("Nobody yet"))  # type: ignore[attr-defined]  # Jinja makes it
    assert 'aria-label="Nobody yet">–<' in cell
