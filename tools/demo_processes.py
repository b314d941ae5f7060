"""The demo's child processes: started with their logs, watched, and stopped with all of their children."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

from portal.config import CHECKOUT, ConfigurationError

PATIENCE = 60.0  # seconds for a process to answer
GRACE = 10.0  # seconds for a process to stop by itself


class ProcessFailed(ConfigurationError):
    """A child ended, or never answered; its log says why."""


class Processes:
    """A context in which children run, each in a group of its own, so that Ctrl-C reaches us alone."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        self._logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for process in reversed(self._running.values()):
            self._signal(process, signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        for process in reversed(self._running.values()):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            self._signal(process, signal.SIGKILL)  # and what it left behind in its group
            process.wait()

    def start(self, name: str, *arguments: str) -> None:
        """Run our own Python with these arguments; what it prints goes to logs/NAME.log."""
        with (self._logs / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=CHECKOUT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_for(self, url: str, name: str) -> None:
        """Wait until the address answers without an error."""
        deadline = time.monotonic() + PATIENCE
        while True:
            self._check(name)
            try:
                with urllib.request.urlopen(url, timeout=5) as answer:
                    answer.read()
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
                if time.monotonic() > deadline:
                    raise ProcessFailed(
                        f"{url} does not answer ({error}): {self._why(name)}"
                    ) from error
            time.sleep(0.1)

    def watch(self) -> None:
        """Return never, unless a child ends."""
        while True:
            for name in self._running:
                self._check(name)
            time.sleep(0.5)

    def _check(self, name: str) -> None:
        if self._running[name].poll() is not None:
            raise ProcessFailed(f"The {name} process ended: {self._why(name)}")

    def _why(self, name: str) -> str:
        log = self._logs / f"{name}.log"
        last = log.read_text(errors="replace").splitlines()[-12:]
        return "\n".join([f"see {log}", *last])

    @staticmethod
    def _signal(process: subprocess.Popen[bytes], number: int) -> None:
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            return


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def refuse_taken_ports(*ports: int) -> None:
    """Say at once that a port is taken, and how to choose another."""
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                raise ConfigurationError(
                    f"Port {port} is taken: stop what runs there, or choose another with KINDBILL_PORT."
                ) from None
