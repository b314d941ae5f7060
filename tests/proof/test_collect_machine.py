"""Accounts on their way to an agency as a state machine: a few stories in every run, as many as asked for by KINDBILL_COLLECT_STORIES (CORE-5, CORE-6)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from billing import holds
from billing.holds import Effect
from portal import db
from tests.proof.collect_machine import CollectMachine
from tests.sandbox_server import SandboxServer
from tests.worker_database import WorkerDatabase

STORIES = int(os.environ.get("KINDBILL_COLLECT_STORIES", "2"))
STEPS = int(os.environ.get("KINDBILL_COLLECT_STEPS", "5"))
ASKED_FOR_MORE = "KINDBILL_COLLECT_STORIES" in os.environ


@contextmanager
def machine(
    worker_database: WorkerDatabase, sandbox: SandboxServer, now: datetime, home: Path
) -> Iterator[type[CollectMachine]]:
    """The machine, each of whose stories begins with an empty database and an empty provider."""
    engines, number = [], count()

    def opens() -> tuple[Path, SandboxServer]:
        for engine in engines:
            engine.dispose()
        engines[:] = [db.connect(worker_database.fresh())]
        db.bind(engines[0])
        return home / str(next(number)), sandbox.fresh(now)

    class Bound(CollectMachine):
        found: ClassVar[list[str]] = []

    Bound.opens = staticmethod(opens)  # type: ignore[assignment]
    try:
        yield Bound
    finally:
        for engine in engines:
            engine.dispose()


def profile(stories: int, steps: int, *, shrinks: bool) -> settings:
    phases = [Phase.explicit, Phase.reuse, Phase.generate]
    return settings(
        max_examples=stories,
        stateful_step_count=steps,
        deadline=None,
        derandomize=not ASKED_FOR_MORE,
        print_blob=True,
        phases=[*phases, Phase.shrink] if shrinks else phases,
        suppress_health_check=list(HealthCheck),
        database=None,
    )


def test_CORE_5_no_story_of_events_is_against_the_oracle(
    worker_database: WorkerDatabase, sandbox_process: SandboxServer, now: datetime, tmp_path: Path
) -> None:
    """Without the variable always the same stories; with it new ones, and one that fails is cut down."""
    with machine(worker_database, sandbox_process, now, tmp_path) as bound:
        run_state_machine_as_test(bound, settings=profile(STORIES, STEPS, shrinks=ASKED_FOR_MORE))


def test_a_matrix_that_forbids_nothing_is_found_by_the_machine(
    worker_database: WorkerDatabase,
    sandbox_process: SandboxServer,
    now: datetime,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for row in holds.MATRIX.values():
        for action in list(row):
            monkeypatch.setitem(row, action, Effect.OK)  # type: ignore[index]  # a plain dict
    with (
        machine(worker_database, sandbox_process, now, tmp_path) as bound,
        pytest.raises(AssertionError, match="Failing test case"),
    ):
        run_state_machine_as_test(bound, settings=profile(10, 6, shrinks=False))
    assert any("against" in one for one in bound.found)
