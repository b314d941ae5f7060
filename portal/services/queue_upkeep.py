"""Puts jobs of dead workers back in line and forgets what finished a month ago."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text

from portal.db import transaction

STALLED_AFTER = timedelta(seconds=60)
KEPT_FOR = timedelta(days=30)

RETRY = text("""
    UPDATE procrastinate_jobs SET status = 'todo', worker_id = NULL
     WHERE status = 'doing'
       AND (worker_id IS NULL OR worker_id IN
            (SELECT id FROM procrastinate_workers WHERE last_heartbeat < :silent_since))
""")
FORGET = text("""
    DELETE FROM procrastinate_jobs j
     WHERE j.status IN ('succeeded', 'cancelled')
       AND NOT EXISTS (SELECT 1 FROM procrastinate_events e WHERE e.job_id = j.id AND e.at > :until)
""")


def retry_stalled_jobs(*, now: datetime) -> int:
    """Jobs that were running when their worker was killed start again; how many."""
    with transaction() as session:
        return session.execute(RETRY, {"silent_since": now - STALLED_AFTER}).rowcount  # type: ignore[attr-defined,no-any-return]


def delete_finished_jobs(*, now: datetime) -> int:
    """Finished jobs older than a month are deleted; how many."""
    with transaction() as session:
        return session.execute(FORGET, {"until": now - KEPT_FOR}).rowcount  # type: ignore[attr-defined,no-any-return]
