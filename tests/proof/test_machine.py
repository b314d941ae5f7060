"""The state machine, a few stories in every test run and as many as asked for by KINDBILL_MACHINE_STORIES."""

from __future__ import annotations

import os
from datetime import datetime

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from portal import db
from tests.proof.machine import PaymentsMachine
from tests.sandbox_server import SandboxServer
from tests.worker_database import WorkerDatabase

STORIES = int(os.environ.get("KINDBILL_MACHINE_STORIES", "4"))
STEPS = int(os.environ.get("KINDBILL_MACHINE_STEPS", "12"))
ASKED_FOR_MORE = "KINDBILL_MACHINE_STORIES" in os.environ


def test_no_story_loses_money_or_takes_it_twice(
    worker_database: WorkerDatabase, sandbox_process: SandboxServer, now: datetime
) -> None:
    """Without the variable always the same stories; with it new ones, whose failure Hypothesis prints to be replayed."""
    engines = []

    def opens() -> tuple[str, SandboxServer, datetime]:
        for engine in engines:
            engine.dispose()
        url = worker_database.fresh()
        engines[:] = [db.connect(url)]
        db.bind(engines[0])
        return url, sandbox_process.fresh(now), now

    class Bound(PaymentsMachine):
        pass

    Bound.opens = staticmethod(opens)  # type: ignore[assignment]
    profile = settings(
        max_examples=STORIES,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=not ASKED_FOR_MORE,
        print_blob=True,
        # Shrinking takes minutes here, and the story as found is replayed by its blob.
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    try:
        run_state_machine_as_test(Bound, settings=profile)
    finally:
        for engine in engines:
            engine.dispose()
