"""Settings in force on a day: changed from a day on, kept for ever, and read where they count."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from billing.free_text import CardNumberRefused
from billing.settings import Key, SettingRefused
from portal.db import read_only, transaction
from portal.models.audit import AuditEvent
from portal.models.day import DayClose
from portal.queries.settings import setting, setting_now, setting_page
from portal.services.day_lock import DayClosed
from portal.services.set_practice import set_practice
from portal.services.set_setting import CannotSet, set_setting
from tests.services.practice_files import SETTINGS
from tests.services.staff_world import ON, add_staff

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
CYCLE = Key.STATEMENT_CYCLE_DAYS


def change(value: int, *, on: date = ON, key: Key = CYCLE, role: str = "manager") -> int:
    return set_setting(
        staff=add_staff(role, f"{role}{value}{on}@example.com"),
        key=key,
        value=value,
        effective_from=on,
        reason="Asked for by the owner",
        now=NOW,
    )


def on_day(day: date, key: Key = CYCLE) -> int:
    with read_only() as session:
        within = session.scalars(select(setting_now(key, day))).one()
        assert within == setting(session, key, day), "both ways to ask agree"
        return within


@pytest.mark.usefixtures("database_url")
def test_a_change_counts_from_its_day_on_and_leaves_every_day_before_as_it_was() -> None:
    later = ON + timedelta(days=10)
    change(31)
    change(29, on=later)
    assert [on_day(ON - timedelta(days=1)), on_day(ON)] == [30, 31]
    assert [on_day(later - timedelta(days=1)), on_day(later)] == [31, 29]
    change(28, on=later)  # the same day again: the last word counts
    assert on_day(later) == 28
    page = setting_page(CYCLE, ON)
    assert page.value == "31 days"
    assert [(one.value, one.ahead) for one in page.changes] == [
        ("28 days", True),
        ("29 days", True),
        ("31 days", False),
    ]


@pytest.mark.usefixtures("database_url")
def test_what_may_not_be_set_changes_nothing_and_says_why() -> None:
    with pytest.raises(CannotSet, match="today at the earliest"):
        change(31, on=ON - timedelta(days=1))
    with pytest.raises(SettingRefused, match="28 days to 31 days"):
        change(60)
    with pytest.raises(CannotSet, match="Your role"):
        change(31, role="biller")
    manager = add_staff("manager")
    for reason, error in ((" ", CannotSet), ("paid by 4111 1111 1111 1111", CardNumberRefused)):
        with pytest.raises(error):
            set_setting(
                staff=manager, key=CYCLE, value=31, effective_from=ON, reason=reason, now=NOW
            )
    assert on_day(ON) == 30


@pytest.mark.usefixtures("database_url")
def test_OPS_12_no_change_reaches_back_into_a_closed_day() -> None:
    closer = add_staff("manager", "closer@example.com")
    with transaction() as session:
        session.add(DayClose(day=ON, closed_at=NOW, closed_by_id=closer.login_id, figures={}))
    with pytest.raises(DayClosed):
        change(31)
    change(31, on=ON + timedelta(days=1))
    assert [on_day(ON), on_day(ON + timedelta(days=1))] == [30, 31]


@pytest.mark.usefixtures("database_url")
def test_HIPAA_3_every_change_is_in_the_trail_and_cannot_be_unwritten(
    owner_engine: Engine,
) -> None:
    change(31)
    with read_only() as session:
        event = session.scalars(select(AuditEvent)).one()
    assert (event.action, event.object_type, event.object_id) == ("update", "setting", CYCLE)
    assert event.reason == "31 days from 2026-03-02: Asked for by the owner"
    for what in ("UPDATE practice_settings SET value = 1", "DELETE FROM practice_settings"):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction() as session:
            session.execute(text(what))
    with pytest.raises(DBAPIError, match="append-only"), owner_engine.begin() as owner:
        owner.execute(text("DELETE FROM practice_settings"))


@pytest.mark.usefixtures("database_url")
def test_OPS_19_the_floor_starts_as_the_practices_file_says_until_it_is_changed() -> None:
    assert setting_page(Key.STATEMENT_FLOOR, ON).value == "$5.00"
    set_practice(toml=SETTINGS + "\nstatement_floor_cents = 999\n")
    assert setting_page(Key.STATEMENT_FLOOR, ON).value == "$9.99"
    change(2_00, key=Key.STATEMENT_FLOOR)
    assert setting_page(Key.STATEMENT_FLOOR, ON).value == "$2.00"
