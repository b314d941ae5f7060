"""Delivery of events to webhook endpoints: signed, retried, and badly behaved on request."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field

from sandbox.store import Json, Store

TIMEOUT_SECONDS = 10
RETRY_SECONDS = (1, 2, 4, 8, 16)


@dataclass(slots=True)
class Delivery:
    """How deliveries behave: `mode` is normal, hold, lose, duplicate, shuffle, or mute: no event is made."""

    mode: str = "normal"
    retry: list[float] = field(default_factory=lambda: list(RETRY_SECONDS))


class Outbox:
    """Events on their way to endpoints; a row stays pending until it was taken or given up."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.delivery = Delivery()
        self._shuffle = random.Random(0)

    def add(self, event: Json) -> int:
        """Queue the event for every endpoint that listens to its type; returns how many do."""
        listening = [
            endpoint
            for endpoint in self.store.find("webhook_endpoint", {"status": "enabled"})
            if {"*", event["type"]} & set(endpoint["enabled_events"])
        ]
        for endpoint in listening:
            self.store.query(
                "INSERT INTO outbox (event, endpoint, due) VALUES (?, ?, ?)",
                event["id"],
                endpoint["id"],
                time.time(),
            )
        return len(listening)

    def deliver_due(self) -> None:
        """Send what is due. No lock is held while an endpoint answers."""
        if self.delivery.mode == "hold":
            return
        rows = self.store.query(
            "SELECT id, event, endpoint, attempts FROM outbox"
            " WHERE state = 'pending' AND due <= ? ORDER BY id",
            time.time(),
        )
        if self.delivery.mode == "shuffle":
            self._shuffle.shuffle(rows)
        for row_id, event_id, endpoint_id, attempts in rows:
            self._deliver(row_id, event_id, endpoint_id, attempts)

    def _deliver(self, row_id: int, event_id: str, endpoint_id: str, attempts: int) -> None:
        event = self.store.get("event", event_id)
        endpoint = self.store.get("webhook_endpoint", endpoint_id)
        lost = self.delivery.mode == "lose"
        copies = 0 if lost else 2 if self.delivery.mode == "duplicate" else 1
        status = 0
        for _ in range(copies):
            status = post_signed(endpoint["url"], json.dumps(event).encode(), endpoint["_secret"])
        retry = self.delivery.retry
        if lost:
            state = "lost"
        elif 200 <= status < 300:  # noqa: PLR2004 - what HTTP calls success
            state = "done"
        else:
            state = "pending" if attempts < len(retry) else "failed"
        due = time.time() + (retry[attempts] if attempts < len(retry) else 0)
        self.store.query(
            "UPDATE outbox SET attempts = ?, last_status = ?, state = ?, due = ? WHERE id = ?",
            attempts + 1,
            status,
            state,
            due,
            row_id,
        )

    def redeliver(self, event_id: str | None) -> None:
        """Send again what was sent, lost or given up: one event, or all."""
        self.store.query(
            "UPDATE outbox SET state = 'pending', due = 0, attempts = 0"
            " WHERE state IN ('done', 'lost', 'failed') AND (? IS NULL OR event = ?)",
            event_id,
            event_id,
        )

    def purge(self) -> None:
        self.store.query("DELETE FROM outbox")

    def undelivered(self) -> set[str]:
        """Events that some endpoint has not taken: on their way, lost, or given up."""
        rows = self.store.query("SELECT DISTINCT event FROM outbox WHERE state != 'done'")
        return {event for (event,) in rows}

    def counts(self) -> dict[str, int]:
        """How many deliveries stand in each state."""
        return dict(self.store.query("SELECT state, count(*) FROM outbox GROUP BY state"))


def signature(body: bytes, secret: str, at: int) -> str:
    """The Stripe-Signature header of a body."""
    digest = hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def post_signed(url: str, body: bytes, secret: str) -> int:
    """Post one event; the HTTP status, or 0 when nobody answered."""
    request = urllib.request.Request(
        url,
        body,
        {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(body, secret, int(time.time())),
            "User-Agent": "Stripe/1.0 (+sandbox)",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, ValueError):
        return 0
