"""What of a block is free: the gaps between visits, for people who look at a whole day at once (SCH-2)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from billing.free_times import Range


def gaps(
    block: Range, *, capacity: int, busy: Sequence[Range], away: Sequence[Range]
) -> tuple[Range, ...]:
    """The stretches of the block in which one more could be seen, each as long as it goes, in order.

    `capacity` is how many are seen at one time; in `away` nobody is.
    """
    first, last = block
    edges = {first, last}
    for start, end in (*busy, *away):
        edges |= {edge for edge in (start, end) if first < edge < last}
    points = sorted(edges)
    found: list[Range] = []
    for start, end in pairwise(points):
        if any(a < end and b > start for a, b in away):
            continue
        if sum(a < end and b > start for a, b in busy) >= capacity:
            continue
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return tuple(found)
