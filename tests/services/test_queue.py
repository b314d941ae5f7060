"""A job commits or vanishes with the work that asked for it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from portal import db, queue


@pytest.fixture
def ran() -> Iterator[list[tuple[datetime, int]]]:
    seen: list[tuple[datetime, int]] = []
    queue.job("test_note")(lambda context, *, number: seen.append((context.now, number)))
    yield seen
    del queue.HANDLERS["test_note"]


def test_a_job_runs_with_the_clock_it_is_given(database_url: str, now: datetime, ran: list) -> None:
    with db.transaction() as session:
        queue.enqueue(session, "test_note", number=7)
    assert queue.run_due(database_url, None, now=now) == 0
    assert ran == [(now, 7)]


def test_many_jobs_are_written_at_once(database_url: str, now: datetime, ran: list) -> None:
    with db.transaction() as session:
        queue.enqueue_all(session, "test_note", [{"number": 7}, {"number": 8}])
        queue.enqueue_all(session, "test_note", [])
    queue.run_due(database_url, None, now=now)
    assert ran == [(now, 7), (now, 8)]


def test_a_job_vanishes_with_its_transaction(database_url: str, now: datetime, ran: list) -> None:
    with pytest.raises(RuntimeError), db.transaction() as session:  # noqa: PT012 - the block is the work
        queue.enqueue(session, "test_note", number=7)
        raise RuntimeError
    queue.run_due(database_url, None, now=now)
    assert ran == []


def test_a_job_for_later_waits(database_url: str, now: datetime, ran: list) -> None:
    with db.transaction() as session:
        later = session.execute(text("SELECT now()")).scalar_one() + timedelta(hours=1)
        queue.enqueue(session, "test_note", not_before=later, number=8)
    queue.run_due(database_url, None, now=now)
    assert ran == []


def test_jobs_run_for_a_caller_inside_an_event_loop(
    database_url: str, now: datetime, ran: list
) -> None:
    with db.transaction() as session:
        queue.enqueue(session, "test_note", number=9)

    async def caller() -> int:
        return queue.run_due(database_url, None, now=now)

    # In a thread: this process may have a browser's event loop running already.
    with ThreadPoolExecutor(max_workers=1) as thread:
        assert thread.submit(lambda: asyncio.run(caller())).result() == 0
    assert ran == [(now, 9)]


def test_what_nobody_waits_for_goes_last_and_may_be_left_to_others(
    database_url: str, now: datetime, ran: list
) -> None:
    with db.transaction() as session:
        queue.enqueue(session, "test_note", queue=queue.TOLD, number=1)
        queue.enqueue(session, "test_note", number=2)
        queue.enqueue(session, "test_note", queue=queue.TOLD, number=3)
    queue.run_due(database_url, None, now=now, queues=[queue.AWAITED])
    assert ran == [(now, 2)]
    with db.transaction() as session:
        queue.enqueue(session, "test_note", number=4)
    queue.run_due(database_url, None, now=now)
    assert ran == [(now, 2), (now, 4), (now, 1), (now, 3)]
