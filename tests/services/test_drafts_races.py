"""Two at the same draft: a patient who stops it, another worker, and a worker that dies (PLAN-7)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from portal.db import read_only, transaction
from portal.jobs import schedule
from portal.models.drafts import Draft
from portal.models.payments import Payment
from portal.ports import PaymentFacts, SavedCharge
from portal.services import draft_payments
from tests.sandbox_server import SandboxServer
from tests.services.autopay_world import Payer, due_on, sweep
from tests.services.payment_laws import broken
from tests.services.till import open_till, open_tills

LATER_DECLINED, NO_MONEY, LOST = "4000000000000341", "4000000000009995", "4000000000009987"
ASKS = "4000002760003184"
BANK_OK, BANK_EMPTY, BANK_REVOKED = "000123456789", "000222222227", "000333333335"
INTENTS = {"method": "POST", "path": "/v1/payment_intents"}
OWED = 18_240


@pytest.fixture
def payer(database_url: str, sandbox: SandboxServer, now: datetime) -> Iterator[Payer]:
    schedule.register()
    sandbox.control("webhooks", mode="hold")
    yield Payer(open_till(sandbox, now))
    sandbox.control("reset")


def test_PLAN_7_stopped_until_it_is_claimed_and_never_drawn_after(payer: Payer) -> None:
    signed = due_on(payer, payer.save())
    payer.stop(signed)
    payer.stop(signed)
    assert (payer.draft().state, payer.draw().asked) == ("stopped", 0)
    assert payer.till.sandbox.charged() == 0
    assert payer.letters("autopay_stopped") == ["autopay_stopped"]


def test_PLAN_7_stop_against_draft_one_of_them_wins_whole(payer: Payer) -> None:
    """Again and again on one account, until it was drawn: paid, or stopped and never drawn."""
    card, seen = payer.save(), set()
    payer.till.now += timedelta(days=2)
    for _ in range(12):
        signed = payer.sign(card)
        payer.morning()
        draft = next(d for d in payer.drafts() if d.authorisation_id == signed)
        with transaction() as session:
            session.get_one(Draft, draft.id).next_try_on = payer.today
        before, start = payer.till.sandbox.charged(), threading.Barrier(2)

        def pressed(start: threading.Barrier = start, signed: int = signed) -> None:
            start.wait()
            payer.stop(signed)

        def drawn(start: threading.Barrier = start) -> None:
            start.wait()
            payer.draw()

        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(pressed), pool.submit(drawn)]:
                done.result()
        with read_only() as session:
            state = session.get_one(Draft, draft.id).state
        took = payer.till.sandbox.charged() - before
        seen.add(state)
        assert (state, took) in {("paid", OWED), ("stopped", 0)}
        if state == "paid":
            break
    assert seen


def test_two_workers_over_sixty_drafts_draw_none_twice(
    database_url: str, sandbox: SandboxServer, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft_payments, "BATCH", 7)
    sandbox.control("webhooks", mode="mute")
    payers = [
        Payer(till) for till in open_tills(sandbox, now, [f"p{n}@example.com" for n in range(60)])
    ]
    for payer in payers:
        payer.sign(payer.has_card())
    tended = payers[0]
    tended.till.now += timedelta(days=2)
    tended.morning()
    assert len(tended.drafts()) == 60
    with transaction() as session:
        session.execute(update(Draft).values(next_try_on=tended.today))
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(tended.draw) for _ in range(2)]
        asked = [run.result().asked for run in runs]
    assert sum(asked) == 60
    assert min(asked) > 0, "both had some of it"
    assert sandbox.charged() == 60 * OWED
    with read_only() as session:
        assert len(session.scalars(select(Payment.draft_id).distinct()).all()) == 60
    assert broken(tended.till) == []
    sandbox.control("reset")


class Killed(BaseException):
    """The machine is gone: nothing after this line runs."""


def test_a_worker_killed_mid_draft_loses_and_doubles_nothing(
    payer: Payer, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    due_on(payer, payer.save())
    gateway: Any = payer.till.gateway
    charge = type(gateway).charge_saved

    def dies_after(self: object, order: SavedCharge) -> PaymentFacts:
        charge(self, order)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(draft_payments, "claim_draft", lambda *_: (_ for _ in ()).throw(Killed()))
        with pytest.raises(Killed):
            payer.draw()
    assert payer.draw().asked == 0, "still leased by the dead one"
    payer.till.now += timedelta(minutes=6)
    with monkeypatch.context() as patch:
        patch.setattr(type(gateway), "charge_saved", dies_after)
        with pytest.raises(Killed):
            payer.draw()
    payer.till.now += timedelta(minutes=6)
    assert payer.draw().asked == 0, "it is claimed: only its own payment may ask again"
    sweep(payer, database_url)
    assert payer.draft().state == "paid"
    payer.till.agrees(OWED)
    assert broken(payer.till) == []
