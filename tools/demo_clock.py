"""The demo's time machine: waits until somebody asks for days to come, and lives through each of them.

python -m tools.demo_clock      (a child of the demo; it reads the demo's environment)

A day is lived at ten in the morning: the clock of all processes goes there, the card company's too, and then
everything runs that recurs, and every job that is due.
"""

from __future__ import annotations

import json
import logging
import os
import time
import urllib.request
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, text

from portal import clock, db, queue, wiring
from portal.collector import search_seldom
from portal.config import ConfigurationError, Settings
from portal.jobs import schedule
from portal.services.demo_walk import Walk, keep_walk, last_walk
from portal.services.run_day import moment_of
from portal.web.logging import set_up_logging
from tools.demo_practice import say_receipts_are_complete

LOG = logging.getLogger(__name__)
LOOKS_EVERY = 0.3  # seconds
# What a day brings to people beside its run, which looks after placements itself: the worker's, as on any day. What keeps
# the machinery going the worker does on the machine's time.
BESIDE = ("mark_missed", "tend_holds", "tend_insurance", "offer_slots", "drop_eob_photos")
# So few jobs the worker has done before a second process is ready to help, if it is there.
FEW, PATIENCE, GLANCE = 12, 0.5, 0.01  # jobs, seconds, seconds
_JOBS = text(
    "UPDATE procrastinate_jobs SET scheduled_at = scheduled_at - :by"
    " WHERE status = 'todo' AND scheduled_at IS NOT NULL"
)
_LEFT = text(
    """
SELECT count(*) FROM procrastinate_jobs
 WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now()) AND queue_name = :queue
"""
)
# Whoever asked for the walk stays signed in.
_SESSIONS = text(
    "UPDATE login_sessions SET started_at = started_at + :by, seen_at = seen_at + :by"
    " WHERE ended_at IS NULL"
)


@dataclass(frozen=True, slots=True)
class TimeMachine:
    """What moves the demo on."""

    engine: Engine
    url: str
    office: wiring.Gateways
    card_company: str
    clock_file: Path

    def walk(self, wanted: Walk) -> None:
        """Live through its days, one after another, and say after each how far it is."""
        began = time.monotonic()
        for done in range(wanted.done + 1, wanted.days + 1):
            self.live(wanted.began_on + timedelta(days=done))
            keep_walk(
                self.clock_file, wanted, done=done, seconds=round(time.monotonic() - began, 1)
            )

    def live(self, on: date) -> None:
        """One day."""
        moment = moment_of(on=on, at="10:00")
        self._move_to(moment)
        say_receipts_are_complete(now=moment)
        with db.transaction() as session:
            for name in BESIDE:
                queue.enqueue(session, name)
        queue.HANDLERS["run_day"](queue.JobContext(self.office, moment))
        self._finish(moment)

    def _finish(self, moment: datetime) -> None:
        """Do beside the worker what is due: two processes are done with a day of texts in half the time.

        What the phone company tells of them changes nothing of the day: the worker writes it down while the next one goes on.
        """
        until = time.monotonic() + PATIENCE
        while left := self._left():
            if left > FEW or time.monotonic() > until:
                queue.run_due(self.url, self.office, now=moment, queues=[queue.AWAITED])
            else:
                time.sleep(GLANCE)

    def _left(self) -> int:
        # Ended by a rollback, it would have all statements of the connection planned anew.
        with db.read_only() as session:
            return int(session.execute(_LEFT, {"queue": queue.AWAITED}).scalar_one())

    def _move_to(self, moment: datetime) -> None:
        """Everybody's clock; never backwards."""
        by = moment - clock.now()
        if by <= timedelta(0):
            return
        with self.engine.begin() as connection:
            connection.execute(_JOBS, {"by": by})
            connection.execute(_SESSIONS, {"by": by})
            clock.set_ahead(moment - datetime.now(UTC))
        wanted = urllib.request.Request(
            f"{self.card_company}/_sim/clock",
            data=json.dumps({"advance": by.total_seconds()}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(wanted, timeout=30) as answer:
            answer.read()


def main() -> None:
    """Wait for wishes until stopped."""
    set_up_logging()
    settings = Settings.from_env()
    url = os.environ["KINDBILL_DATABASE_URL"]
    schedule.register()
    if settings.clock_file is None or settings.stripe_api_base is None:
        raise ConfigurationError("only `make demo` starts this")
    search_seldom()
    engine = db.connect(url)
    db.bind(engine)
    machine = TimeMachine(
        engine,
        url,
        wiring.build(settings),
        settings.stripe_api_base,
        settings.clock_file,
    )
    while True:
        wanted = last_walk(settings.clock_file)
        if wanted and not wanted.over:
            try:
                machine.walk(wanted)
            except Exception as error:
                LOG.exception("walk_failed")
                reached = last_walk(settings.clock_file) or wanted
                keep_walk(settings.clock_file, reached, failed=type(error).__name__)
        time.sleep(LOOKS_EVERY)


def clock_folder(home: Path) -> Path:
    """Where the demo keeps how far its clock was moved on."""
    folder = home / "demo" / "clock"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


if __name__ == "__main__":
    main()
