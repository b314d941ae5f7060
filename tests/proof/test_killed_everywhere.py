"""Killed at every boundary, one after the other: whatever was done by then, the rest is found and done once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from portal.jobs import schedule
from tests.mutations.world import Crash
from tests.proof.fuse import Fuse
from tests.sandbox_server import SandboxServer
from tests.services.payment_laws import broken
from tests.services.refund_desk import Desk, open_desk
from tests.services.till import open_till

CENTS = 300


@pytest.fixture
def fuse() -> Iterator[Fuse]:
    with Fuse().laid() as fuse:
        yield fuse


@pytest.fixture
def desk(database_url: str, sandbox: SandboxServer, now: datetime, fuse: Fuse) -> Iterator[Desk]:
    schedule.register()
    sandbox.control("webhooks", mode="hold")
    desk = open_desk(open_till(sandbox, now))
    desk.till.gateway = fuse.gateway(sandbox)
    yield desk
    sandbox.control("reset")


def boundaries(fuse: Fuse, deed: Callable[[], None]) -> int:
    """How many it has when nothing stops it."""
    fuse.light(None)
    deed()
    return fuse.passed


def test_a_payment_killed_at_every_boundary(desk: Desk, fuse: Fuse, database_url: str) -> None:
    """From pressing Pay to the posted receipt; then the patient presses again, pays whatever page there is, and goes."""
    till, sandbox = desk.till, desk.till.sandbox

    def pay(payment_id: object = None) -> None:
        started = till.start(till.choose("own_amount", CENTS), payment_id or uuid4())  # type: ignore[arg-type]
        if started.checkout_url:
            sandbox.pay(started.checkout_url)
        till.look(started.payment_id)

    number = boundaries(fuse, pay)
    assert number >= 10
    for length in range(number):
        till.now += timedelta(minutes=10)
        payment_id = uuid4()
        fuse.light(length)
        with pytest.raises(Crash):
            pay(payment_id)
        fuse.light(None)
        pay(payment_id)
        assert broken(till) == [], f"killed at boundary {length}"
    assert sandbox.charged() == till.taken() == CENTS * (number + 1)


def test_a_refund_killed_at_every_boundary(desk: Desk, fuse: Fuse, database_url: str) -> None:
    """From the approval to the posted refund; the sweep finds it, and the manager may press again."""
    payment_id = desk.paid()
    number = boundaries(fuse, lambda: desk.refunded(payment_id, CENTS) and None)
    for length in range(number):
        refund_id = uuid4()
        fuse.light(length)
        with suppress(Crash):
            desk.ask(payment_id, CENTS, refund_id=refund_id)
            desk.approve(refund_id)
        fuse.light(None)
        desk.ask(payment_id, CENTS, refund_id=refund_id)
        desk.approve(refund_id)
        desk.sweep(database_url)
        assert broken(desk.till) == [], f"killed at boundary {length}"
    assert desk.sent_back() == desk.in_books() == CENTS * (number + 1)


def test_an_event_killed_at_every_boundary(desk: Desk, fuse: Fuse) -> None:
    """Received and handled; it comes again until it was taken, and its job runs again."""
    till = desk.till
    till.paid(till.choose("own_amount", CENTS))
    events = till.sandbox.events()
    number = boundaries(fuse, lambda: till.deliver(*events) and None)
    till.paid(till.choose("own_amount", CENTS))
    [*fresh] = till.sandbox.events()[len(events) :]
    for length in range(0, number, 2):
        fuse.light(length)
        with suppress(Crash):
            till.deliver(*fresh)
        fuse.light(None)
        assert [found for found in broken(till) if not found.startswith(("I3", "I6", "I7"))] == []
    till.now += timedelta(minutes=11)
    till.deliver(*fresh)
    for payment in till.payments():
        till.look(payment.id)
    assert broken(till) == []
    assert till.taken() == 2 * CENTS
