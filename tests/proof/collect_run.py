"""Lays a practice, and lets its days be lived and watched."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from portal.queries.esign_words import sample_words
from tests.proof.collect_watch import Watch
from tests.proof.collect_world import Sim
from tests.sandbox_server import SandboxServer
from tests.services.statement_world import Office


class Printer:
    """A page that says nothing: what is on paper has tests of its own."""

    def __init__(self, page: bytes) -> None:
        self.page = page

    def print(self, _layout: str, _data: object) -> bytes:
        return self.page


def watched(seed: int, *, days: int, **laying: Any) -> Watch:
    """A whole run."""
    watch = laid(seed, **laying)
    watch.live(days)
    return watch


def laid(
    seed: int,
    *,
    size: int,
    home: Path,
    sandbox: SandboxServer | None = None,
    rate: float = 0.0,
    every: int = 1,
    eager: Collection[str] = (),
    **world: Any,
) -> Watch:
    """Every account with its first bill, before its first day."""
    sim = Sim(seed, size, sandbox, **world)
    sim.lay()
    office = Office(home)
    office.printer = Printer(office.printer.print("sample", SAMPLE))  # type: ignore[assignment]  # prints
    return Watch(sim, office, rate, every=every, eager=eager)


SAMPLE = {**sample_words("en"), "language": "en", "practice": "Sample", "code": "000 000"}
