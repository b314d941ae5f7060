"""How a figure is taken and told: the median of a few runs, one JSON object a line."""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
from collections.abc import Callable

TINY = "--tiny" in sys.argv  # only to see that a benchmark works; its figures mean nothing


def size(full: int, tiny: int) -> int:
    return tiny if TINY else full


def rate(work: Callable[[], object], count: int, *, runs: int = 3) -> float:
    """How many a second `work` does when one call does `count`; the median of the runs."""
    return count / statistics.median(seconds(work) for _ in range(1 if TINY else runs))


def by_turns(
    ours: Callable[[], object], peer: Callable[[], object], *, runs: int = 3
) -> tuple[float, float]:
    """Seconds of both, the median of runs by turns: a busy moment of the machine meets both alike."""
    taken = [(seconds(ours), seconds(peer)) for _ in range(1 if TINY else runs)]
    return statistics.median(a for a, _ in taken), statistics.median(b for _, b in taken)


def seconds(work: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def tell(  # one line of the report
    name: str, value: float, unit: str, *, peer: str, peer_value: float, goal: float | None = None
) -> None:
    """`ratio` is how many times the peer's value ours is; `goal` is the ratio we aim at."""
    line = {
        "name": name,
        "value": _short(value),
        "unit": unit,
        "peer": peer,
        "peer_value": _short(peer_value),
        "ratio": _short(value / peer_value),
    }
    if goal is not None:
        line["goal"] = goal
    print(json.dumps(line), flush=True)


def _short(value: float) -> float:
    """Three figures: more would pretend that the machine is quiet."""
    return float(f"{value:.3g}")
