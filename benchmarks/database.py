"""A database of its own for one benchmark: the embedded server, migrated, and gone afterwards."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config

from portal import db
from portal.collector import search_seldom
from portal.embedded import EmbeddedServer

CHECKOUT = Path(__file__).resolve().parent.parent


@contextmanager
def empty_practice() -> Iterator[tuple[str, Path]]:
    """The owner's URL of a migrated database that `portal.db` is bound to, and its home folder."""
    # Its name must be short, and the server's user may not enter every temporary folder.
    home = Path(tempfile.mkdtemp(prefix="kindbill-bench-", dir="/tmp"))
    home.chmod(0o755)
    server = EmbeddedServer(home)
    try:
        config = Config(CHECKOUT / "alembic.ini")
        config.set_main_option("script_location", str(CHECKOUT / "migrations"))
        config.attributes["url"] = server.url
        command.upgrade(config, "head")
        engine = db.connect(server.url)
        db.bind(engine)
        search_seldom()  # as every process of ours does
        yield server.url, home
        engine.dispose()
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
