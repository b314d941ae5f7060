"""Lays a drawn world in an empty database, posts its sets in some order, and compares every balance with the oracle's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from random import Random
from uuid import uuid4

from sqlalchemy import case, func, select

from billing.money import Money
from portal.db import read_only
from portal.models.accounts import Payer
from portal.models.claims import Charge, Visit
from portal.models.ledger import LedgerAccount, PostingRow
from portal.queries.ledger_proof import verify_ledger
from portal.services.enter_deposit import enter_deposit
from portal.services.post_remittance import post_remittance
from tests.conftest import NOW
from tests.proof.posting_oracle import Books
from tests.proof.posting_world import PAYERS, Set, World, control_number, remittance
from tests.services.payer_voice import bill, book, dispositions, staff, written

Snapshot = dict[tuple[object, ...], int]
SIGNED = case((PostingRow.side == "debit", PostingRow.amount), else_=-PostingRow.amount)


def lay(world: World) -> list[int]:
    """The practice, its payers, and each visit with its claims; the ids of the visits."""
    ids = []
    with book() as found:
        found.practice()
        first, second = (found.payer(name, tax_id) for name, tax_id in PAYERS)
        for at, billed in enumerate(world.billed):
            patient = found.patient(found.account())
            visit, charges = found.visit(patient, list(billed), control_number=control_number(at))
            found.claim(visit, charges, first)
            if world.second[at]:
                found.claim(visit, charges, second, "S")
            ids.append(visit.id)
    staff()
    return ids


def run(world: World, batches: Sequence[Sequence[Set]]) -> Snapshot:
    """Post these files one after another, prove the books after each, and say what they hold."""
    visits, books = lay(world), Books(world)
    for batch in batches:
        report = post_remittance(
            data=written(*(remittance(world, one) for one in batch)),
            name="drawn.835",
            now=NOW,
            store=None,
        )
        expected = [words for one in batch for words in books.post(one)]
        assert dispositions(report) == expected, (dispositions(report), expected)
        proof = verify_ledger()
        assert proof.ok, proof.to_json()
        for one in batch:
            if one.deposited and one.paid > 0 and one.trace not in books.at_bank:
                deposit(one)
                books.deposit(one)
        compare(world, visits, books)
    return snapshot()


def deposit(one: Set) -> None:
    """The bank shows the money of this set."""
    entered = enter_deposit(
        form_id=uuid4(),
        deposited_on=NOW.date(),
        amount=Money(one.paid),
        trace=one.trace,
        staff=staff(),
        on=NOW.date(),
        now=NOW,
    )
    assert entered.matched == "remittance"


def compare(world: World, visits: Sequence[int], books: Books) -> None:
    """Account by account, line by line, and what each patient is asked for."""
    found = snapshot()
    totals: dict[str, int] = defaultdict(int)
    lines: dict[tuple[int, int, str], int] = defaultdict(int)
    numbers = {control_number(at): at for at in range(len(visits))}
    for (code, number, line, *_), cents in found.items():
        totals[str(code)] += cents
        if isinstance(line, int) and code not in {"charges", "payer_clearing"}:
            lines[numbers[str(number)], line - 1, str(code)] += cents
    assert {code: cents for code, cents in totals.items() if cents} == books.totals()
    assert {key: cents for key, cents in lines.items() if cents} == books.by_line()
    for at, visit_id in enumerate(visits):
        assert bill(visit_id).patient_due == Money(books.may_owe(at)), "patient share = PR only"


def snapshot() -> Snapshot:
    """Debits less credits by account, visit, line, payer and reference."""
    keys = (
        LedgerAccount.code,
        Visit.control_number,
        Charge.line_number,
        Payer.name,
        PostingRow.reference,
    )
    query = (
        select(*keys, func.sum(SIGNED).label("net"))
        .select_from(PostingRow)
        .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
        .outerjoin(Visit, Visit.id == PostingRow.visit_id)
        .outerjoin(Charge, Charge.id == PostingRow.charge_id)
        .outerjoin(Payer, Payer.id == PostingRow.payer_id)
        .group_by(*keys)
    )
    with read_only() as session:
        return {tuple(row[:-1]): row.net.cents for row in session.execute(query) if row.net}


def shuffled(world: World, seed: int) -> list[list[Set]]:
    """Another order that keeps what is told of each visit in its order; files overlap, and some come twice.

    Told of one visit, order matters and must: a second plan's answer before the first's waits in suspense, and of two
    decisions the one that comes first stands. Sets that share no visit may come in any order, of one payer or of two.
    """
    random = Random(seed)
    left, done, batches = list(world.sets), [], []
    while left:
        ready = [
            one
            for at, one in enumerate(left)
            if not any(one.visits & earlier.visits for earlier in left[:at])
        ]
        one = random.choice(ready)
        left.remove(one)
        again = [random.choice(done)] if done and random.random() < 0.4 else []
        batches.append([*again, one] if random.random() < 0.5 else [one, *again])
        done.append(one)
    return [*batches, done]
