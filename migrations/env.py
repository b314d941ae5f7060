"""Runs migrations as the owner: one at a time by an advisory lock, and never waiting long for a table."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, NullPool, create_engine, text

import portal.models  # registers every table
from portal.config import Settings
from portal.db import Base, psycopg_url

ADVISORY_LOCK = 5462_4255
LOCK_TIMEOUT = "4s"

assert portal.models.__all__


def ours(_object: object, name: str | None, _type: str, _reflected: bool, _other: object) -> bool:
    """Procrastinate's tables are copied SQL with a downgrade of their own, not models."""
    return not (name or "").startswith("procrastinate_")


def run(connection: Connection) -> None:
    """Migrate over one connection under the lock."""
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.execute(text(f"SELECT pg_advisory_lock({ADVISORY_LOCK})"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transaction_per_migration=True,
        include_object=ours,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.execute(text(f"SELECT pg_advisory_unlock({ADVISORY_LOCK})"))
    connection.commit()


url = context.config.attributes.get("url") or Settings.from_env().database_url
if not url:
    raise SystemExit("set KINDBILL_DATABASE_URL, or run `python -m portal init-db`")
with create_engine(psycopg_url(url), poolclass=NullPool).connect() as database:
    run(database)
