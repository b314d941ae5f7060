"""Planted bugs are seen, each by its law; without them the very same scenario keeps every law."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError, ProgrammingError

from portal.jobs import schedule
from tests.mutations import draft_plants, draft_scenarios, plants, scenarios
from tests.mutations.registry import MUTATIONS, SCENARIOS, Mutation, Scenario
from tests.mutations.world import World
from tests.proof.invariants import numbers
from tests.sandbox_server import SandboxServer
from tests.services.refund_desk import open_desk
from tests.services.till import open_till


@pytest.fixture
def world(
    database_url: str,
    sandbox: SandboxServer,
    now: datetime,
    owner_engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[World]:
    """A world to which no webhook comes by itself."""
    schedule.register()
    sandbox.control("webhooks", mode="hold")
    desk = open_desk(open_till(sandbox, now))
    yield World(desk=desk, database_url=database_url, owner=owner_engine, patch=monkeypatch)
    sandbox.control("reset")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.__name__)
def test_a_scenario_without_a_bug_keeps_every_law(world: World, scenario: Scenario) -> None:
    scenario(world)
    assert world.broken(settled=SCENARIOS[scenario]) == []


@pytest.mark.parametrize("mutation", MUTATIONS.values(), ids=list(MUTATIONS))
def test_planted_bug_is_caught(
    world: World, mutation: Mutation, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutation.plant(world, monkeypatch)
    mutation.scenario(world)
    assert mutation.law in numbers(world.broken(settled=mutation.settled))


def test_blind_start_is_held_by_the_one_live_index(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One guard is gone, the other holds."""
    plants.blind_start(monkeypatch)
    world.till.start()
    with pytest.raises(IntegrityError, match="uq__payments__one_live"):
        world.till.start()
    assert world.broken(settled=True) == []


def test_without_its_constraint_the_ledger_takes_nothing(world: World) -> None:
    """The question leans on the constraint: who drops it stops all posting, loudly."""
    world.as_owner("ALTER TABLE journal_entries DROP CONSTRAINT uq__journal_entries__source_ref")
    started = world.till.paid()
    with pytest.raises(ProgrammingError, match="ON CONFLICT"):
        world.till.look(started.payment_id)
    assert world.till.taken() == 0


def test_a_refund_that_was_held_for_refused_is_mended(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After every no the provider's list is read, and success beats failure."""
    plants.refused_on_timeout(world, monkeypatch)
    scenarios.an_answer_to_a_refund_is_on_its_way(world)
    world.sweep()
    world.desk.agrees(5_000, due=5_000)


def test_refunds_asked_for_without_a_lock_are_held_at_the_approval(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One guard is gone, the other holds."""
    plants.unlocked_requests(monkeypatch)
    scenarios.two_clerks_ask_at_once(world)
    assert world.broken(settled=False) == []


def test_two_workers_without_a_lease_are_held_by_the_claim(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One guard is gone, the others hold: the account's lock, the draft's state, the live payment, the balance."""
    draft_plants.no_lease(world, monkeypatch)
    draft_scenarios.two_workers_draw_at_once(world)
    assert world.broken(settled=True) == []
