"""Jobs as rows of the caller's transaction: enqueued with the work that causes them, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import procrastinate
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal import clock
from portal.db import APP_ROLE, as_application, read_only


@dataclass(frozen=True, slots=True)
class JobContext:
    """What every handler is given: the outside world and the time it is to believe."""

    gateways: Any
    now: datetime


Handler = Callable[..., None]
HANDLERS: dict[str, Handler] = {}
RECURRING: dict[str, str] = {}  # job name -> cron line, in UTC


def job(name: str, *, cron: str | None = None) -> Callable[[Handler], Handler]:
    """Register `handler(context, **args)` under a name; with `cron` the worker starts it by itself."""

    def register(handler: Handler) -> Handler:
        if name in HANDLERS:
            raise ValueError(f"two handlers are called {name}")
        HANDLERS[name] = handler
        if cron is not None:
            RECURRING[name] = cron
        return handler

    return register


_RETRY = procrastinate.RetryStrategy(max_attempts=5, exponential_wait=4)

# Deferring needs no pool of its own: every call brings its session's connection.
_deferring = procrastinate.App(connector=procrastinate.PsycopgConnector())


# A provider tells of each text afterwards, often twice: many, and nobody waits for them.
AWAITED, TOLD = "default", "told"
_PRIORITY = {AWAITED: 0, TOLD: -1}


def enqueue(
    session: Session,
    name: str,
    *,
    not_before: datetime | None = None,
    queue: str = AWAITED,
    **args: Any,
) -> None:
    """Write the job as part of the session's transaction; `args` are ids and plain values."""
    connection = session.connection().connection.driver_connection
    at = clock.on_the_machine(not_before) if not_before else None
    _deferring.configure_task(
        name, connection=connection, schedule_at=at, queue=queue, priority=_PRIORITY[queue]
    ).defer(**args)


def enqueue_all(session: Session, name: str, jobs: Sequence[dict[str, Any]]) -> None:
    """The same for many, each with the arguments that its row of `jobs` gives, in one statement."""
    if jobs:
        connection = session.connection().connection.driver_connection
        _deferring.configure_task(name, connection=connection).batch_defer(*jobs)


def build_worker(
    database_url: str, gateways: Any, *, fixed_now: datetime | None = None
) -> procrastinate.App:
    """A Procrastinate app that runs every registered handler; its clock can be held still."""
    connector = procrastinate.PsycopgConnector(
        conninfo=as_application(database_url),
        kwargs={"options": f"-c role={APP_ROLE} -c timezone=UTC"},
        min_size=1,  # what runs a few jobs and ends opens no connection that it does not use
        max_size=4,
    )
    app = procrastinate.App(connector=connector)
    for name, handler in HANDLERS.items():
        app.task(name=name, retry=_RETRY)(partial(_run, handler, gateways, fixed_now))
        if fixed_now is None and name in RECURRING:
            app.periodic(cron=RECURRING[name])(
                app.task(name=f"{name}:recurring")(partial(_run_recurring, handler, gateways))
            )
    return app


def _run(handler: Handler, gateways: Any, fixed_now: datetime | None, **args: Any) -> None:
    handler(JobContext(gateways, fixed_now or clock.now()), **args)


def _run_recurring(handler: Handler, gateways: Any, timestamp: int) -> None:
    handler(JobContext(gateways, datetime.fromtimestamp(timestamp, UTC) + clock.ahead()))


def run_due(
    database_url: str, gateways: Any, *, now: datetime, queues: Sequence[str] | None = None
) -> int:
    """Run every job that is due, in this process, until none is left; the number that failed. None means all queues.

    For `run-day` and tests: the same rows and handlers as the worker, with `now` as the clock.
    """
    app = build_worker(database_url, gateways, fixed_now=now)
    options = {"wait": False, "listen_notify": False, "install_signal_handlers": False}
    with ThreadPoolExecutor(max_workers=1) as thread:  # the caller's may run an event loop already
        thread.submit(app.run_worker, concurrency=1, queues=queues, **options).result()
    with read_only() as session:
        failed = text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'")
        return int(session.execute(failed).scalar_one())
