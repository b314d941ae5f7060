"""Money that is drawn while the patient is away, and what may go wrong with it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from billing.holds import Condition
from portal.db import transaction
from portal.models.accounts import AccountCondition
from portal.models.payment_methods import PaymentMethod
from portal.services import draft_payments
from tests.mutations.world import World
from tests.services.autopay_world import owe

ASKS = "4000002760003184"  # the bank wants its customer to confirm each payment
NOTICED, DRAWN = 2, 14  # days from the world's first
LOST_DRAFT = {"method": "POST", "path": "/v1/payment_intents", "do": "drop", "times": 3}


def due(world: World, cap: int = 20_000) -> PaymentMethod:
    """A card that is saved and signed for, the notice in time, and the morning of the draft."""
    payer = world.payer
    method = payer.has_card()
    payer.sign(method, cap)
    for days in (NOTICED, DRAWN - NOTICED):
        world.pass_time(days=days)
        payer.morning()
    return method


def a_drafts_answer_is_lost(world: World) -> None:
    """No webhook comes, the sweep asks."""
    due(world)
    world.sandbox.control("faults", where="after", **LOST_DRAFT)
    world.payer.draw()
    world.sweep()
    world.deliver()


def two_workers_draw_at_once(world: World) -> None:
    """Both look for what is due before either has drawn it."""
    due(world)
    together, real = threading.Barrier(2, timeout=1), draft_payments._lease

    def at_once(day: Any) -> Any:
        found = real(day)
        with suppress(threading.BrokenBarrierError):
            together.wait()
        return found

    world.patch.setattr(draft_payments, "_lease", at_once)
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(world.payer.draw) for _ in range(2)]:
            done.result()


def bankruptcy_is_filed_before_the_day(world: World) -> None:
    """After the notice: nobody may be charged any more (CORE-6, COLL-24)."""
    due(world)
    with transaction() as session:
        session.add(
            AccountCondition(
                guarantor_account_id=world.till.account_id,
                kind=Condition.BANKRUPTCY.value,
                since=world.till.now,
                source="staff:1",
            )
        )
    world.payer.draw()


def the_bank_asks_for_its_customer(world: World) -> None:
    """And would go on asking, however often it is tried (payments.md rule 11)."""
    method = due(world)
    world.payer.behave(method, ASKS)
    world.payer.draw()
    for _ in range(12):
        world.pass_time(days=1)
        world.payer.draw()


def a_bill_comes_after_the_notice(world: World) -> None:
    """What was told is the most that is drawn (PLAN-6)."""
    due(world, cap=30_000)
    owe(world.till, 4_000)
    world.payer.draw()
