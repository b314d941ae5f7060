"""Hundreds of days of many accounts: no contact, draft or placement that the rules forbid, and each no with its rules (CORE-5, CORE-6).

`KINDBILL_COLLECT_ACCOUNTS`, `_DAYS`, `_EVERY`, `_RATE` (of a thousand accounts, how many have an event on a day) and `_SEED` tell a longer story; `make collections` tells the longest.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from billing import gate, holds
from billing.holds import Action, Condition, Effect
from portal.services import ask_to_collect, draftable, tend_accounts
from tests.proof.collect_watch import Watch, watched

pytestmark = pytest.mark.usefixtures("database_url")
Patch = pytest.MonkeyPatch


def asked(name: str, default: int) -> int:
    return int(os.environ.get(f"KINDBILL_COLLECT_{name}", default))


def test_CORE_5_no_account_moves_a_step_unproven(tmp_path: Path) -> None:
    began = time.monotonic()
    watch = watched(
        asked("SEED", 4711),
        size=asked("ACCOUNTS", 24),
        days=asked("DAYS", 157),
        every=asked("EVERY", 6),
        rate=asked("RATE", 20) / 1000,
        home=tmp_path,
    )
    told = {
        "seconds": round(time.monotonic() - began),
        "done": watch.done,
        "people": watch.sim.counts,
        "stricter": watch.stricter,
        "broken": watch.broken[:20],
    }
    print(json.dumps(told, indent=1))
    assert watch.broken == []
    assert watch.untold() == []
    for what in ("statement", "final notice", "placement", "draft", "sms new_statement"):
        assert watch.done[what], f"nothing was proven of: {what}"


def short(home: Path, *, days: int, rate: float, size: int = 12, seed: int = 7) -> Watch:
    """A practice that opens once a month: each calendar step falls on a day on which it is open."""
    return watched(seed, size=size, days=days, every=30, home=home, rate=rate, eager=True)


def test_without_a_bug_the_same_days_are_clean(tmp_path: Path) -> None:
    watch = short(tmp_path, days=241, rate=0.006)
    assert watch.broken == []
    assert watch.done["day at an agency"]


def test_a_gate_that_overlooks_a_hold_is_seen(tmp_path: Path, monkeypatch: Patch) -> None:
    for condition in (Condition.ATTORNEY, Condition.BANKRUPTCY, Condition.DO_NOT_CONTACT):
        for action in (Action.STATEMENT, Action.REMINDER):
            monkeypatch.setitem(holds.MATRIX[condition], action, Effect.OK)
    watch = short(tmp_path, days=31, rate=0.03, size=30)
    assert any("statement of account" in one and "COLL-17" in one for one in watch.broken)


def test_a_gate_that_asks_for_no_call_and_no_screening_is_seen(
    tmp_path: Path, monkeypatch: Patch
) -> None:
    def lax(facts, at):  # type: ignore[no-untyped-def]  # as the one that it stands for
        return gate.missing_for_placement(facts, at) - {"COLL-5", "FA-8", "COLL-4"}

    monkeypatch.setitem(ask_to_collect.MISSING, Action.PLACEMENT, lax)
    watch = short(tmp_path, days=151, rate=0.0, size=8)
    assert any("placement of account" in one and "COLL-5" in one for one in watch.broken)


def test_an_agency_that_is_not_called_home_is_seen(tmp_path: Path, monkeypatch: Patch) -> None:
    monkeypatch.setattr(tend_accounts, "order_for", lambda *_said, **_more: None)
    watch = short(tmp_path, days=241, rate=0.006)
    assert any("day at an agency" in one for one in watch.broken)


def test_a_draft_that_asks_of_the_account_alone_is_seen(tmp_path: Path, monkeypatch: Patch) -> None:
    real = draftable.ask_gate

    def once(session, kinds, action, *, visit_id=None, **more):  # type: ignore[no-untyped-def]  # as above
        return real(session, kinds if visit_id is None else (), action, visit_id=visit_id, **more)

    monkeypatch.setattr(draftable, "ask_gate", once)
    watch = short(tmp_path, days=121, rate=0.06, size=30, seed=11)
    assert any("draft of account" in one for one in watch.broken)
