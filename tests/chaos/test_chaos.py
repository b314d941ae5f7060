"""The short chaos of every test run: real processes, killed in the middle; `make chaos` runs the long one."""

from __future__ import annotations

import os

from tests.chaos.run import DRAFTS, run

SEED = int(os.environ.get("KINDBILL_CHAOS_SEED", "20261126"))
SECONDS = 24
PAUSE = (2.0, 4.0)  # between two kills


def test_nothing_is_lost_and_nothing_charged_twice_whatever_dies() -> None:
    report = run(seed=SEED, seconds=SECONDS, patients=4, pause=PAUSE)
    print("\n".join(report.lines()))
    assert report.broken == [], report.lines()
    assert report.surprises == [], report.lines()
    assert report.payments.get("succeeded", 0) >= 5, report.lines()
    assert report.drafts == {"paid": DRAFTS}, report.lines()
    assert sum(report.kills.values()) + report.recoveries >= 3, report.lines()
