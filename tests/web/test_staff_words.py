"""The words of the audit trail and of a record's history: a person's, not the machine's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from portal.db import transaction
from portal.models.accounts import RecordVersion
from portal.queries.audit_words import audited
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
