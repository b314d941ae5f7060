"""Networks, providers and our own worker fail at the worst moment; nothing is lost or charged twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from portal.db import read_only, transaction
from portal.jobs import schedule
from portal.ports import GatewayError
from portal.queue import enqueue, run_due
from portal.services.queue_upkeep import retry_stalled_jobs
from portal.services.refusal import Refusal
from portal.services.sweep_payments import sweep_payments
from portal.services.take_payment import StillChecking
from tests.sandbox_server import KEY, PUBLIC_URL, SECRET, SandboxServer
from tests.services.payment_laws import broken
from tests.services.till import Till, open_till

MAKES_PAGE = {"method": "POST", "path": "/v1/checkout/sessions"}
FAULTS = {
    "request lost": {"do": "drop", "where": "before", "times": 3},
    "response lost": {"do": "drop", "where": "after", "times": 3},
    "500 before": {"do": "error", "status": 500, "where": "before", "times": 3},
    "500 after": {"do": "error", "status": 500, "where": "after", "times": 3},
    "503 before": {"do": "error", "status": 503, "where": "before", "times": 3},
    "429": {"do": "error", "status": 429, "where": "before", "times": 1},
}


@pytest.fixture
def till(database_url: str, sandbox: SandboxServer, now: datetime) -> Iterator[Till]:
    """A till to which no webhook comes: only asking again can find out."""
    schedule.register()
    sandbox.control("webhooks", mode="hold")
    yield open_till(sandbox, now)
    sandbox.control("reset")


def sweep(till: Till, database_url: str, after: timedelta = timedelta(minutes=11)) -> None:
    till.now += after
    sweep_payments(now=till.now)
    gateways = SimpleNamespace(payments=till.gateway, public_url=PUBLIC_URL)
    run_due(database_url, gateways, now=till.now)


def start(till: Till) -> None:
    with suppress(GatewayError):  # the patient reads that we could not reach the card company
        till.start()


def pay_every_page(till: Till) -> None:
    """The most eager patient there can be."""
    for page in till.sandbox.client.v1.checkout.sessions.list(params={"limit": 100}).data:
        if page.url:
            till.sandbox.pay(page.url)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_the_start_ends_in_one_charge(till: Till, database_url: str, fault: str) -> None:
    till.sandbox.control("faults", **FAULTS[fault], **MAKES_PAGE)
    start(till)
    sweep(till, database_url)
    pay_every_page(till)
    sweep(till, database_url)
    till.agrees(18_240)
    till.deliver(*till.sandbox.events())
    till.agrees(18_240)
    assert broken(till) == []


def test_a_provider_away_for_hours_is_caught_up_with(till: Till, database_url: str) -> None:
    till.paid()
    till.sandbox.control("faults", do="error", status=500, times=1000, path="/v1/")
    sweep(till, database_url)
    assert sweep_payments(now=till.now + timedelta(hours=5)).overdue == 1
    assert till.due() == 18_240
    till.sandbox.control("faults")
    sweep(till, database_url, timedelta(hours=5))
    till.agrees(18_240)
    assert broken(till) == []


@pytest.mark.parametrize("where", ["after", "before"])
def test_a_stored_500_is_not_asked_for_again_and_again(
    till: Till, database_url: str, where: str
) -> None:
    """Stripe gives a stored 500 for its key all day: the list of pages says what became of it."""
    till.sandbox.control("faults", do="error", where=where, kept=True, **MAKES_PAGE)
    started = till.start()
    assert started.checkout_url is None
    if where == "after":
        sweep(till, database_url)
        assert till.payment(started.payment_id).session_id
    else:
        with pytest.raises(StillChecking):
            till.start()
        sweep(till, database_url)
        assert till.payment(started.payment_id).state == "submitting", "it may still appear"
        sweep(till, database_url, timedelta(hours=23))
        assert till.payment(started.payment_id).state == "canceled", "its key has lapsed"
        start(till)
    pay_every_page(till)
    sweep(till, database_url)
    till.agrees(18_240)
    assert broken(till) == []


def test_a_page_paid_while_the_next_try_closes_it(till: Till) -> None:
    """The race of two pages: whoever is first, nothing is paid on a page that we hold for closed."""
    for _ in range(4):
        first = till.start(till.choose("own_amount", 2_000))
        with ThreadPoolExecutor(2) as pool:
            pool.submit(till.sandbox.pay, first.checkout_url or "")
            again = pool.submit(till.start, till.choose("own_amount", 2_000))
        with suppress(Refusal):
            till.sandbox.pay(again.result().checkout_url or "")
        till.deliver(*till.sandbox.events())
        assert broken(till) == []
    assert till.taken() == till.sandbox.charged() >= 4 * 2_000
    assert till.due() == 18_240 - till.taken()


def job_state(name: str) -> str:
    with read_only() as session:
        found = text("SELECT status FROM procrastinate_jobs WHERE task_name = :name ORDER BY id")
        return str(session.execute(found, {"name": name}).scalars().first())


def test_a_worker_killed_while_it_asks_leaves_the_job_to_the_next(
    till: Till, database_url: str, tmp_path: Path
) -> None:
    started = till.paid()
    # Every answer: a recurring job of the worker must not find a way around the slow one.
    till.sandbox.control("faults", do="delay", secs=4, times=100, path="/v1/")
    with transaction() as session:
        enqueue(session, "settle_payment", payment_id=str(started.payment_id))
    worker = subprocess.Popen(
        [sys.executable, "-m", "portal", "worker"],
        env=os.environ
        | {
            "KINDBILL_HOME": str(tmp_path),
            "KINDBILL_DATABASE_URL": database_url,
            "STRIPE_SECRET_KEY": KEY,
            "STRIPE_WEBHOOK_SECRET": SECRET,
            "STRIPE_API_BASE": till.sandbox.url,
        },
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 40  # a busy machine starts it slowly
        while job_state("settle_payment") != "doing" and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.3)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait(5)
    assert job_state("settle_payment") == "doing", "killed in the middle"
    assert till.taken() == 0
    till.sandbox.control("faults")
    assert retry_stalled_jobs(now=datetime.now(till.now.tzinfo) + timedelta(minutes=2))
    run_due(
        database_url, SimpleNamespace(payments=till.gateway, public_url=PUBLIC_URL), now=till.now
    )
    till.agrees(18_240)
    assert broken(till) == []
