"""Whatever payers send, in whatever order and however often: the books are what posting.md says, to the cent.

A few worlds in every test run, as many as asked for by KINDBILL_POSTING_WORLDS.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from portal import db
from portal.queries.ledger_proof import verify_ledger
from portal.services.post_remittance import post_remittance
from tests.conftest import NOW
from tests.proof.posting_oracle import most_ever
from tests.proof.posting_runner import Snapshot, lay, run, shuffled, snapshot
from tests.proof.posting_world import World, remittance, worlds
from tests.services.payer_voice import bill, written
from tests.worker_database import WorkerDatabase

WORLDS = int(os.environ.get("KINDBILL_POSTING_WORLDS", "6"))
ASKED_FOR_MORE = "KINDBILL_POSTING_WORLDS" in os.environ
PROFILE = settings(
    max_examples=WORLDS,
    deadline=None,
    derandomize=not ASKED_FOR_MORE,
    print_blob=True,
    # The first example that Hypothesis draws is the smallest; the story as found is replayed by its blob.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
    database=None,
)


class Databases:
    """Hands out an empty database, again and again."""

    def __init__(self, worker: WorkerDatabase) -> None:
        self.worker, self.engines = worker, []

    def fresh(self) -> None:
        self.close()
        self.engines = [db.connect(self.worker.fresh())]
        db.bind(self.engines[0])

    def close(self) -> None:
        for engine in self.engines:
            engine.dispose()


@pytest.fixture
def databases(worker_database: WorkerDatabase) -> Iterator[Databases]:
    found = Databases(worker_database)
    yield found
    found.close()


def test_OPS_9_any_remittances_in_any_interleaving_with_duplicates_give_the_same_books(
    databases: Databases,
) -> None:
    @PROFILE
    @given(worlds(), st.integers(0, 1_000_000))
    def tell(world: World, seed: int) -> None:
        databases.fresh()
        in_order = run(world, [[one] for one in world.sets])
        databases.fresh()
        assert run(world, shuffled(world, seed)) == in_order

    tell()


def test_STMT_2_out_of_any_order_the_payers_money_ties_and_no_patient_owes_more_than_pr(
    databases: Databases,
) -> None:
    """Causality broken: a reversal before its decision, the second plan before the first. Then suspense may differ,
    and what is left with the plans; never the payers' money, never beyond what some PR said."""

    @settings(PROFILE, max_examples=max(2, WORLDS // 3))
    @given(worlds(), st.integers(0, 1_000_000))
    def tell(world: World, seed: int) -> None:
        databases.fresh()
        visits = lay(world)
        sets = list(world.sets)
        Random(seed).shuffle(sets)
        for at in range(len(sets)):
            post_remittance(
                data=written(remittance(world, sets[at])), name="drawn.835", now=NOW, store=None
            )
            assert verify_ledger().ok
            assert _of(snapshot(), "payer_clearing") == sum(one.paid for one in sets[: at + 1])
            for place, visit_id in enumerate(visits):
                assert bill(visit_id).patient_due.cents <= most_ever(world, place)

    tell()


def _of(found: Snapshot, code: str) -> int:
    return sum(cents for key, cents in found.items() if key[0] == code)
