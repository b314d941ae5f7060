"""The database that a worker's tests use by turns holds nothing of the test before (a leak would make any other test lie)."""

from __future__ import annotations

import psycopg

from tests.worker_database import WorkerDatabase

PAYER = "INSERT INTO payers (identifier, name, capitated) VALUES ('1', 'Acme Health', false) RETURNING id"


def ask(database: WorkerDatabase, *statements: str) -> object:
    """What the last one answers, as the owner of the tables."""
    with psycopg.connect(database.url) as owner:
        answers = [owner.execute(statement) for statement in statements]
        return answers[-1].fetchone()[0] if answers[-1].description else None


def test_rows_and_numbers_begin_anew(worker_database: WorkerDatabase) -> None:
    worker_database.fresh()
    before = ask(worker_database, "SELECT count(*) FROM alembic_version")
    first = ask(worker_database, PAYER)
    worker_database.fresh()
    assert ask(worker_database, "SELECT count(*) FROM payers") == 0
    assert ask(worker_database, "SELECT count(*) FROM alembic_version") == before == 1
    assert ask(worker_database, PAYER) == first


def test_a_changed_shape_is_cloned_away(worker_database: WorkerDatabase) -> None:
    worker_database.fresh()
    named = "SELECT count(*) FROM pg_constraint WHERE conname = 'uq__refunds__provider_id'"
    ask(worker_database, "ALTER TABLE refunds DROP CONSTRAINT uq__refunds__provider_id")
    ask(worker_database, "ALTER TABLE journal_entries DISABLE TRIGGER ALL")
    worker_database.fresh()
    assert ask(worker_database, named) == 1
    switched_off = "SELECT count(*) FROM pg_trigger WHERE tgenabled = 'D'"
    assert ask(worker_database, switched_off) == 0


def test_whoever_is_still_connected_is_sent_away(worker_database: WorkerDatabase) -> None:
    worker_database.fresh()
    left_open = psycopg.connect(worker_database.url)
    left_open.execute("LOCK TABLE payers")
    worker_database.fresh()
    assert ask(worker_database, "SELECT count(*) FROM payers") == 0
    left_open.close()
