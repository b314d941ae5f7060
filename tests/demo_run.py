"""A demo of its own for tests: own home, own ports, started as `make demo` starts it and stopped as Ctrl-C does."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from portal.embedded import EmbeddedServer

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 420.0  # two cores may be busy with other tests


class DemoRun:
    """One home folder in which the demo can be started more than once."""

    def __init__(self) -> None:
        # Not pytest's own folder: the embedded server's user may not enter it.
        self.home = Path(tempfile.mkdtemp(prefix="kindbill-demo-", dir="/tmp"))
        self.home.chmod(0o755)
        self.port, self.sandbox_port = free_port(), free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.addresses: dict[str, Any] = {}

    def start(self) -> float:
        """Start and wait for demo.json; the seconds it took."""
        started = time.monotonic()
        self.process = self.command()
        while not (self.home / "demo.json").exists():
            if self.process.poll() is not None or time.monotonic() - started > PATIENCE:
                raise AssertionError(f"the demo did not start:\n{self.printed()}")
            time.sleep(0.1)
        self.addresses = json.loads((self.home / "demo.json").read_text())
        return time.monotonic() - started

    def command(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Run tools.demo in this home."""
        with (self.home / "printed").open("ab") as out:
            return subprocess.Popen(
                [sys.executable, "-m", "tools.demo", *arguments],
                cwd=ROOT,
                env=self.environment(),
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def environment(self) -> dict[str, str]:
        """Our environment without what other tests set, with this home and these ports."""
        kept = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("KINDBILL_", "STRIPE_", "TWILIO_"))
        }
        return {
            **kept,
            "KINDBILL_HOME": str(self.home),
            "KINDBILL_PORT": str(self.port),
            "KINDBILL_SANDBOX_PORT": str(self.sandbox_port),
        }

    def forget_codes(self, email: str) -> None:
        """As if the half minute were over in which somebody's last code counted."""
        server = EmbeddedServer(self.home)  # the demo's own, which stays up
        with psycopg.connect(server.url) as owner:
            owner.execute("UPDATE logins SET totp_last_counter = 0 WHERE email = %s", (email,))

    def portal(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the application on this home."""
        return subprocess.run(
            [sys.executable, "-m", "portal", *arguments],
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    def stop(self, number: int = signal.SIGINT) -> int:
        """Stop it as a person would; its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(60)

    def printed(self) -> str:
        """Everything it said."""
        return (self.home / "printed").read_text(errors="replace")

    def left_running(self) -> list[str]:
        """Processes that still have this home in their command or environment."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                told = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            except OSError:
                continue
            if str(self.home).encode() in told and int(entry.name) != os.getpid():
                found.append(told.split(b"\0\0")[0].replace(b"\0", b" ").decode()[:200])
        return found

    def remove(self) -> None:
        """Stop what runs and delete the home."""
        if self.process is not None and self.process.poll() is None:
            self.stop(signal.SIGTERM)
        shutil.rmtree(self.home, ignore_errors=True)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
