"""What goes wrong: the network, the webhooks, the processes, and the time that passes meanwhile."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from portal.db import transaction
from portal.queue import enqueue
from portal.services.list_missed_events import list_missed_events
from portal.services.queue_upkeep import retry_stalled_jobs
from portal.services.sweep_payments import sweep_payments
from tests.chaos.actors import Life

PATHS = ("/v1/checkout/sessions", "/v1/refunds", "/v1/payment_intents", "/v1/events", "/v1/")
MODES = ("normal", "normal", "duplicate", "shuffle", "hold", "lose")


class Weather:
    """Faults before and after the commit, and webhooks that misbehave."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.dice = life.dice("weather")

    def live(self) -> None:
        while not self.life.over.is_set():
            time.sleep(self.dice.uniform(0.1, 0.5))
            with self.life.tries("fault"):
                self.life.stage.sandbox.control("faults", **self.fault())
            if self.dice.random() < 0.15:
                mode = self.dice.choice(MODES)
                with self.life.tries(f"webhooks {mode}"):
                    self.life.stage.sandbox.control("webhooks", mode=mode)

    def fault(self) -> dict[str, object]:
        do = self.dice.choice(["drop", "drop", "error", "delay"])
        # More than the client's own two tries: it must not mend all of them by itself.
        fault: dict[str, object] = {
            "do": do,
            "path": self.dice.choice(PATHS),
            "where": self.dice.choice(["before", "after"]),
            "times": self.dice.choice([1, 3, 3]),
            "method": self.dice.choice(["POST", "POST", "GET"]),
        }
        if do == "error":
            fault["status"] = self.dice.choice([500, 500, 503, 409, 429])
            fault["kept"] = fault["status"] == 500 and self.dice.random() < 0.04
        if do == "delay":
            fault["secs"] = self.dice.choice([0.2, 1.5])
        return fault


class Reaper:
    """kill -9 of a worker, of the web and of the card company; PostgreSQL shut down at once."""

    def __init__(self, life: Life, pause: tuple[float, float]) -> None:
        self.life = life
        self.dice = life.dice("reaper")
        self.pause = pause
        self.crashes = self.rounds = 0

    def live(self) -> None:
        stage = self.life.stage
        kinds = ["worker", "web", "database", "sandbox"]
        while not self.life.over.is_set():
            self.dice.shuffle(kinds)  # each kind before any comes twice
            for kind in kinds:
                if self.life.over.wait(self.dice.uniform(*self.pause)):
                    return
                self.life.did[f"killed {kind}"] += 1
                if kind == "worker":
                    self.dice.choice(stage.workers).kill_and_start()
                elif kind == "web":
                    stage.web.kill_and_start()
                elif kind == "sandbox":
                    stage.provider.kill_and_start()
                else:
                    self.crashes += 1
                    stage.database.crash()
            self.rounds += 1


class Clock:
    """Time passes for the sweeps: every second of ours they live through minutes."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.gateway = life.stage.sandbox.gateway()

    def live(self) -> None:
        while not self.life.over.wait(1.5):
            self.tick()

    def tick(self) -> None:
        now = datetime.now(UTC)
        with self.life.tries("sweep"):
            sweep_payments(now=now + timedelta(minutes=11))
        with self.life.tries("jobs of the dead"):  # silent for 20 seconds, where we wait for 60
            retry_stalled_jobs(now=now + timedelta(seconds=40))
        with self.life.tries("drafts"), transaction() as session:
            for _ in range(2):  # both workers at once
                enqueue(session, "draft_due", on=now.date().isoformat())
        with self.life.tries("missed events"):
            list_missed_events(gateway=self.gateway, now=now)
