"""One run: chaos for a while, then quiet until nothing is on its way, then the judgement."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from sqlalchemy import text

from benchmarks.draft_rows import due_drafts, saved_cards
from portal import db, wiring
from portal.db import read_only, transaction
from portal.jobs import schedule
from portal.queue import enqueue, run_due
from portal.services.fetch_payouts import fetch_payouts
from portal.services.list_missed_events import list_missed_events
from portal.services.queue_upkeep import retry_stalled_jobs
from portal.services.sweep_payments import sweep_payments
from portal.services.walk_objects import walk_objects
from tests.chaos.actors import Bank, Life, Patient, Staff
from tests.chaos.havoc import Clock, Reaper, Weather
from tests.chaos.practice import open_practice
from tests.chaos.stage import Stage
from tests.proof.draft_laws import broken_drafts
from tests.proof.invariants import broken
from tests.proof.our_books import Witness

DRAFTS, DRAFTED = 40, 1_900  # accounts whose payers are away, and what is drawn of each, in cents
MOST_TIMES = 4  # as long as was asked for
HOUSEHOLDS_A_MINUTE = 12  # each starts at most twenty payments an hour


@dataclass
class Report:
    """What happened and what was found; `broken` and `surprises` are empty or the run has failed."""

    seed: int
    seconds: float
    broken: list[str] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)
    deeds: dict[str, int] = field(default_factory=dict)
    payments: dict[str, int] = field(default_factory=dict)  # ours, by state
    drafts: dict[str, int] = field(default_factory=dict)
    totals: dict[str, Any] = field(default_factory=dict)  # the provider's own
    kills: dict[str, int] = field(default_factory=dict)
    recoveries: int = 0  # of PostgreSQL, by its own log
    settling_seconds: float = 0
    failed_jobs: dict[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not self.broken and not self.surprises

    def to_json(self) -> str:
        return json.dumps(asdict(self) | {"ok": self.ok}, indent=2, default=str)

    def lines(self) -> list[str]:
        def told(counts: dict[str, Any]) -> str:
            return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"

        return [
            f"seed {self.seed}, {self.seconds:.0f} s of chaos, {self.settling_seconds:.0f} s until all was quiet",
            f"payments: {told(self.payments)}; drafts: {told(self.drafts)}",
            f"the provider's totals: {told(self.totals)}",
            f"killed: {told(self.kills)}; PostgreSQL recovered {self.recoveries} times",
            f"deeds: {told(self.deeds)}",
            f"jobs that gave up: {told(self.failed_jobs)}",
            *(f"BROKEN {law}" for law in self.broken),
            *(f"SURPRISE {words}" for words in self.surprises),
            "every law holds" if self.ok else f"replay: make chaos SEED={self.seed}",
        ]


def run(
    *,
    seed: int,
    seconds: float,
    patients: int = 5,
    pause: tuple[float, float],
    planted: bool = False,
) -> Report:
    """Everything on ports and a database of its own; the seed throws every actor's dice.

    `planted` puts a bug into the real processes: the report must then name a broken law.
    """
    schedule.register()
    stage = Stage(planted=planted)
    engine = db.connect(stage.database.url, pool_size=8)
    db.bind(engine)
    try:
        number = max(10, int(seconds / 60 * HOUSEHOLDS_A_MINUTE))
        today = datetime.now(UTC).date()
        homes, office = open_practice(stage.settings, number, today)
        cards = saved_cards(stage.database.home / "sandbox.sqlite", DRAFTS)
        due_drafts(cards, on=today, cents=DRAFTED, first=10_000)
        stage.start()
        life = Life(stage, Witness(), homes, office, seed)
        report = Report(seed=seed, seconds=seconds)
        _chaos(life, report, patients, pause, seconds)
        started = time.monotonic()
        now = _settle(life)
        report.settling_seconds = round(time.monotonic() - started, 1)
        report.broken = broken(stage.sandbox, now=now, witness=life.witness)
        report.broken += broken_drafts(stage.sandbox)
        _tell(life, report)
        return report
    finally:
        engine.dispose()
        stage.remove()


def _chaos(
    life: Life, report: Report, patients: int, pause: tuple[float, float], seconds: float
) -> None:
    """All actors at once; half-way and now and then, what is posted is looked at (I1, I2, I4, I5, I6, I9)."""
    reaper = Reaper(life, pause)
    shares = [life.households[n::patients] for n in range(patients)]
    # Every account is used by two people, who may act in the same moment.
    pairs = [share + shares[n - 1] for n, share in enumerate(shares)]
    actors: list[Callable[[], None]] = [
        *(Patient(life, n, homes).live for n, homes in enumerate(pairs)),
        Staff(life).live,
        Bank(life).live,
        Weather(life).live,
        reaper.live,
        Clock(life).live,
    ]
    threads = [threading.Thread(target=actor, daemon=True) for actor in actors]
    for thread in threads:
        thread.start()
    started = time.monotonic()
    # A busy machine starts a killed process slowly: each kind is to be killed once at least.
    while (passed := time.monotonic() - started) < seconds or not reaper.rounds:
        if passed > MOST_TIMES * seconds:
            break
        time.sleep(0.2)
    report.seconds = round(passed)
    life.over.set()
    for thread in threads:
        thread.join(120)
        if thread.is_alive():
            life.surprises.append("an actor never came to its end")
    report.recoveries = life.stage.database.recoveries()
    if report.recoveries != reaper.crashes:
        life.surprises.append(f"{reaper.crashes} crashes, {report.recoveries} recoveries")


def _settle(life: Life) -> datetime:
    """No more faults. The workers finish; then days pass in which debits arrive, refunds return and payouts are made."""
    stage, clock = life.stage, Clock(life)
    for program in stage.programs:
        program.wait()
        if program.process is None or program.process.poll() is not None:
            life.surprises.append(f"{program.name} ended by itself")
    stage.control("faults")
    stage.control("webhooks", mode="normal", retry=[0.2, 0.2, 0.5])
    _restart_workers(stage)
    clock.tick()
    _drain()
    for worker in stage.workers:  # their clock stands still; from here on ours moves
        worker.kill()
    passed, doors = timedelta(), wiring.build(stage.settings)
    for hours in (0, 1, 24, 4 * 24, 3 * 24, 3 * 24):
        stage.control("clock", advance=hours * 3600)
        if hours > 1:
            stage.control("payout")
        passed += timedelta(hours=hours)
        for _ in range(2):
            _await_delivery(stage)
            _work(stage, doors, datetime.now(UTC) + passed)
    now = datetime.now(UTC) + passed
    fetch_payouts(books=doors.payouts, now=now)
    walk_objects(gateway=doors.payments, now=now)
    _work(stage, doors, now)
    _take_what_the_webhook_took(life)
    return now


def _restart_workers(stage: Stage) -> None:
    """What a killed one was at is taken up by the next."""
    for worker in stage.workers:
        worker.kill()
    retry_stalled_jobs(now=datetime.now(UTC) + timedelta(minutes=10))  # nobody works now
    for worker in stage.workers:
        worker.start()


def _drain(patience: float = 60) -> None:
    """Wait until the workers have nothing left that is due."""
    due = (
        "status = 'doing' OR (status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now()))"
    )
    deadline, quiet = time.monotonic() + patience, 0
    while time.monotonic() < deadline and quiet < 3:
        with read_only() as session:
            waiting = session.scalar(text(f"SELECT count(*) FROM procrastinate_jobs WHERE {due}"))
        quiet = 0 if waiting else quiet + 1
        time.sleep(0.3)


def _work(stage: Stage, doors: wiring.Gateways, now: datetime) -> None:
    """Everything that recurs, and every job that is due by then, through the workers' own handlers."""
    retry_stalled_jobs(now=now + timedelta(minutes=10))
    sweep_payments(now=now + timedelta(minutes=11))
    list_missed_events(gateway=doors.payments, now=now)
    with transaction() as session:
        enqueue(session, "draft_due", on=datetime.now(UTC).date().isoformat())
    run_due(stage.database.url, doors, now=now)


def _await_delivery(stage: Stage, patience: float = 20) -> None:
    """Until the provider has no event on its way to us."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        told = requests.get(f"{stage.sandbox.url}/_sim/totals", timeout=10).json()
        if not told["webhooks"].get("pending"):
            return
        time.sleep(0.1)


def _take_what_the_webhook_took(life: Life) -> None:
    """Whatever the provider holds for delivered was answered by us with success (I10)."""
    listed = life.stage.stripe.v1.events.list(params={"limit": 100, "delivery_success": True})
    life.witness.events.update(event.id for event in listed.auto_paging_iter())


def _tell(life: Life, report: Report) -> None:
    with read_only() as session:
        states = session.execute(text("SELECT state, count(*) FROM payments GROUP BY state"))
        report.payments = dict(tuple(row) for row in states)
        drafts = session.execute(text("SELECT state, count(*) FROM drafts GROUP BY state"))
        report.drafts = dict(tuple(row) for row in drafts)
        jobs = session.execute(
            text(
                "SELECT task_name, count(*) FROM procrastinate_jobs WHERE status = 'failed' GROUP BY 1"
            )
        )
        report.failed_jobs = dict(tuple(row) for row in jobs)
    report.deeds = dict(life.did)
    report.surprises = life.surprises
    report.kills = dict(Counter({p.name: p.kills for p in life.stage.programs}))
    with_totals = requests.get(f"{life.stage.sandbox.url}/_sim/totals", timeout=10).json()
    report.totals = {k: v for k, v in with_totals.items() if k not in ("ok", "now")}
