"""The day's dunning killed at every commit, one after the other: no step is skipped, none is taken twice (STMT-10, COLL-4)."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from portal import db
from portal.models.gate import CollectionProof, DunningStep
from portal.models.notices import Notice
from portal.models.work import WorkItem
from portal.services.deliver_statements import deliver_statements
from portal.services.send_notices import send_notices
from portal.services.walk_dunning import walk_dunning
from tests.mutations.world import Crash
from tests.proof.collect_run import SAMPLE, Printer
from tests.proof.fuse import Fuse
from tests.services.placement_world import agency
from tests.services.statement_world import DAY, Office, after, cut, later, noon, world

pytestmark = pytest.mark.usefixtures("database_url")
MOST = 16  # a day of one account has fourteen boundaries: the last days are not killed


def tell(office: Office, on: date) -> None:
    cut(on)
    deliver_statements(on=on, now=noon(on), shop=office, folder=office.outbox / str(on))


def dun(office: Office, on: date) -> None:
    """The steps that became due, and the letters that they ask for."""
    walk_dunning(on=on, now=noon(on), public_url="http://localhost:8000")
    send_notices(on=on, now=noon(on), shop=office, folder=office.outbox / str(on))


def lay(office: Office) -> list[int]:
    """An account a day: each has its ninetieth day alone, with four statements."""

    def hire(w):  # type: ignore[no-untyped-def]  # a world
        row = agency(w)
        row.approved_by_id, row.approved_at = row.added_by_id, noon(DAY)

    world(hire)
    accounts = []
    for number in range(MOST):
        visit, *_ = later(lambda w: w.owed(120_00))
        accounts.append(visit.guarantor_account_id)
        tell(office, after(number))
    for start in (30, 60):
        for number in range(MOST):
            tell(office, after(start + number))
    return accounts


def test_STMT_10_a_day_killed_at_every_commit_neither_skips_nor_repeats_a_step(
    tmp_path: Path,
) -> None:
    office = Office(tmp_path)
    office.printer = Printer(office.printer.print("sample", SAMPLE))  # type: ignore[assignment]  # prints
    accounts = lay(office)
    killed = []
    with Fuse().laid() as fuse:
        for number in range(MOST):
            on = after(90 + number)
            tell(office, on)
            fuse.light(number)
            with suppress(Crash):
                dun(office, on)
                killed.append(fuse.passed)
            fuse.light(None)
            dun(office, on)
            dun(office, on)
    assert killed, "every boundary of the day was tried"
    assert len(killed) <= MOST - 10, "ten of them at least killed"
    with db.read_only() as session:
        steps = Counter(session.execute(select(DunningStep.guarantor_account_id, DunningStep.step)))
        items = Counter(session.execute(select(WorkItem.guarantor_account_id, WorkItem.kind)))
        letters = session.scalars(select(Notice).where(Notice.kind == "final_notice")).all()
        proofs = Counter(session.scalars(select(CollectionProof.guarantor_account_id)))
    once = dict.fromkeys(accounts, 1)
    for step in ("screening", "oral_attempt", "final_notice"):
        assert {a: n for (a, s), n in steps.items() if s == step} == once
    for kind in ("screen_for_help", "tell_of_help"):
        assert {a: n for (a, k), n in items.items() if k == kind} == once
    assert Counter(one.guarantor_account_id for one in letters) == once
    assert {one.state for one in letters} == {"sent"}
    for number, account in enumerate(accounts):
        [letter] = [one for one in letters if one.guarantor_account_id == account]
        assert letter.sent_on == DAY + timedelta(days=90 + number)
    assert proofs == once
