"""What happens to the practice: each ends with every law kept, unless there is a bug."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import stripe
from sqlalchemy.exc import IntegrityError, OperationalError

from billing.refunds import RefundRefused
from portal.ports import GatewayError
from portal.services import receive_event, record_payment, request_refund
from portal.services.refusal import Refusal
from tests.mutations.world import Crash, World
from tests.sandbox_server import Event
from tests.services.refund_desk import COMES_BACK, REFUNDS

LOST_ANSWER = {"do": "drop", "where": "after", "times": 3, "method": "POST"}
LOST_PAGE = {**LOST_ANSWER, "path": "/v1/checkout/sessions"}


def an_answer_is_lost_and_pay_is_pressed_again(world: World) -> None:
    """No webhook comes, the patient tries anew, and every page there is gets paid (tests 4 and 8)."""
    world.sandbox.control("faults", **LOST_PAGE)
    for _ in range(2):
        with suppress(GatewayError):
            world.till.start()
        world.till.now += timedelta(minutes=11)
    world.pay_every_page()
    world.deliver()


def an_event_tells_of_money_that_is_not_there(world: World) -> None:
    """Signed with our secret, about an intent that was never paid (test 13)."""
    started = world.till.start()
    intent = world.sandbox.client.v1.payment_intents.create(
        params={"amount": 18_240, "currency": "usd", "metadata": {"payment": "of another"}}
    )
    said = {
        "id": intent.id,
        "object": "payment_intent",
        "status": "succeeded",
        "amount_received": 18_240,
        "latest_charge": "ch_invented",
        "metadata": {"payment": str(started.payment_id)},
    }
    body = {
        "id": "evt_invented",
        "object": "event",
        "type": "payment_intent.succeeded",
        "api_version": stripe.api_version,
        "data": {"object": said},
    }
    world.till.handle(Event("payment_intent.succeeded", intent.id, json.dumps(body).encode()))


def events_come_twice(world: World) -> None:
    """Everything is delivered, and then all of it again (test 10)."""
    world.till.paid()
    for _ in range(2):
        world.deliver()


def two_tabs_pay(world: World) -> None:
    """A second page is asked for while the first waits, and both are paid (test 2)."""
    pages = []
    for _ in range(2):
        with suppress(Refusal):
            pages.append(world.till.start().checkout_url)
    for page in pages:
        world.sandbox.pay(page or "")
    world.deliver()


def an_update_is_lost(world: World) -> None:
    """The payment's row falls back to before its money, and the provider is asked again (test 1)."""
    started = world.till.paid()
    world.till.look(started.payment_id)
    world.as_owner("UPDATE payments SET state = 'submitting', charge_id = NULL, entry_id = NULL")
    world.till.look(started.payment_id)


def an_answer_to_a_refund_is_lost(world: World) -> None:
    """No webhook comes until after the sweep (test 5, paired)."""
    refund_id = world.desk.ask(world.desk.paid(), 5_000)
    world.sandbox.control("faults", **LOST_ANSWER, path="/v1/refunds")
    world.desk.approve(refund_id)
    world.sweep()


def an_answer_to_a_refund_is_on_its_way(world: World) -> None:
    """Before anybody asked again."""
    refund_id = world.desk.ask(world.desk.paid(), 5_000)
    world.sandbox.control("faults", **LOST_ANSWER, path="/v1/refunds")
    world.desk.approve(refund_id)


def an_answer_to_a_refund_is_lost_for_a_day(world: World) -> None:
    """Nothing ran meanwhile, and the provider has forgotten the key."""
    refund_id = world.desk.ask(world.desk.paid(), 5_000)
    world.sandbox.control("faults", **LOST_ANSWER, path="/v1/refunds")
    world.desk.approve(refund_id)
    world.pass_time(hours=25)
    world.sweep()


def a_second_row_claims_a_refund(world: World) -> None:
    """Two of our refunds say that they are one and the same of the provider's."""
    world.desk.refunded(world.desk.paid(), 5_000)
    kept = "payment_id, amount_cents, reason, note, state, state_at, requested_at, provider_id, failure"
    with suppress(IntegrityError):
        world.as_owner(
            f"INSERT INTO refunds (id, {kept}) SELECT gen_random_uuid(), {kept} FROM refunds"
        )


def a_refund_comes_back(world: World) -> None:
    """Two days later the card's bank returns it."""
    world.desk.refunded(world.desk.paid(card=COMES_BACK), 5_000)
    world.sandbox.control("clock", advance=2 * 86_400)
    world.deliver()


def two_clerks_ask_at_once(world: World) -> None:
    """Two refunds, together more than the payment, asked for in the same moment and then approved (test 15)."""
    payment_id, wishes = world.desk.paid(10_000), (uuid4(), uuid4())
    together, counted = threading.Barrier(2, timeout=1), request_refund.refund_books

    def slowly(*args: Any, **named: Any) -> Any:
        books = counted(*args, **named)
        with suppress(threading.BrokenBarrierError):  # the other one waits for our lock
            together.wait()
        return books

    def ask(refund_id: UUID) -> None:
        with suppress(RefundRefused):
            world.desk.ask(payment_id, 6_000, refund_id=refund_id)

    world.patch.setattr(request_refund, "refund_books", slowly)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(ask, wishes))
    # Nothing arrives there yet, so that the provider's own limit does not hide ours.
    world.sandbox.control("faults", do="drop", where="before", times=100, **REFUNDS)
    for wish in wishes:
        with suppress(Refusal):
            world.desk.approve(wish)


def the_process_dies_while_it_posts(world: World) -> None:
    """In the middle of the transaction that records the money; then it is started again."""
    started, real = world.till.paid(), record_payment._send_receipt
    deaths = iter([Crash()])

    def dying(*args: Any, **named: Any) -> None:
        for death in deaths:
            raise death
        real(*args, **named)

    world.patch.setattr(record_payment, "_send_receipt", dying)
    with suppress(Crash):
        world.till.look(started.payment_id)
    world.till.look(started.payment_id)


def the_database_is_away_when_a_webhook_comes(world: World) -> None:
    """What is answered with success must be kept; anything else comes again."""
    world.till.paid()
    real, away = receive_event.store_notice, iter([OperationalError("insert", {}, Exception())])

    def failing(*args: Any, **named: Any) -> bool:
        for error in away:
            raise error
        return real(*args, **named)

    world.patch.setattr(receive_event, "store_notice", failing)
    for event in world.sandbox.events():
        with suppress(OperationalError):
            receive_event.receive_event(
                gateway=world.till.gateway,
                body=event.body,
                signature=event.signature,
                now=world.till.now,
            )
            world.witness.events.add(json.loads(event.body)["id"])


def a_browser_asks_to_pay_more_than_is_due(world: World) -> None:
    """A form of which somebody changed the hidden amount."""
    with suppress(Refusal):
        world.sandbox.pay(
            world.till.start(world.till.choose("own_amount", 99_900)).checkout_url or ""
        )
    world.deliver()


def money_comes_for_a_payment_that_is_over(world: World) -> None:
    """Its page was closed and it was canceled; then the provider has money of it after all (test 13)."""
    started = world.till.start()
    world.pass_time(hours=1)
    world.till.look(started.payment_id)
    world.sandbox.client.v1.payment_intents.create(
        params={
            "amount": 18_240,
            "currency": "usd",
            "payment_method": "pm_card_visa",
            "confirm": True,
            "metadata": {"payment": str(started.payment_id)},
        }
    )
    world.deliver()


def another_amount_than_asked_comes(world: World) -> None:
    """The provider took less than we asked for: a person decides, nothing is posted."""
    started = world.till.start()
    world.sandbox.client.v1.payment_intents.create(
        params={
            "amount": 9_000,
            "currency": "usd",
            "payment_method": "pm_card_visa",
            "confirm": True,
            "metadata": {"payment": str(started.payment_id)},
        }
    )
    world.deliver()


def the_process_dies_at_the_call(world: World) -> None:
    """The page is made there, and nobody is left who waits for it; the patient does not return."""
    real, deaths = world.till.gateway.start_checkout, iter([Crash()])

    def dying(**wanted: Any) -> Any:
        page = real(**wanted)
        for death in deaths:
            raise death
        return page

    world.patch.setattr(world.till.gateway, "start_checkout", dying)
    with suppress(Crash):
        world.till.start()
    for _ in range(2):
        world.pass_time(hours=1)
        world.sweep()
