"""A database server of one test alone, which may be shut down in the middle of everything."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config

from portal.config import CHECKOUT
from portal.embedded import EmbeddedServer

RECOVERED = "automatic recovery in progress"


class OwnServer:
    """Started, migrated, crashed and removed."""

    def __init__(self) -> None:
        # Not pytest's own folder: the embedded server's user may not enter it.
        self.home = Path(tempfile.mkdtemp(prefix="kindbill-own-", dir="/tmp"))
        self.home.chmod(0o755)
        self.server = EmbeddedServer(self.home)
        self.url = self.server.url
        config = Config(CHECKOUT / "alembic.ini")
        config.set_main_option("script_location", str(CHECKOUT / "migrations"))
        config.attributes["url"] = self.url
        command.upgrade(config, "head")

    def crash(self) -> None:
        """An immediate shutdown: no checkpoint, every connection cut; then started again."""
        process = self.server._server.get_postmaster_info().process
        assert process is not None
        os.kill(process.pid, signal.SIGQUIT)
        process.wait(10)
        self.server._server.ensure_postgres_running()

    def recoveries(self) -> int:
        """How often the server had to recover from its log, by its own words."""
        return (self.home / "postgres" / "log").read_text().count(RECOVERED)

    def remove(self) -> None:
        self.server.stop()
        shutil.rmtree(self.home, ignore_errors=True)
