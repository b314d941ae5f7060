"""Each of I1 to I10 is broken on purpose, and says so: a law that cannot fail proves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from portal.adapters.stripe_payouts import StripePayouts
from portal.services.fetch_payouts import fetch_payouts
from tests.proof.invariants import Evidence, broken, judge, numbers
from tests.proof.our_books import Witness, _read
from tests.proof.provider_books import ProviderBooks, read_books
from tests.sandbox_server import KEY, SandboxServer
from tests.services.refund_desk import Desk, open_desk
from tests.services.till import open_till

DAY = 86_400
# What no code of ours can do: each as the database's owner would, with every trigger off.
PLANTED = {
    "I1 a leg is a cent short": (
        "UPDATE postings SET amount_cents = amount_cents - 1 WHERE id = (SELECT max(id) FROM postings)",
        "I1",
    ),
    "I2 an entry is gone": (
        "DELETE FROM journal_entries WHERE id = (SELECT entry_id FROM payments WHERE entry_id IS NOT NULL LIMIT 1)",
        "I2",
    ),
    "I2 an entry has another day": ("UPDATE journal_entries SET occurred_on = '2020-01-01'", "I2"),
    "I3 a charge is not posted": (
        "UPDATE journal_entries SET source_ref = 'elsewhere:' || source_ref WHERE kind = 'payment'",
        "I3",
    ),
    "I3 a charge is posted with another amount": (
        (
            "UPDATE postings SET amount_cents = amount_cents + 100 WHERE entry_id ="
            " (SELECT entry_id FROM payments WHERE entry_id IS NOT NULL LIMIT 1)"
        ),
        "I3",
    ),
    "I3 a refund is not posted": (
        "UPDATE journal_entries SET source_ref = 'elsewhere:' || source_ref WHERE kind = 'refund'",
        "I3",
    ),
    "I3 a dispute's fee is not posted": (
        "UPDATE journal_entries SET source_ref = 'elsewhere:' || source_ref WHERE kind = 'dispute_fee'",
        "I3",
    ),
    "I3 a payout is not posted": (
        "UPDATE journal_entries SET source_ref = 'elsewhere:' || source_ref WHERE source_ref LIKE 'stripe:po!_%' ESCAPE '!'",
        "I3",
    ),
    "I4 two payments of an account are live": (
        "DROP INDEX uq__payments__one_live; UPDATE payments SET state = 'processing'",
        "I4",
    ),
    "I5 a refund exceeds its payment": (
        "UPDATE refunds SET amount_cents = 999999",
        "I5",
    ),
    "I6 a split differs from its entry": (
        "UPDATE payment_allocations SET amount_cents = amount_cents + 1",
        "I6",
    ),
    "I6 a share stands on another account": (
        (
            "UPDATE postings SET guarantor_account_id = NULL WHERE entry_id ="
            " (SELECT entry_id FROM payments WHERE entry_id IS NOT NULL LIMIT 1)"
        ),
        "I6",
    ),
    "I7 a line of a payout is kept with another amount": (
        "UPDATE payout_lines SET net_cents = net_cents + 1",
        "I7",
    ),
    "I8 a payment stays submitting": (
        "UPDATE payments SET state = 'submitting' WHERE id = (SELECT min(id::text)::uuid FROM payments)",
        "I8",
    ),
    "I8 a refund stays submitting": ("UPDATE refunds SET state = 'submitting'", "I8"),
    "I8 an event is not handled": ("UPDATE inbound_events SET done_at = NULL", "I8"),
    "I8 an event has no outcome": ("UPDATE inbound_events SET outcome = ''", "I8"),
    "I9 a canceled payment has money": ("UPDATE payments SET state = 'canceled'", "I9"),
    "I9 a payment is not here": ("UPDATE payments SET id = gen_random_uuid()", "I9"),
    "I9 a refused refund was sent": ("UPDATE refunds SET state = 'refused'", "I9"),
    "I9 a refund is not here": ("UPDATE refunds SET id = gen_random_uuid()", "I9"),
    "I10 a payment that was answered is gone": ("DELETE FROM payments", "I10"),
    "I10 a refund that was answered is gone": ("DELETE FROM refunds", "I10"),
    "I10 a receipt is gone": ("UPDATE payments SET receipt_number = NULL", "I10"),
    "I10 an event that was taken is gone": ("DELETE FROM inbound_events", "I10"),
}


@pytest.fixture
def desk(database_url: str, sandbox: SandboxServer, now: datetime) -> Iterator[Desk]:
    """Two payments of which one is refunded in part and one disputed, all of it paid out to the bank."""
    sandbox.control("webhooks", mode="hold")
    desk = open_desk(open_till(sandbox, now))
    refunded, disputed = desk.paid(10_000), desk.paid(5_000)
    desk.refunded(refunded, 3_000)
    sandbox.control("dispute", charge=desk.till.payment(disputed).charge_id)
    for _ in range(2):
        sandbox.control("clock", advance=3 * DAY)
        sandbox.control("payout")
    desk.till.deliver(*sandbox.events())
    desk.till.now += timedelta(days=6)
    books = StripePayouts(secret_key=KEY, api_base=sandbox.url)
    fetch_payouts(books=books, now=desk.till.now)
    yield desk
    sandbox.control("reset")


def witness_of(desk: Desk) -> Witness:
    """Everything in this world was answered."""
    payments = desk.till.payments()
    return Witness(
        payments={p.id for p in payments},
        receipts={p.receipt_number or "" for p in payments},
        events={event.id for event in desk.till.sandbox.client.v1.events.list().data},
    )


def test_the_books_of_both_keep_every_law_and_each_planted_violation_is_named(
    desk: Desk, owner_engine: Engine
) -> None:
    till, witness = desk.till, witness_of(desk)
    assert broken(till.sandbox, now=till.now, witness=witness) == []
    theirs = read_books(till.sandbox)
    assert theirs.totals["refunded"] == 3_000
    assert len(theirs.disputes) == len(theirs.payouts) == 1
    with Session(owner_engine) as session:
        ours = _read(session, till.now.date())
        witness.refunds = {refund.id for refund in ours.refunds}
        missed = []
        for name, (sql, law) in PLANTED.items():
            session.execute(text("SET LOCAL session_replication_role = replica"))
            for statement in sql.split("; "):
                done = session.execute(text(statement))
            assert done.rowcount, name
            found = judged(desk, theirs, witness, session)
            missed += [] if law in numbers(found) else [(name, found)]
            session.rollback()
            session.expunge_all()
        assert missed == []
    assert broken(till.sandbox, now=till.now, witness=witness) == [], "nothing planted is left"


def judged(desk: Desk, theirs: ProviderBooks, witness: Witness, session: Session) -> list[str]:
    later = desk.till.now + timedelta(hours=2)
    evidence = Evidence(
        theirs=theirs,
        ours=_read(session, desk.till.now.date()),
        witness=witness,
        now=later,
        settled=True,
    )
    return judge(evidence)


def test_each_violation_in_the_providers_books_is_named(desk: Desk, owner_engine: Engine) -> None:
    theirs, witness = read_books(desk.till.sandbox), Witness()
    charge, refund = deepcopy(theirs.paid[0]), deepcopy(theirs.refunds[0])
    charge["id"] = "ch_again"
    refund["id"] = "re_again"
    intent = next(i for i in theirs.intents if i.status == "succeeded")
    page, foreign = deepcopy(theirs.pages[0]), deepcopy(intent)
    foreign["metadata"] = {"payment": str(uuid4())}
    twice = {"refunds": [*theirs.refunds, refund]}
    for law, change in (
        ("I3", {"charges": [*theirs.charges, charge]}),
        ("I3", {"disputes": []}),
        ("I4", {"intents": [*theirs.intents, intent]}),
        ("I4", {"pages": [*theirs.pages, page]}),
        ("I4", twice),
        ("I5", {"refunds": [*theirs.refunds, *[refund] * 3]}),
        ("I5", {"charges": [*theirs.charges, *[charge] * 4]}),
        ("I6", twice),
        ("I7", {"totals": {**theirs.totals, "balance": theirs.totals["balance"] + 1}}),
        ("I7", {"lines": [line for line in theirs.lines if line.reporting_category != "charge"]}),
        ("I9", {"intents": [*theirs.intents, foreign]}),
    ):
        with Session(owner_engine) as session:
            found = judged(desk, replace(theirs, **change), witness, session)
        assert law in numbers(found), (change.keys(), found)
