"""A demo's days to come: all clocks go together, what is due is done, and whoever asked stays signed in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text

from portal import clock, db, queue
from portal.config import ConfigurationError, Settings
from portal.jobs import schedule
from portal.models.statements import Statement
from portal.queries.lived_days import lived_days
from portal.services.demo_walk import CannotWalk, Walk, ask_walk, keep_walk, last_walk
from portal.services.run_day import practice_zone
from tests.services.statement_world import Office, world
from tools.demo_clock import BESIDE, TimeMachine

pytestmark = pytest.mark.usefixtures("database_url")


@pytest.fixture
def clock_file(tmp_path, monkeypatch):
    path = tmp_path / "ahead"
    monkeypatch.setenv(clock.CLOCK_FILE, str(path))
    return path


def test_without_a_file_our_clock_is_the_machines(monkeypatch):
    monkeypatch.delenv(clock.CLOCK_FILE, raising=False)
    assert clock.ahead() == timedelta(0)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_every_process_reads_how_far_it_is_ahead(clock_file):
    assert clock.ahead() == timedelta(0)  # nobody moved it yet
    clock.set_ahead(timedelta(days=40))
    assert abs(clock.now() - datetime.now(UTC) - timedelta(days=40)) < timedelta(seconds=5)
    moment = datetime(2026, 3, 2, tzinfo=UTC)
    assert clock.on_the_machine(moment) == moment - timedelta(days=40)


def test_a_practice_with_live_keys_has_the_true_clock():
    with pytest.raises(ConfigurationError, match="KINDBILL_CLOCK_FILE"):
        Settings.from_env(
            {
                "STRIPE_SECRET_KEY": "sk_live_x",
                "KINDBILL_PUBLIC_URL": "https://x.example",
                "KINDBILL_SMTP_URL": "smtps://x.example",
                "KINDBILL_SECRET_KEYS": "k",
                "KINDBILL_FILE_KEYS": "k",
                clock.CLOCK_FILE: "/tmp/ahead",
            }
        )


def test_one_walk_at_a_time_and_none_too_long(clock_file):
    today = date(2026, 3, 2)
    for days in (0, 121):
        with pytest.raises(CannotWalk, match="between 1 and 120"):
            ask_walk(clock_file, days=days, on=today)
    ask_walk(clock_file, days=7, on=today)
    with pytest.raises(CannotWalk, match="on its way"):
        ask_walk(clock_file, days=1, on=today)
    keep_walk(clock_file, last_walk(clock_file), failed="DatabaseError")
    ask_walk(clock_file, days=1, on=today)  # a walk that failed stands in nobody's way
    assert last_walk(clock_file) == Walk(began_on=today, days=1)


def test_days_are_lived_through_in_order(database_url, sandbox, clock_file, tmp_path):
    schedule.register()
    assert {"run_day", *BESIDE} <= set(queue.RECURRING)
    world(lambda w: w.owed(5000))
    today = clock.now().astimezone(practice_zone()).date()
    later = datetime.now(UTC) + timedelta(days=2)
    with db.transaction() as session:
        queue.enqueue(session, "send_message", not_before=later, message_id=1)
    machine = TimeMachine(
        db.connect(database_url), database_url, Office(tmp_path), sandbox.url, clock_file
    )
    before = sandbox.control("totals")
    ask_walk(clock_file, days=2, on=today)
    machine.walk(last_walk(clock_file))

    reached = last_walk(clock_file)
    assert (reached.done, reached.over, reached.failed) == (2, True, "")
    assert clock.now().astimezone(practice_zone()).date() == today + timedelta(days=2)
    with db.read_only() as session:
        assert session.scalar(select(Statement.cycle_on)) == today + timedelta(days=1)
        put_off = session.scalar(
            text("SELECT scheduled_at FROM procrastinate_jobs WHERE task_name = 'send_message'")
        )
        beside = session.scalars(
            text("SELECT task_name FROM procrastinate_jobs WHERE status = 'succeeded'")
        ).all()
    assert [name for name in BESIDE if beside.count(name) != 2] == [], "not on each day"
    assert put_off < datetime.now(UTC) + timedelta(days=1), "the database's clock stood still"
    assert sandbox.control("totals")["now"] - before["now"] > 86_400, "the cards' clock stood still"
    lived = lived_days(
        first=today + timedelta(days=1),
        last=today + timedelta(days=2),
        zone=str(practice_zone()),
        kind="",
        account_id=0,
        number=1,
    )
    assert lived.counts["statement"] == 1
    assert [row.day for row in lived.page.rows if row.kind == "statement"] == [
        today + timedelta(days=1)
    ]
