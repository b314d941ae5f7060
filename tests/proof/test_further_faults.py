"""Faults that come late or from below: a debit returned after its payout, a full disk, a remittance cut off half-way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import DBAPIError

from billing.ledger import Account
from portal.adapters.stripe_payouts import StripePayouts
from portal.db import read_only
from portal.jobs import schedule
from portal.models.remittances import RemittanceRow
from portal.queries.ledger_proof import verify_ledger
from portal.services.fetch_payouts import fetch_payouts
from portal.services.post_remittance import post_remittance
from tests.conftest import NOW
from tests.mutations.world import Crash
from tests.proof.fuse import Fuse
from tests.sandbox_server import KEY, SandboxServer
from tests.services.payer_voice import Payer, book, clp, svc, total
from tests.services.payment_laws import broken
from tests.services.till import Till, open_till

BANK_OK = "000123456789"
# Where the disk is full: while the row is written, or only when the transaction ends.
FULL = ("payments", "journal_entries", "payment_allocations", "inbound_events")


@pytest.fixture
def till(database_url: str, sandbox: SandboxServer, now: datetime) -> Iterator[Till]:
    schedule.register()
    sandbox.control("webhooks", mode="hold")
    yield open_till(sandbox, now)
    sandbox.control("reset")


def days(till: Till, number: int) -> None:
    till.sandbox.control("clock", advance=number * 86_400)
    till.now += timedelta(days=number)


def test_a_debit_that_comes_back_after_it_was_paid_out(till: Till) -> None:
    """The money is at the practice's bank by then: the card company holds less than nothing, and the bills are due."""
    started = till.start()
    till.sandbox.pay(started.checkout_url or "", "", account=BANK_OK)
    days(till, 5)
    till.look(started.payment_id)
    till.agrees(18_240)
    days(till, 3)
    till.sandbox.control("payout")
    days(till, 3)
    books = StripePayouts(secret_key=KEY, api_base=till.sandbox.url)
    assert fetch_payouts(books=books, now=till.now).posted == 1
    assert (total(Account.STRIPE_CLEARING), broken(till)) == (0, [])
    till.sandbox.control("dispute", charge=till.payment(started.payment_id).charge_id)
    till.deliver(*till.sandbox.events())
    assert total(Account.STRIPE_CLEARING) == -18_240 - 1_500
    assert (till.due(), broken(till)) == (18_240, [])


@pytest.mark.parametrize("moment", ["INITIALLY IMMEDIATE", "INITIALLY DEFERRED"])
def test_a_full_disk_stops_everything_and_loses_nothing(
    till: Till, owner_engine: Engine, moment: str
) -> None:
    """The database answers as it does when it has no room (53100), to the statement or to the commit.

    The error is the server's own, raised by a trigger: filling a real disk would take the machine along.
    """
    taken = 0
    for table in FULL:
        with owner_engine.begin() as owner:
            owner.execute(text(NO_ROOM))
            owner.execute(
                text(
                    f"CREATE CONSTRAINT TRIGGER no_room AFTER INSERT ON {table} DEFERRABLE {moment}"
                    " FOR EACH ROW EXECUTE FUNCTION no_room()"
                )
            )
        payment_id = uuid4()
        with suppress(DBAPIError):
            pay(till, payment_id)
        with suppress(DBAPIError):
            till.deliver(*till.sandbox.events())
        assert till.taken() <= till.sandbox.charged(), table
        with owner_engine.begin() as owner:
            owner.execute(text(f"DROP TRIGGER no_room ON {table}"))
        pay(till, payment_id)
        till.deliver(*till.sandbox.events())
        taken += 700
        assert (till.sandbox.charged(), broken(till)) == (taken, []), table


NO_ROOM = """
    CREATE OR REPLACE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$"""


def pay(till: Till, payment_id: object) -> None:
    started = till.start(till.choose("own_amount", 700), payment_id)  # type: ignore[arg-type]
    if started.checkout_url:
        till.sandbox.pay(started.checkout_url)
    till.look(started.payment_id)


@pytest.mark.usefixtures("database_url")
def test_a_remittance_cut_off_at_every_commit_is_finished_by_the_same_file() -> None:
    """Two claims in one file; killed before and after each commit, then posted again: each claim once."""
    with book() as found:
        found.practice()
        payer_row, visits = found.payer(), []
        for _ in range(40):
            patient = found.patient(found.account())
            coverage = found.coverage(patient, payer_row)
            visit, charges = found.visit(patient, [10_000])
            found.claim(visit, charges, payer_row, coverage_id=coverage.id)
            visits.append(visit)
    payer, length = Payer(), 0
    with Fuse().laid() as fuse:
        while True:
            pair = [visits.pop(), visits.pop()]
            data = payer.data(*(clp(v.control_number, svc("99213", 100, "PR-1 20")) for v in pair))
            fuse.light(length)
            with suppress(Crash):
                post_remittance(data=data, name="half.835", now=NOW, store=None)
            died = fuse.left is None
            fuse.light(None)
            report = post_remittance(data=data, name="half.835", now=NOW, store=None)
            assert report.status in {"posted", "duplicate"}, report
            assert verify_ledger().ok
            length += 1
            assert total(Account.PAYER_CLEARING) == 16_000 * length, f"killed at {length - 1}"
            if not died:
                break
    assert length >= 3, "it has commits to be killed at"
    with read_only() as session:
        posted = select(func.count()).select_from(RemittanceRow)
        assert session.scalar(posted.where(RemittanceRow.status == "posted")) == length
