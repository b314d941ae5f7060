"""Everything that runs in earnest: PostgreSQL, web, workers and the card company, each of which can be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import requests
import stripe

from portal.config import CHECKOUT, Settings
from tests.own_server import OwnServer
from tests.sandbox_server import KEY, SECRET, SandboxServer, free_port

PATIENCE = 90.0  # a busy machine starts a process slowly


@dataclass
class Program:
    """One program of ours in a group of its own: started, killed without a word, started again."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    answers_at: str = ""  # an address, when it serves
    kills: int = 0
    process: subprocess.Popen[bytes] | None = None
    alone: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=CHECKOUT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Until it answers."""
        deadline = time.monotonic() + PATIENCE
        while self.answers_at and time.monotonic() < deadline:
            with suppress(requests.RequestException):
                requests.get(self.answers_at, timeout=5)
                return
            assert self.process is not None
            assert self.process.poll() is None, f"{self.name} ended: {self.log.read_text()[-2000:]}"
            time.sleep(0.05)
        assert not self.answers_at, f"{self.name} does not answer"

    def kill(self) -> None:
        """SIGKILL to the whole group, in the middle of whatever it does."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)

    def kill_and_start(self) -> None:
        with self.alone:
            self.kill()
            self.kills += 1
            self.start()
            self.wait()


class Stage:
    """One practice with everything it needs, on ports and a database of its own."""

    def __init__(self, workers: int = 2, *, planted: bool = False) -> None:
        self.database = OwnServer()
        web_port, sandbox_port, smtp_port = free_port(), free_port(), free_port()
        self.web_url = f"http://localhost:{web_port}"
        self.sandbox = SandboxServer(f"http://127.0.0.1:{sandbox_port}", smtp_port)
        home = self.database.home
        given = {
            "KINDBILL_HOME": str(home),
            "KINDBILL_DATABASE_URL": self.database.url,
            "KINDBILL_PORT": str(web_port),
            "KINDBILL_PUBLIC_URL": self.web_url,
            "KINDBILL_SECRET_KEYS": "a-secret-of-the-chaos-alone",
            "KINDBILL_SMTP_URL": f"smtp://127.0.0.1:{smtp_port}",
            "STRIPE_SECRET_KEY": KEY,
            "STRIPE_WEBHOOK_SECRET": SECRET,
            "STRIPE_API_BASE": self.sandbox.url,
            "TWILIO_API_BASE": self.sandbox.url,
            "OMP_NUM_THREADS": "1",
        }
        self.settings = Settings.from_env(given)
        environment = os.environ | given
        if planted:
            environment["PYTHONPATH"] = str(Path(__file__).parent / "planted")
        hook = f"{self.web_url}/webhooks/stripe"
        sandbox = (
            *("sandbox", "--port", str(sandbox_port), "--smtp-port", str(smtp_port)),
            *("--db", str(home / "sandbox.sqlite"), "--webhook", hook, "--webhook-secret", SECRET),
        )

        def program(name: str, *arguments: str, answers_at: str = "") -> Program:
            command = [sys.executable, "-m", *arguments]
            log = home / f"{name}.log"
            return Program(name, command, environment, log, answers_at)

        totals = f"{self.sandbox.url}/_sim/totals"
        self.provider = program("sandbox", *sandbox, answers_at=totals)
        serve = ("portal", "serve", "--workers", "2")
        self.web = program("web", *serve, answers_at=f"{self.web_url}/healthz")
        self.workers = [program(f"worker{n}", "portal", "worker") for n in range(workers)]

    @property
    def programs(self) -> list[Program]:
        return [self.provider, self.web, *self.workers]

    @property
    def checkout_host(self) -> str:
        return urlsplit(self.sandbox.url).netloc

    @property
    def stripe(self) -> stripe.StripeClient:
        return self.sandbox.client

    def start(self) -> None:
        for program in self.programs:
            program.start()
        for program in self.programs:
            program.wait()

    def control(self, name: str, **wanted: object) -> dict[str, object]:
        """A control of the sandbox, as soon as it is there again."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self.sandbox.control(name, **wanted)
            except requests.RequestException:
                assert time.monotonic() < deadline, "the sandbox does not come back"
                time.sleep(0.1)

    def remove(self) -> None:
        for program in reversed(self.programs):
            program.kill()
        self.database.remove()
