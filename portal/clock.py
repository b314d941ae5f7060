"""The one place that looks at the machine's clock; a demo may move ours on, a practice with real keys never.

`KINDBILL_CLOCK_FILE` names a file with the seconds by which our clock is ahead. Every process of a demo reads it, so
that web, worker and commands live on the same day. Without the variable our clock is the machine's.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path

CLOCK_FILE = "KINDBILL_CLOCK_FILE"


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC) + ahead()


def ahead() -> timedelta:
    """By how much our clock is before the machine's; zero outside of a demo."""
    path = os.environ.get(CLOCK_FILE)
    if not path:
        return timedelta(0)
    try:
        return timedelta(seconds=int(Path(path).read_text()))
    except FileNotFoundError:
        return timedelta(0)


def on_the_machine(moment: datetime) -> datetime:
    """What the machine's clock shows when ours shows `moment`; the database's is the machine's."""
    return moment - ahead()


def set_ahead(by: timedelta) -> None:
    """Move the clock of every process of this demo. Raises KeyError outside of one."""
    path = Path(os.environ[CLOCK_FILE])
    half = path.with_suffix(".half")
    half.write_text(str(ceil(by.total_seconds())))
    half.replace(path)
