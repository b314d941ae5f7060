"""The state of all stand-ins: JSON objects, a clock and a timetable in one SQLite file."""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sandbox.errors import not_found

Json = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY, id TEXT UNIQUE, kind TEXT, created INTEGER, data TEXT);
CREATE INDEX IF NOT EXISTS objects_kind ON objects (kind, seq);
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, fingerprint TEXT, status INTEGER, body TEXT, at INTEGER);
CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY, event TEXT, endpoint TEXT, due REAL,
    attempts INTEGER DEFAULT 0, state TEXT DEFAULT 'pending', last_status INTEGER);
CREATE INDEX IF NOT EXISTS outbox_due ON outbox (state, due);
CREATE TABLE IF NOT EXISTS timetable (id INTEGER PRIMARY KEY, due INTEGER, job TEXT, argument TEXT);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT);
"""


class Store:
    """One connection behind one lock; whoever holds `transaction()` is alone."""

    def __init__(self, path: str) -> None:
        self.lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; a transaction inside another joins it."""
        with self.lock:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def undo(self) -> None:
        """Forget what the open transaction wrote, and go on in a new one."""
        self._db.execute("ROLLBACK")
        self._db.execute("BEGIN IMMEDIATE")

    def query(self, sql: str, *values: Any) -> list[Any]:
        """Rows of a statement, or none for one that only writes."""
        with self.lock:
            return self._db.execute(sql, values).fetchall()

    # -- time ---------------------------------------------------------------------------------

    def now(self) -> int:
        """The stand-in's clock: the machine's, moved on by the control plane."""
        return int(time.time()) + int(self.setting("clock") or 0)

    def advance(self, seconds: int) -> None:
        self.set("clock", str(int(self.setting("clock") or 0) + seconds))

    def schedule(self, seconds: int, job: str, argument: str) -> None:
        """Have a job run once the clock has moved on by so much."""
        self.query(
            "INSERT INTO timetable (due, job, argument) VALUES (?, ?, ?)",
            self.now() + seconds,
            job,
            argument,
        )

    def take_due(self) -> list[tuple[str, str]]:
        """Remove and return the jobs whose time has come."""
        now = self.now()
        rows = self.query(
            "SELECT job, argument FROM timetable WHERE due <= ? ORDER BY due, id", now
        )
        if rows:
            self.query("DELETE FROM timetable WHERE due <= ?", now)
        return [(job, argument) for job, argument in rows]

    # -- settings -----------------------------------------------------------------------------

    def setting(self, name: str) -> str | None:
        rows = self.query("SELECT value FROM settings WHERE name = ?", name)
        return rows[0][0] if rows else None

    def set(self, name: str, value: str) -> None:
        self.query(
            "INSERT INTO settings VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            name,
            value,
        )

    # -- objects ------------------------------------------------------------------------------

    def put(self, item: Json, kind: str | None = None) -> Json:
        """Insert the object, or replace the one of the same id."""
        self.query(
            "INSERT INTO objects (id, kind, created, data) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET data = excluded.data",
            item["id"],
            kind or item["object"],
            item["created"],
            json.dumps(item),
        )
        return item

    def get(self, kind: str, object_id: str, param: str = "id") -> Json:
        """The object, or Stripe's 404."""
        rows = self.query("SELECT data FROM objects WHERE id = ? AND kind = ?", object_id, kind)
        if not rows:
            raise not_found(kind, object_id, param)
        found: Json = json.loads(rows[0][0])
        return found

    def find(self, kind: str, where: Mapping[str, Any] | None = None) -> list[Json]:
        """Objects of a kind whose fields equal these, newest first."""
        sql, values = "SELECT data FROM objects WHERE kind = ?", [kind]
        for field, value in (where or {}).items():
            sql += " AND json_extract(data, ?) = ?"
            values += [f"$.{field}", value]
        return [json.loads(data) for (data,) in self.query(sql + " ORDER BY seq DESC", *values)]

    def newest(self, kinds: Sequence[str], limit: int) -> list[Json]:
        """The latest objects of several kinds."""
        marks = ", ".join("?" for _ in kinds)
        rows = self.query(
            f"SELECT data FROM objects WHERE kind IN ({marks}) ORDER BY seq DESC LIMIT ?",
            *kinds,
            limit,
        )
        return [json.loads(data) for (data,) in rows]

    def clear(self) -> None:
        """Forget everything, the clock's setting too."""
        for table in ("objects", "answers", "outbox", "timetable", "settings"):
            self.query(f"DELETE FROM {table}")


def new_id(prefix: str) -> str:
    """An id as the provider makes them: prefix and random digits."""
    return f"{prefix}_{secrets.token_hex(12)}"


def public(item: Any) -> Any:
    """The object without the stand-in's own notes, whose names begin with an underscore."""
    if isinstance(item, dict):
        return {key: public(value) for key, value in item.items() if not key.startswith("_")}
    if isinstance(item, list):
        return [public(value) for value in item]
    return item
