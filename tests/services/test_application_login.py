"""The application signs in as nothing but the application: no statement gives it the owner's rights back (CORE-4, HIPAA-4)."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from portal import db
from portal.config import EMBEDDED, ConfigurationError
from portal.queue import build_worker

EVERY_WAY_OUT = (
    "RESET ROLE; UPDATE audit_events SET reason = 'x'",
    "RESET ROLE; DELETE FROM postings",
    "RESET SESSION AUTHORIZATION; DELETE FROM journal_entries",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION postgres",
    "SET ROLE NONE; ALTER TABLE postings DISABLE TRIGGER append_only",
    "RESET ROLE; DROP TRIGGER append_only ON journal_entries",
    "RESET ROLE; TRUNCATE audit_seals",
    "RESET ROLE; CREATE TABLE public.mine (id int)",
    "RESET ROLE; ALTER TABLE audit_events OWNER TO kindbill_app",
    "RESET ROLE; GRANT UPDATE ON postings TO kindbill_app; UPDATE postings SET amount_cents = 1",
    "RESET ROLE; CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE sql AS 'SELECT 1'",
    "COPY postings TO PROGRAM 'true'",
)


@pytest.fixture
def pool(database_url: str) -> Iterator[Engine]:
    if EMBEDDED not in database_url:
        pytest.skip("a server of one's own signs in as its owner in tests")
    engine = db.connect(database_url)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("statements", EVERY_WAY_OUT)
def test_CORE_4_no_statement_gives_the_owners_rights_back(pool: Engine, statements: str) -> None:
    with pytest.raises(DBAPIError, match=r"permission denied|must be|does not exist"):
        run(pool, statements)


def run(pool: Engine, statements: str) -> None:
    """One after the other on one connection, each by itself."""
    with pool.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements.split("; "):
            connection.execute(text(statement))


def test_CORE_4_whoever_is_behind_the_pool_is_the_application(pool: Engine) -> None:
    with pool.connect() as connection:
        who = connection.execute(text("SELECT session_user, current_user")).one()
    assert tuple(who) == ("kindbill_app", "kindbill_app")
    db.refuse_owner(pool)


def test_CORE_4_an_owner_behind_the_application_is_refused_with_what_to_do(
    pool: Engine, database_url: str
) -> None:
    owner = create_engine(db.psycopg_url(database_url))
    with pytest.raises(ConfigurationError, match="KINDBILL_OWNER_DATABASE_URL"):
        db.refuse_owner(owner)
    owner.dispose()


@pytest.mark.parametrize(
    ("made", "refused"),
    [
        ("IN ROLE kindbill_app", False),
        ("IN ROLE kindbill_app CREATEROLE", True),
        ("IN ROLE kindbill_app, pg_write_all_data", True),
        ("IN ROLE postgres", True),
    ],
)
def test_CORE_4_a_login_that_may_become_more_is_refused(
    pool: Engine, database_url: str, made: str, *, refused: bool
) -> None:
    name = f"login_{uuid4().hex[:8]}"
    owner = create_engine(db.psycopg_url(database_url), isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.execute(text(f"CREATE ROLE {name} LOGIN {made}"))
    login = create_engine(owner.url.set(username=name))
    try:
        if refused:
            with pytest.raises(ConfigurationError):
                db.refuse_owner(login)
        else:
            db.refuse_owner(login)
    finally:
        login.dispose()
        with owner.connect() as connection:
            connection.execute(text(f"DROP ROLE {name}"))
        owner.dispose()


def test_CORE_4_the_queue_signs_in_so_too(pool: Engine, database_url: str) -> None:
    connector = build_worker(database_url, None).connector
    told = str(getattr(connector, "_pool_args", "")) + str(vars(connector))
    assert "kindbill_app@" in told
    assert "postgres:@" not in told


def test_a_url_of_ones_own_server_is_left_as_it_is() -> None:
    url = "postgresql://kindbill_web:secret@db.example.com/kindbill"
    assert db.as_application(url) == url
