"""Ask a demo to live through days to come, and see how far it is; the walk itself is the demo's own process."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from portal.services.refusal import Refusal

LONGEST = 120  # days of one walk


class CannotWalk(Refusal):
    """A walk is under way, or so many days are too many."""

    title = "The date was not moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """One walk, wanted, under way or over; days count from the day after `began_on`."""

    began_on: date
    days: int
    done: int = 0
    seconds: float = 0.0
    failed: str = ""

    @property
    def over(self) -> bool:
        return self.done >= self.days or bool(self.failed)


def last_walk(clock_file: Path) -> Walk | None:
    """The latest one, or None before the first."""
    try:
        kept = json.loads(_kept(clock_file).read_text())
    except FileNotFoundError:
        return None
    return Walk(**{**kept, "began_on": date.fromisoformat(kept["began_on"])})


def ask_walk(clock_file: Path, *, days: int, on: date) -> None:
    """Ask for it. Raises CannotWalk."""
    if not 1 <= days <= LONGEST:
        raise CannotWalk(f"Choose between 1 and {LONGEST} days.")
    before = last_walk(clock_file)
    if before and not before.over:
        raise CannotWalk("The demo is on its way to another day. Wait until it is there.")
    keep_walk(clock_file, Walk(began_on=on, days=days))


def keep_walk(clock_file: Path, walk: Walk, **changed: object) -> None:
    """Write it down, whole or not at all."""
    kept = asdict(replace(walk, **changed))  # type: ignore[arg-type]  # the fields' own names
    half = _kept(clock_file).with_suffix(".half")
    half.write_text(json.dumps({**kept, "began_on": walk.began_on.isoformat()}))
    half.replace(_kept(clock_file))


def _kept(clock_file: Path) -> Path:
    return clock_file.with_name("walk.json")
