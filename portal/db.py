"""The database: base class, constraint names, the money column, and the only place that commits."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, ClassVar

import psycopg
from sqlalchemy import (
    BigInteger,
    Engine,
    MetaData,
    create_engine,
    event,
    inspect,
    text,
)
from sqlalchemy.exc import InvalidatePoolError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session, scoped_session, sessionmaker
from sqlalchemy.types import TypeDecorator

from billing.money import Money
from portal.config import DATABASE_ROLE, EMBEDDED, ConfigurationError

log = logging.getLogger(__name__)

APP_ROLE = DATABASE_ROLE
CONSTRAINT_NAMES = {
    "ix": "ix__%(table_name)s__%(column_0_N_name)s",
    "uq": "uq__%(table_name)s__%(column_0_N_name)s",
    "ck": "ck__%(table_name)s__%(constraint_name)s",
    "fk": "fk__%(table_name)s__%(column_0_N_name)s__%(referred_table_name)s",
    "pk": "pk__%(table_name)s",
}


class Cents(TypeDecorator[Money]):
    """A BIGINT of cents in the database, `Money` in Python."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Money | None, dialect: Any) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else value.cents

    def process_result_value(self, value: Any, dialect: Any) -> Money | None:  # noqa: ARG002 - as above
        return None if value is None else Money(int(value))


class Base(DeclarativeBase):
    """Declarative base of every table; `Mapped[Money]` becomes a cents column."""

    metadata = MetaData(naming_convention=CONSTRAINT_NAMES)
    type_annotation_map: ClassVar = {Money: Cents}


# A page takes a connection several times: asking each time whether it lives costs as much as a query.
TRUSTED_SECONDS = 1.0
# A day's run asks about 120 different questions, the pages more: the driver's 100 would be thrown out before they are
# asked again, and each would be planned anew every time.
PREPARED_MOST = 500
_KEPT = "kept_anyway"
_TAKE = text("SELECT pg_try_advisory_lock(hashtextextended(:key, 0))")
_LET_GO = text("SELECT pg_advisory_unlock(hashtextextended(:key, 0))")
_SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
_sessions: sessionmaker[Session] = sessionmaker(expire_on_commit=False)


# Whoever owns the tables or the database, may make roles, write everywhere, or become somebody who may.
_MAY_BE_MORE = text(
    """
SELECT EXISTS (
  SELECT 1 FROM pg_roles r
   WHERE pg_has_role(session_user, r.oid, 'MEMBER')
     AND (r.rolsuper OR r.rolcreaterole OR r.rolname IN ('pg_write_all_data', 'pg_execute_server_program')
          OR r.oid = (SELECT datdba FROM pg_database WHERE datname = current_database())
          OR r.oid = (SELECT nspowner FROM pg_namespace WHERE nspname = 'public' AND nspowner <> 'pg_database_owner'::regrole)
          OR r.rolname IN (SELECT tableowner FROM pg_tables WHERE schemaname = 'public')))
"""
)


def as_application(url: str) -> str:
    """The URL under which the application signs in.

    On the embedded server that is a login of its own, so that no statement ever gets the owner's rights back; elsewhere
    whoever runs it names such a login (`refuse_owner`).
    """
    if EMBEDDED not in url:
        return url
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{APP_ROLE}@{rest.partition('@')[2]}"


def refuse_owner(engine: Engine) -> None:
    """Raises ConfigurationError where the application's login could be more than the application (CORE-4, HIPAA-4)."""
    try:
        with engine.connect() as connection:
            too_much = connection.scalar(_MAY_BE_MORE)
    except OperationalError:  # a database that is away is waited for, as ever
        log.warning("login_not_checked")
        return
    if too_much:
        raise ConfigurationError(
            "KINDBILL_DATABASE_URL signs in as the owner of the tables, who could change the ledger and the"
            f" audit trail. Make a login that is only a member of {APP_ROLE} (docs/operations.md), and give the"
            " owner's URL to init-db alone, as KINDBILL_OWNER_DATABASE_URL"
        )


def connect(url: str, *, pool_size: int = 5) -> Engine:
    """An engine whose connections work as the least-privileged role."""
    engine = create_engine(
        psycopg_url(as_application(url)),
        pool_size=pool_size,
        max_overflow=5,
        pool_use_lifo=True,  # the connection used last has its statements prepared
        hide_parameters=True,  # an error must not print what a patient is called
    )

    @event.listens_for(engine, "connect")
    def _use_app_role(connection: Any, _record: Any) -> None:
        autocommit, connection.autocommit = connection.autocommit, True
        connection.execute(f"SET ROLE {APP_ROLE}")
        connection.execute("SET TIME ZONE 'UTC'")
        connection.autocommit = autocommit
        connection.prepared_max = PREPARED_MOST

    @event.listens_for(engine, "checkin")
    def _note_rest(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = monotonic()

    @event.listens_for(engine, "checkout")
    def _ask_if_it_lives(connection: Any, record: Any, _proxy: Any) -> None:
        rests_since = record.info.get("rests_since")  # none: made a moment ago
        if rests_since is not None and monotonic() - rests_since > TRUSTED_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except psycopg.Error as error:
                raise InvalidatePoolError("the server closed the connection") from error

    return engine


def psycopg_url(url: str) -> str:
    """The same URL with the psycopg 3 driver named, as SQLAlchemy wants it."""
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if scheme in {"postgres", "postgresql"} else url


def bind(engine: Engine) -> None:
    """Point every later transaction of this process at the engine."""
    _sessions.configure(bind=engine)


@contextmanager
def alone(key: str) -> Iterator[bool]:
    """Whether nobody else is inside with this key; for what is done outside, while no transaction is open.

    The database lets go of the key by itself when the process dies, so no time has to be guessed.
    """
    engine: Engine = _sessions.kw["bind"]
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        mine = bool(connection.scalar(_TAKE, {"key": key}))
        try:
            yield mine
        finally:
            if mine:
                connection.execute(_LET_GO, {"key": key})


@contextmanager
def transaction() -> Iterator[Session]:
    """One transaction, committed at the end or rolled back on any error."""
    with _sessions() as session:
        try:
            yield session
            _write_kept(session, session)
            session.commit()
        except BaseException as error:
            session.rollback()
            if isinstance(error, Exception):
                _keep_alone(session)
            raise


def keep_anyway(session: Session, row: object) -> None:
    """Write the row as the transaction ends; should it be undone, in one of its own.

    For what must be known of a try that failed. What only reads keeps nothing.
    """
    session.info.setdefault(_KEPT, []).append(row)


def _write_kept(of: Session, into: Session) -> None:
    if rows := of.info.get(_KEPT):
        into.add_all(rows)
        into.flush()
        rows.clear()


def _keep_alone(of: Session) -> None:
    # The rows were never of the undone session, or were thrown out of it: they are new again.
    rows = [row for row in of.info.get(_KEPT, ()) if not inspect(row).persistent]
    if not rows:
        return
    try:
        with _sessions() as own:
            own.add_all(rows)
            own.commit()
    except SQLAlchemyError:  # what went wrong before is told, not this
        log.exception("kept_rows_lost")


@contextmanager
def read_only() -> Iterator[Session]:
    """One consistent view of the database that cannot write."""
    with _sessions() as session:
        session.connection(execution_options=_SNAPSHOT)
        try:
            yield session
            session.expunge_all()  # what was read stays as it was read
            # Nothing was written: a commit ends it like a rollback, upon which the driver would
            # forget its prepared statements, and every page would be planned anew.
            session.commit()
        except BaseException:
            session.expunge_all()
            session.rollback()
            raise


def sign_in_session() -> scoped_session[Session]:
    """The session of the sign-in library, one a thread; it touches `logins` and nothing else."""
    return scoped_session(_sessions)
