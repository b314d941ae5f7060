"""The words of the audit trail and of a record's history: a person's, not the machine's."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from portal.db import read_only, transaction
from portal.models.accounts import RecordVersion
from portal.models.files import File
from portal.queries.audit_words import ACTIONS, audited
from portal.queries.record_words import sources_told
from portal.web.filters import brief_moment
from tests.web.pages import PageClient
from tests.web.people import make_account


@pytest.mark.parametrize(
    ("kind", "known", "words"),
    [
        ("thread", "34", "messages (record 34)"),
        ("as_of", "34", "account on a past day (record 34)"),
        ("statement", "2026-0142", "statement 2026-0142"),
        ("remittances.upload", "", "remittances upload"),
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
        assert "looked" in shown, address
        assert "Done" in shown, address


def test_HIPAA_3_every_action_that_is_written_down_has_its_words() -> None:
    source = "".join(path.read_text() for path in Path("portal").rglob("*.py"))
    source += "".join(path.read_text() for path in Path("staff_admin").rglob("*.py"))
    saved = set(re.findall(r'(?:saw\(.*|^\s+)action="(\w+)"', source, re.MULTILINE))
    saved |= set(re.findall(r'audit_sign_in\("(\w+)"', source))
    saved |= set(re.findall(r'_(?:access|audit)\([^)]*?"(\w+)"', source)) & {"consent", "withdraw"}
    assert len(saved) > 15
    assert saved - set(ACTIONS) == set()


def test_the_history_of_people_names_no_table(as_staff: Callable[[str], PageClient]) -> None:
    account = make_account()
    with transaction() as session:
        known = File(
            kind="contacts", name="clinic.csv", sha256="0", size=1, received_at=datetime.now(UTC)
        )
        session.add(known)
        session.flush()
        session.add(
            RecordVersion(
                record="guarantor_accounts",
                record_id=account,
                before={"street": "1 Old Street", "birth_on": "1980-03-04", "named": False},
                source=f"contacts:{known.id}",
                at=datetime(2026, 3, 1, tzinfo=UTC),
            )
        )
    shown = as_staff("manager").get(f"/accounts/{account}/people").text
    assert "street: 1 Old Street" in shown
    assert "birth date: Mar 4, 1980" in shown
    assert "contacts file clinic.csv" in shown
    for machine in ("guarantor accounts", "contacts:", "named", "birth on"):
        assert machine not in shown


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("837p:0", "claims file"),
        ("staff:0", "a member of staff"),
        ("login:0", "the account’s own sign-in"),
        ("text:0", "a text from this phone"),
    ],
)
@pytest.mark.usefixtures("staff_app")
def test_what_changed_a_record_is_told_in_words(source: str, words: str) -> None:
    with read_only() as session:
        assert sources_told(session, [source]) == {source: words}


def test_a_moment_in_a_list_is_as_short_as_its_dates() -> None:
    at = datetime(2026, 3, 14, 4, 5, tzinfo=UTC)
    assert brief_moment(at, "America/New_York") == "Mar 14, 2026, 12:05\N{NO-BREAK SPACE}AM"


def test_a_cell_with_nothing_is_a_quiet_dash_with_words(staff_app: Flask) -> None:
    with staff_app.test_request_context():
        macros = staff_app.jinja_env.get_template("components/status.html").module
        cell = str(macros.none_yet("Nobody yet"))  # type: ignore[attr-defined]  # Jinja makes it
    assert 'aria-label="Nobody yet">–<' in cell
