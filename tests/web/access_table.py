"""How a table of who gets which answer is written, and read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

DENIED = frozenset("snrcbpk")
WRITTEN_DOWN = frozenset("nr")  # in the audit trail, unless the route is everybody's


@dataclass(frozen=True)
class Table:
    """For each method and route, the letter of each actor."""

    actors: tuple[str, ...]
    rows: Mapping[tuple[str, str], Mapping[str, str]]


def table(actors: str, lines: str) -> Table:
    names, rows = tuple(actors.split()), {}
    for line in lines.splitlines():
        if not line.strip() or line.strip().startswith("#"):
            continue
        before, methods, path = re.split(r" +(GET,POST|GET|POST) +", line.strip())
        letters = before.split()
        letters = letters * len(names) if len(letters) == 1 else letters
        for method in methods.split(","):
            assert (method, path) not in rows, f"{method} {path} stands in the table twice"
            rows[method, path] = dict(zip(names, letters, strict=True))
    return Table(names, rows)


def with_code(rules: Table, actor: str, lines: str) -> Table:
    """Somebody who typed a code: a stranger everywhere but on the pages of these lines."""
    own = table(actor, lines).rows
    assert set(own) <= set(rules.rows)
    rows = {
        route: {**row, actor: row["nobody"], **own.get(route, {})}
        for route, row in rules.rows.items()
    }
    return Table((*rules.actors, actor), rows)
