"""What the stand-ins share: state, clock, faults, events, and the answers kept by idempotency key."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import stripe

from sandbox.errors import ApiError
from sandbox.faults import Faults
from sandbox.store import Json, Store, new_id, public
from sandbox.webhooks import Outbox

DAY = 86_400
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request gets; `replayed` when a stored answer was given again."""

    status: int
    body: Json
    replayed: bool = False


class World:
    """One practice's providers: every object, every event, and a thread that keeps time."""

    def __init__(self, path: str) -> None:
        self.store = Store(path)
        self.faults = Faults()
        self.outbox = Outbox(self.store)
        self.jobs: dict[str, Callable[[World, str], object]] = {}
        self._wake = threading.Event()

    def start(self) -> None:
        """Begin delivering events and running what the timetable holds."""
        threading.Thread(target=self._keep_time, daemon=True, name="sandbox-clock").start()

    def _keep_time(self) -> None:
        while True:
            self._wake.wait(0.2)
            self._wake.clear()
            try:
                self.run_due()
                self.outbox.deliver_due()
            except Exception:  # the thread must survive whatever one event does
                log.exception("sandbox_clock_failed")

    def run_due(self) -> None:
        """Run the jobs whose time has come, each with what it changes, together."""
        with self.store.transaction():
            for job, argument in self.store.take_due():
                self.jobs[job](self, argument)

    def emit(self, kind: str, item: Json) -> Json:
        """Record an event about the object as it is now, and queue its delivery; in mode `mute`, neither."""
        event: Json = {
            "id": new_id("evt"),
            "object": "event",
            "account": None,
            "api_version": stripe.api_version,
            "context": None,
            "created": self.store.now(),
            "data": {"object": public(item)},
            "livemode": False,
            "pending_webhooks": 0,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
        }
        if self.outbox.delivery.mode == "mute":
            return event
        event["pending_webhooks"] = self.outbox.add(event)
        return self.store.put(event)

    def perform(self, action: Callable[[], Any], *, key: str | None, fingerprint: str) -> Answer:
        """Run the action once in one transaction; the same key gets the stored answer again."""
        with self.store.transaction():
            stored = self._stored(key, fingerprint)
            if stored:
                return stored
            try:
                answer = Answer(200, action())
            except ApiError as error:
                if not error.keep:
                    self.store.undo()
                answer = Answer(error.status, {"error": error.body})
            if key:
                self.store.query(
                    "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)",
                    key,
                    fingerprint,
                    answer.status,
                    json.dumps(answer.body),
                    self.store.now(),
                )
        self._wake.set()
        return answer

    def _stored(self, key: str | None, fingerprint: str) -> Answer | None:
        """The answer kept under the key for a day; the key with another request is an error."""
        rows = self.store.query(
            "SELECT fingerprint, status, body FROM answers WHERE key = ? AND at > ?",
            key,
            self.store.now() - DAY,
        )
        if not rows:
            return None
        known, status, body = rows[0]
        if known != fingerprint:
            raise ApiError(
                400,
                "idempotency_error",
                "Keys for idempotent requests can only be used with the same parameters they were"
                f" first used with. Try using a key other than '{key}' if you meant to execute a"
                " different request.",
            )
        return Answer(status, json.loads(body), replayed=True)
