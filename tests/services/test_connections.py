"""Connections of the pool: what rested is asked before it is used, and a reader cannot write."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from portal import db


def test_a_connection_that_died_while_it_rested_is_replaced(
    owner_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.transaction() as session:
        first = session.scalar(text("SELECT pg_backend_pid()"))
    with owner_engine.connect() as owner:
        owner.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": first})
    monkeypatch.setattr(db, "TRUSTED_SECONDS", 0.0)
    with db.transaction() as session:
        assert session.scalar(text("SELECT pg_backend_pid()")) != first


def test_a_connection_is_taken_again_without_a_question(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.read_only() as session:
        dialect = session.get_bind().dialect
    monkeypatch.setattr(dialect, "do_ping", lambda _: pytest.fail("asked"))
    for _ in range(3):
        with db.read_only() as session:
            session.execute(text("SELECT 1"))


def test_a_reader_cannot_write(database_url: str) -> None:
    with db.read_only() as session, pytest.raises(DBAPIError, match="read-only transaction"):
        session.execute(text("UPDATE visits SET patient_id = patient_id"))
    with db.transaction() as session:  # and leaves a connection that can
        session.execute(text("UPDATE visits SET patient_id = patient_id"))


def test_a_readers_statements_stay_prepared(database_url: str) -> None:
    for number in range(12):
        with db.read_only() as session:
            session.execute(text("SELECT id FROM visits WHERE id = :id"), {"id": number}).all()
    with db.transaction() as session:
        kept = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%visits%'")
        assert session.scalar(kept) == 1


def test_a_reader_that_fails_leaves_a_clean_connection(database_url: str) -> None:
    with pytest.raises(DBAPIError), db.read_only() as session:
        session.execute(text("SELECT 1 / 0"))
    with db.read_only() as session:
        assert session.scalar(text("SELECT 1")) == 1
