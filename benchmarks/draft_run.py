"""Money drawn on one day by four workers of which one is killed half-way, beside the same charges by the bare client."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select

from benchmarks.database import CHECKOUT, empty_practice
from benchmarks.draft_rows import Saved, due_drafts, saved_cards
from benchmarks.measure import TINY, size, tell
from portal import wiring
from portal.config import Settings
from portal.db import read_only, transaction
from portal.jobs import schedule
from portal.models.drafts import Draft
from portal.models.payments import Payment
from portal.queue import enqueue, run_due
from portal.services.draft_payments import MOST_JOBS, draft_due
from portal.services.queue_upkeep import retry_stalled_jobs
from portal.services.sweep_payments import sweep_payments
from tests.proof.invariants import broken
from tests.sandbox_server import KEY, SECRET, SandboxServer, free_port

WORKERS = size(4, 2)
CENTS = 2_500
ALL = "--all" in sys.argv  # ten thousand take many minutes
DRAFTS = 10_000 if ALL else size(1_000, 24)
PEERS = size(400, 8)
PATIENCE = 1_800.0
QUIET = 2.0 if TINY else 5.0  # seconds without a draft: the living have no more to do


def main() -> None:
    schedule.register()
    on = datetime.now(UTC).date()
    with empty_practice() as (url, home):
        cards = saved_cards(home / "sandbox.sqlite", DRAFTS)
        with sandbox(home) as provider:
            due_drafts(cards, on=on, cents=CENTS)
            seconds, drawn = drawn_by_workers(url, home, provider, on)
            settings = settings_of(url, home, provider)
            finish(url, settings, on)
            prove(provider)
            peer = PEERS / bare_charges(provider, cards[:PEERS])
    name = f"{DRAFTS:,} drafts of one day, four workers, one killed half-way"
    tell(name, drawn / seconds, "drafts/s", peer="bare client, no books", peer_value=peer)


@contextmanager
def sandbox(home: Path) -> Iterator[SandboxServer]:
    port, smtp_port = free_port(), free_port()
    ports = ("--port", str(port), "--smtp-port", str(smtp_port))
    command = (sys.executable, "-m", "sandbox", *ports)
    process = subprocess.Popen(
        [*command, "--db", str(home / "sandbox.sqlite")], stdout=subprocess.DEVNULL, cwd=CHECKOUT
    )
    server = SandboxServer(f"http://127.0.0.1:{port}", smtp_port)
    try:
        for _ in range(400):
            try:
                server.control("totals")
                break
            except OSError:
                time.sleep(0.05)
        yield server
    finally:
        process.terminate()
        process.wait()


def environment(url: str, home: Path, provider: SandboxServer) -> dict[str, str]:
    return {
        "KINDBILL_HOME": str(home),
        "KINDBILL_DATABASE_URL": url,
        "KINDBILL_SMTP_URL": f"smtp://127.0.0.1:{provider.smtp_port}",  # receipts go out meanwhile
        "STRIPE_SECRET_KEY": KEY,
        "STRIPE_WEBHOOK_SECRET": SECRET,
        "STRIPE_API_BASE": provider.url,
    }


def settings_of(url: str, home: Path, provider: SandboxServer) -> Settings:
    return Settings.from_env(environment(url, home, provider))


def drawn_by_workers(url: str, home: Path, provider: SandboxServer, on: date) -> tuple[float, int]:
    """From the moment the jobs are there until nobody has more to draw; how many were drawn by then."""
    command = [sys.executable, "-m", "portal", "worker"]
    workers = [
        subprocess.Popen(
            command,
            env=os.environ | environment(url, home, provider),
            cwd=CHECKOUT,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(WORKERS)
    ]
    try:
        time.sleep(1 if TINY else 5)  # they are there, and wait
        with transaction() as session:
            for _ in range(MOST_JOBS):  # as many as ten thousand get, however few there are here
                enqueue(session, "draft_due", on=on.isoformat())
        start, killed, drawn, last = time.perf_counter(), False, 0, 0.0
        while time.perf_counter() - start < PATIENCE:
            before, drawn = drawn, paid()
            if drawn > before:
                last = time.perf_counter()
            if not killed and drawn >= DRAFTS // 2:
                workers[0].send_signal(signal.SIGKILL)
                killed = True
            # What the dead one had leased is left for the next minutes.
            if killed and (drawn == DRAFTS or time.perf_counter() - last > QUIET):
                break
            time.sleep(0.1)
        assert killed, f"only {drawn} of {DRAFTS} were drawn"
        return last - start, drawn
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()


def paid() -> int:
    with read_only() as session:
        done = select(func.count()).select_from(Payment).where(Payment.state == "succeeded")
        return session.scalar(done) or 0


def finish(url: str, settings: Settings, on: date) -> None:
    """Minutes later: the lease of the dead has lapsed, and what it had asked for is looked up."""
    doors, now = wiring.build(settings), datetime.now(UTC) + timedelta(minutes=15)
    retry_stalled_jobs(now=now)
    draft_due(on=on, now=now, gateway=doors.payments, public_url=doors.public_url)
    sweep_payments(now=now)
    run_due(url, doors, now=now)


def prove(provider: SandboxServer) -> None:
    """Each draft once, by the provider's own totals, and every law."""
    totals = provider.control("totals")
    assert totals["charges"] == DRAFTS, totals
    assert totals["charged"] == DRAFTS * CENTS, totals
    with read_only() as session:
        states = dict(
            tuple(row)
            for row in session.execute(select(Draft.state, func.count()).group_by(Draft.state))
        )
    assert states == {"paid": DRAFTS}, states
    if not ALL:  # the stand-in's lists are slow with tens of thousands of objects
        found = broken(provider, now=datetime.now(UTC) + timedelta(hours=2))
        assert found == [], found[:5]


def bare_charges(provider: SandboxServer, cards: list[Saved]) -> float:
    """The same requests from four threads, with a key each, and nothing written down."""

    def charge(card: Saved) -> Any:
        return provider.client.v1.payment_intents.create(
            params={
                "amount": CENTS,
                "currency": "usd",
                "customer": card.customer,
                "payment_method": card.method,
                "confirm": True,
                "off_session": True,
            },
            options={"idempotency_key": f"bare-{uuid4()}"},
        )

    start = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(charge, cards))
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
