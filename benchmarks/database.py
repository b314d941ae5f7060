"""A database of its own for one benchmark: the embedded server, migrated, and gone afterwards.

`--on URL` names an empty, migrated one that is there already, for a tiny run: to see that a benchmark works, nobody
needs to see another time that the tables are made.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from alembic import command
from alembic.config import Config

from benchmarks.measure import TINY
from portal import db
from portal.collector import search_seldom
from portal.embedded import EmbeddedServer

CHECKOUT = Path(__file__).resolve().parent.parent
GIVEN = sys.argv[sys.argv.index("--on") + 1] if TINY and "--on" in sys.argv else ""


@contextmanager
def empty_practice() -> Iterator[tuple[str, Path]]:
    """The owner's URL of a migrated database that `portal.db` is bound to, and its home folder."""
    # Its name must be short, and the server's user may not enter every temporary folder.
    home = Path(tempfile.mkdtemp(prefix="kindbill-bench-", dir="/tmp"))
    home.chmod(0o755)
    try:
        with nullcontext(GIVEN) if GIVEN else migrated(home) as url:
            engine = db.connect(url)
            db.bind(engine)
            search_seldom()  # as every process of ours does
            yield url, home
            engine.dispose()
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def migrated(home: Path) -> Iterator[str]:
    """A server of this home with every table, stopped afterwards."""
    server = EmbeddedServer(home)
    try:
        config = Config(CHECKOUT / "alembic.ini")
        config.set_main_option("script_location", str(CHECKOUT / "migrations"))
        config.attributes["url"] = server.url
        command.upgrade(config, "head")
        yield server.url
    finally:
        server.stop()
