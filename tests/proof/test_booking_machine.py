"""The machine of bookings, a few stories in every test run and as many as asked for by KINDBILL_MACHINE_STORIES."""

from __future__ import annotations

from datetime import datetime

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from portal import db
from tests.proof.test_machine import ASKED_FOR_MORE, STORIES
from tests.proof.waiting_machine import WaitingMachine
from tests.worker_database import WorkerDatabase

STEPS = 20


def test_SCH_1_SCH_2_no_story_sells_a_time_twice_or_loses_a_visit(
    worker_database: WorkerDatabase, now: datetime
) -> None:
    """Always the same stories, unless more were asked for."""
    engines = []

    def opens() -> datetime:
        for engine in engines:
            engine.dispose()
        engines[:] = [db.connect(worker_database.fresh())]
        db.bind(engines[0])
        return now

    class Bound(WaitingMachine):
        pass

    Bound.opens = staticmethod(opens)  # type: ignore[assignment]
    profile = settings(
        max_examples=STORIES,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=not ASKED_FOR_MORE,
        print_blob=True,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    try:
        run_state_machine_as_test(Bound, settings=profile)
    finally:
        for engine in engines:
            engine.dispose()
