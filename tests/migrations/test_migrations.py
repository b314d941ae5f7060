"""Head equals the models, every revision goes down and up again, and revisions form one numbered line."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, text

import portal.models  # noqa: F401 - registers every table
from portal.db import Base, psycopg_url

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def config() -> Iterator[tuple[Config, Engine]]:
    server = create_engine(
        psycopg_url(os.environ["KINDBILL_TEST_SERVER"]), isolation_level="AUTOCOMMIT"
    )
    name = f"migrations_{uuid.uuid4().hex[:8]}"
    with server.connect() as admin:
        admin.execute(text(f"CREATE DATABASE {name}"))
    url = server.url.set(database=name)
    alembic = Config(ROOT / "alembic.ini")
    alembic.set_main_option("script_location", str(ROOT / "migrations"))
    alembic.attributes["url"] = url.render_as_string(hide_password=False)
    engine = create_engine(url)
    yield alembic, engine
    engine.dispose()
    with server.connect() as admin:
        admin.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


SHAPE = """
SELECT 'column', table_name, column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), '' FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'index', tablename, indexname, indexdef, '' FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'trigger', event_object_table, trigger_name, event_manipulation, action_timing FROM information_schema.triggers
UNION ALL SELECT 'grant', table_name, grantee, privilege_type, '' FROM information_schema.role_table_grants WHERE grantee = 'kindbill_app'
ORDER BY 1, 2, 3, 4, 5
"""


def shape(engine: Engine) -> list[tuple[str, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(SHAPE))]


def test_up_down_up_gives_the_same_database(config: tuple[Config, Engine]) -> None:
    alembic, engine = config
    command.upgrade(alembic, "head")
    first = shape(engine)
    assert len(first) > 300
    command.downgrade(alembic, "base")
    left = [row for row in shape(engine) if row[1] != "alembic_version"]
    assert left == []
    command.upgrade(alembic, "head")
    assert shape(engine) == first


def test_models_and_migrations_do_not_drift(config: tuple[Config, Engine]) -> None:
    alembic, engine = config
    command.upgrade(alembic, "head")
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_object": lambda _o, name, *_: (
                    not (name or "").startswith("procrastinate_")
                ),
            },
        )
        assert compare_metadata(context, Base.metadata) == []


def test_revisions_form_one_numbered_line() -> None:
    alembic = Config(ROOT / "alembic.ini")
    alembic.set_main_option("script_location", str(ROOT / "migrations"))
    revisions = list(ScriptDirectory.from_config(alembic).walk_revisions())[::-1]
    assert [r.revision for r in revisions] == [f"{n:04d}" for n in range(1, len(revisions) + 1)]
    assert all(Path(r.path).name.startswith(r.revision) for r in revisions)
