"""The same days and the same oracle as Hypothesis tells them: a story that fails is cut down to what made it fail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.proof.collect_run import laid
from tests.proof.collect_watch import Watch
from tests.proof.collect_world import EVENTS
from tests.sandbox_server import SandboxServer
from tests.services.statement_world import DAY

PEOPLE = 3
EAGER = ("bills", "drafts")
DICE = st.randoms(use_true_random=False)


class CollectMachine(RuleBasedStateMachine):
    """A few accounts, one event after the other, and days between them; `opens` gives each story a fresh database."""

    opens: ClassVar[Callable[[], tuple[Path, SandboxServer]]]
    found: ClassVar[list[str]]  # what the oracle said against any story

    @initialize()
    def open(self) -> None:
        home, sandbox = type(self).opens()
        self.watch: Watch = laid(5, size=PEOPLE, home=home, sandbox=sandbox, eager=EAGER)
        self.on = DAY
        self._live(0)

    def _live(self, days: int) -> None:
        self.on += timedelta(days=days)
        self.watch.one(self.on)

    @rule(
        event=st.sampled_from([name for name, _ in EVENTS]),
        who=st.integers(0, PEOPLE - 1),
        dice=DICE,
    )
    def happens(self, event: str, who: int, dice: Random) -> None:
        """Something happens in the morning, before the next day's run."""
        sim = self.watch.sim
        sim.dice = dice
        sim.happens(event, sim.accounts[who], self.on)
        self.watch.looked(self.on)

    @rule(days=st.sampled_from([1, 7, 31]), dice=DICE)
    def days_pass(self, days: int, dice: Random) -> None:
        """So many days on which nothing else happens, with a run at the end."""
        self.watch.sim.dice = dice
        self._live(days)

    @rule(dice=DICE)
    def the_season_passes(self, dice: Random) -> None:
        """Four months, month by month: every step of the calendar comes."""
        self.watch.sim.dice = dice
        for _ in range(4):
            self._live(30)

    @invariant()
    def nothing_is_broken(self) -> None:
        """The oracle says nothing against what was done, and the history tells why."""
        if hasattr(self, "watch"):
            type(self).found.extend(self.watch.broken)
            assert self.watch.broken == []

    def teardown(self) -> None:
        if hasattr(self, "watch"):
            assert self.watch.untold() == []
