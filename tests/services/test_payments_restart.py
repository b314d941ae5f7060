"""PostgreSQL is shut down at once in the middle of payments, several times; the books and the provider agree."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from portal import db
from portal.db import read_only
from portal.jobs import schedule
from portal.models.ledger import JournalEntry
from portal.models.payments import LIVE_STATES, InboundEvent, Payment
from portal.ports import GatewayError
from portal.queue import run_due
from portal.services.refusal import Refusal
from portal.services.sweep_payments import sweep_payments
from tests.own_server import OwnServer
from tests.sandbox_server import PUBLIC_URL, SandboxServer
from tests.services.payment_laws import broken
from tests.services.till import Till, open_tills

PAYERS = 4
MOST = 15  # payments of one account: fewer than the limit within an hour
EACH = 1_000
RESTARTS = 3
PATIENCE = 40


@pytest.fixture
def server() -> Iterator[OwnServer]:
    schedule.register()
    own = OwnServer()
    engine = db.connect(own.url, pool_size=PAYERS + 2)
    db.bind(engine)
    yield own
    engine.dispose()
    own.remove()


@pytest.fixture
def tills(server: OwnServer, sandbox: SandboxServer, now: datetime) -> Iterator[list[Till]]:
    sandbox.control("webhooks", mode="hold")
    yield open_tills(sandbox, now, [f"payer{n}@example.com" for n in range(PAYERS)])
    sandbox.control("reset")


class Payer:
    """Pays again and again, presses again whenever a page breaks, and remembers what was answered."""

    def __init__(self, till: Till) -> None:
        self.till = till
        self.answered: set[UUID] = set()
        self.receipts: set[UUID] = set()
        self.broken_pages = 0

    def all(self, enough: threading.Event) -> None:
        while len(self.receipts) < MOST and not enough.is_set():
            self._pay(uuid4())

    def _pay(self, payment_id: UUID) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                self._press(payment_id)
                if self.till.payment(payment_id).state == "succeeded":
                    self.receipts.add(payment_id)
                    return
            except (DBAPIError, GatewayError, Refusal) as error:
                self.broken_pages += isinstance(error, DBAPIError)
            time.sleep(0.02)
        raise AssertionError("the patient never got through")

    def _press(self, payment_id: UUID) -> None:
        started = self.till.start(self.till.choose("own_amount", EACH), payment_id)
        self.answered.add(payment_id)
        if started.checkout_url:
            self.till.sandbox.pay(started.checkout_url)
        self.till.look(payment_id)


def deliver(till: Till) -> None:
    """Webhooks as they come, until the database is away; what was not taken comes again."""
    with suppress(DBAPIError, GatewayError):
        till.deliver(*till.sandbox.events())


def entries() -> int:
    with read_only() as session:
        return session.scalar(select(func.count(JournalEntry.id))) or 0


def finish(server: OwnServer, till: Till) -> None:
    """Two sweeps later nothing may be left in the middle (I8)."""
    gateways = SimpleNamespace(payments=till.gateway, public_url=PUBLIC_URL)
    deliver(till)
    for _ in range(2):
        till.now += timedelta(minutes=70)
        sweep_payments(now=till.now)
        assert run_due(server.url, gateways, now=till.now) == 0


def left_in_the_middle() -> tuple[int, int]:
    with read_only() as session:
        live = select(func.count()).where(Payment.state.in_(LIVE_STATES))
        unread = select(func.count()).where(InboundEvent.done_at.is_(None))
        return session.scalar(live) or 0, session.scalar(unread) or 0


def test_crashes_of_the_database_lose_nothing_and_charge_nothing_twice(
    server: OwnServer, tills: list[Till], sandbox: SandboxServer
) -> None:
    payers = [Payer(till) for till in tills]
    enough = threading.Event()
    with ThreadPoolExecutor(PAYERS + 1) as pool:
        work = [pool.submit(payer.all, enough) for payer in payers]
        for _ in range(RESTARTS):
            time.sleep(0.3)
            work.append(pool.submit(deliver, tills[0]))
            known, written = set().union(*(set(p.answered) for p in payers)), entries()
            server.crash()
            with read_only() as session:
                assert known <= set(session.scalars(select(Payment.id))), "I10: answered is kept"
            assert entries() >= written, "I2: what is posted stays"
        enough.set()
    for done in work:
        done.result()
    assert server.recoveries() == RESTARTS
    assert sum(payer.broken_pages for payer in payers) >= RESTARTS, "it was in mid-payment"
    receipts = set().union(*(payer.receipts for payer in payers))
    assert len(receipts) >= PAYERS
    finish(server, tills[0])
    assert left_in_the_middle() == (0, 0)
    assert broken(tills[0]) == []
    assert sandbox.charged() == tills[0].taken() == EACH * len(receipts)
    for payer in payers:
        assert payer.till.due() == 18_240 - EACH * len(payer.receipts)
