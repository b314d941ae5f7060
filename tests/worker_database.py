"""One database for every committed test of a worker: emptied in between, cloned anew after a change of shape."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg import sql
from sqlalchemy import Engine, make_url, text

from portal import db

REST_AFTER = 200  # tests; rows that were deleted still take room
STATEMENTS = 500  # that the owner's connection keeps prepared: one a table, and a few

KEPT = "kept-by-the-worker"
# Everybody else, and a kept one that is in the middle of something or holds a lock.
DISCONNECT = f"""
SELECT application_name, pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
  AND (application_name <> '{KEPT}' OR state <> 'idle'
       OR pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory'))
"""
# A row of the catalogue that was added, changed or dropped changes the sum.
SHAPE = " UNION ALL ".join(
    f"SELECT '{catalogue}', count(*), sum(xmin::text::bigint) FROM {catalogue}"
    for catalogue in (
        "pg_class",
        "pg_attribute",
        "pg_attrdef",
        "pg_constraint",
        "pg_index",
        "pg_proc",
        "pg_trigger",
        "pg_type",
        "pg_namespace",
    )
)
# Everything that a test may have written; an empty file holds no row.
WRITTEN = """
SELECT oid::regclass::text FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
"""
SEQUENCES = (
    "SELECT format('%I.%I', schemaname, sequencename), start_value, last_value FROM pg_sequences"
)


@dataclass
class WorkerDatabase:
    """Hands out the same database, as the template is, before each test."""

    admin: Engine
    template: str
    name: str
    url: str
    _engine: Engine | None = None
    _desk: psycopg.Connection | None = None
    _handed_out: int = 0
    _shape: object = None
    _rows: dict[str, bytes] = field(default_factory=dict)
    _sequences: dict[str, tuple[int, bool]] = field(default_factory=dict)

    def fresh(self, *, anew: bool = False) -> str:
        """The URL of the database, with the template's rows and nothing else; `anew` no room of deleted ones either."""
        if anew or self._handed_out % REST_AFTER == 0 or not self._emptied():
            self._clone()
        self._handed_out += 1
        return self.url

    def engine(self) -> Engine:
        """The application's connections, kept from test to test: they know the tables and our statements already."""
        if self._engine is None:
            named = make_url(self.url).update_query_dict({"application_name": KEPT})
            self._engine = db.connect(named.render_as_string(hide_password=False))
        return self._engine

    def drop(self) -> None:
        """Leave nothing behind."""
        if self._engine is not None:
            self._engine.dispose()
        if self._desk is not None:
            self._desk.close()
        with self.admin.connect() as admin:
            admin.execute(text(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)"))

    def _clone(self) -> None:
        self.drop()
        with self.admin.connect() as admin:
            admin.execute(
                text(f"CREATE DATABASE {self.name} TEMPLATE {self.template} STRATEGY wal_log")
            )
        with self._owner() as owner:
            self._shape = owner.execute(SHAPE).fetchall()
            self._rows = {table: _copied(owner, table) for (table,) in owner.execute(WRITTEN)}
            self._sequences = {
                name: (last or start, last is not None)
                for name, start, last in owner.execute(SEQUENCES)
            }

    def _emptied(self) -> bool:
        """Put the template's rows back; false when a table, trigger or constraint is not the template's."""
        if self._engine is not None and self._engine.pool.checkedout():  # type: ignore[attr-defined]  # a QueuePool
            self._engine.dispose()
        with self._owner() as owner:
            ended = {name for name, _ in owner.execute(DISCONNECT)}
            if self._engine is not None and KEPT in ended:
                self._engine.dispose()
            if owner.execute(SHAPE).fetchall() != self._shape:
                return False
            # No trigger and no foreign key has a say while the rows go.
            owner.execute("SET LOCAL session_replication_role = replica")
            for (table,) in owner.execute(WRITTEN).fetchall():
                owner.execute(sql.SQL("DELETE FROM " + table))
            for table, rows in self._rows.items():
                with owner.cursor().copy(sql.SQL(f"COPY {table} FROM STDIN")) as copy:
                    copy.write(rows)
            for name, _start, last in owner.execute(SEQUENCES).fetchall():
                value, called = self._sequences[name]
                if (last or value, last is not None) != (value, called):
                    owner.execute("SELECT setval(%s, %s, %s)", (name, value, called))
            return True

    @contextmanager
    def _owner(self) -> Iterator[psycopg.Connection]:
        """A transaction of the owner's; the connection is kept: a new one reads the catalogues of 200 tables first."""
        if self._desk is None or self._desk.closed:
            url = make_url(self.url).render_as_string(hide_password=False)
            self._desk = psycopg.connect(url, autocommit=True)
            self._desk.prepared_max = STATEMENTS
        with self._desk.transaction():
            yield self._desk


def _copied(owner: psycopg.Connection, table: str) -> bytes:
    with owner.cursor().copy(sql.SQL(f"COPY {table} TO STDOUT")) as copy:
        return b"".join(bytes(block) for block in copy)
