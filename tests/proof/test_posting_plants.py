"""Bugs planted in posting are seen by the oracle, and without them the very same worlds keep every law."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.exc import IntegrityError

from billing import entries, responsibility
from billing.ledger import Account
from billing.reversals import PriorDecision
from portal.services import judge_remittance, post_remittance
from tests.proof.posting_runner import run
from tests.proof.posting_world import Answer, Event, Said, Set, World

pytestmark = pytest.mark.usefixtures("database_url")
Patch = pytest.MonkeyPatch

FIRST = Answer("ICN1", {0: Said(30_000, 12_500, 7_500)})
SECOND = Answer("ICN2", {0: Said(6_500, 43_500)})
OTHER = Answer("ICN1", {0: Said(29_900, 12_500, 7_500, 100)})


def told(trace: str, *events: Event, payer: int = 0, plbs=()) -> Set:
    return Set(payer, trace, events, tuple(plbs), deposited=True)


def says(answer: Answer, *, kind: str = "answers", payer: int = 0) -> Event:
    return Event(kind, 0, payer, answer)


# posting.md's first fixture: the second plan repeats a discount; 10 more is posted, the patient owes nothing.
TWO_PLANS = World(
    ((50_000,),),
    (True,),
    (told("T1", says(FIRST)), told("T2", says(SECOND, payer=1), payer=1)),
)
ONE_PLAN = World(((50_000,),), (False,), (told("T1", says(FIRST)),))
UNLIKE = World(
    ((50_000,),),
    (False,),
    (told("T1", says(FIRST)), told("T2", says(OTHER, kind="wrong"), plbs=[("WO", "R1", -30_000)])),
)
PLBS = World(
    ((50_000,),),
    (False,),
    (told("T1", says(FIRST), plbs=[("L6", "", -300), ("WO", "R1", 200), ("CT", "", -100)]),),
)


def once(world: World) -> list[list[Set]]:
    return [[one] for one in world.sets]


def twice(world: World) -> list[list[Set]]:
    return [*once(world), list(world.sets)]


def printed_discount(patch: Patch) -> None:
    """A later plan's CO-45 is posted as it is printed."""
    patch.setattr(responsibility, "_is_later", lambda *_: False)


def forgotten_fingerprints(patch: Patch) -> None:
    """Nobody remembers which sets came in before."""
    patch.setattr(post_remittance._Seen, "add", lambda *_, **__: None)


def unchecked_reversal(patch: Patch) -> None:
    """A reversal takes back whatever stands, whatever amounts it names."""

    def first(_decision: object, _lines: object, priors: list[PriorDecision]) -> PriorDecision:
        return priors[0]

    patch.setattr(judge_remittance, "find_reversed", first)


def interest_as_debt(patch: Patch) -> None:
    """Interest is taken for a debt of ours."""
    patch.setitem(entries.PLB_ACCOUNTS, "L6", Account.PAYER_RECOUPMENT)


def turned_plb(patch: Patch) -> None:
    """What a payer kept is posted as what it gave."""
    right = entries.provider_adjustment

    def wrong(*, amount, **fields):
        return right(amount=-amount, **fields)

    patch.setattr(entries, "provider_adjustment", wrong)


PLANTS: tuple[tuple[Callable[[Patch], None], World, Callable], ...] = (
    (printed_discount, TWO_PLANS, once),
    (forgotten_fingerprints, ONE_PLAN, twice),
    (unchecked_reversal, UNLIKE, once),
    (interest_as_debt, PLBS, once),
    (turned_plb, PLBS, once),
)


@pytest.mark.parametrize(("plant", "world", "order"), PLANTS, ids=[p[0].__name__ for p in PLANTS])
def test_a_planted_bug_is_caught_and_its_world_is_fine_without_it(
    plant: Callable[[Patch], None],
    world: World,
    order: Callable,
    monkeypatch: Patch,
    worker_database,
) -> None:
    run(world, order(world))
    from portal import db

    engine = db.connect(worker_database.fresh())
    db.bind(engine)
    plant(monkeypatch)
    try:
        with pytest.raises((AssertionError, IntegrityError)):
            run(world, order(world))
    finally:
        engine.dispose()
