"""One embedded server for the run; each worker has a migrated template and one database that goes back to it."""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session
from xdist.scheduler import LoadScopeScheduling

from portal import db
from portal.collector import search_seldom
from portal.embedded import EmbeddedServer
from tests.sandbox_server import SandboxServer, running
from tests.worker_database import WorkerDatabase

CHECKOUT = Path(__file__).resolve().parent.parent
SHARING_A_DEMO = "tests/browser/"
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # a Monday morning at the practice


def pytest_configure(config: pytest.Config) -> None:
    """The controller starts the server once; xdist workers inherit its URL."""
    search_seldom()
    _compile_once()
    if os.environ.get("KINDBILL_TEST_SERVER") or hasattr(config, "workerinput"):
        return
    if os.environ.get("KINDBILL_DATABASE_URL"):
        os.environ["KINDBILL_TEST_SERVER"] = os.environ["KINDBILL_DATABASE_URL"]
        return
    home = Path(os.environ.get("KINDBILL_TEST_HOME", "/tmp/kindbill-tests")) / uuid.uuid4().hex[:8]
    config.stash[SERVER] = server = EmbeddedServer(home)
    _never_wait_for_the_disk(server.url)
    os.environ["KINDBILL_TEST_SERVER"] = server.url
    config.stash[HOME] = home


def _compile_once() -> None:
    """A run starts a hundred processes of ours: where bytecode is not kept, each compiles every module again."""
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def _never_wait_for_the_disk(url: str) -> None:
    """Nothing in these databases outlives the run; the crash test has a server of its own."""
    engine = create_engine(db.psycopg_url(url), isolation_level="AUTOCOMMIT")
    with engine.connect() as owner:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            owner.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        owner.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()


class OneDemoAtATime(LoadScopeScheduling):
    """Spreads single tests over the workers; those that share a running demo stay with one."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("/")[1] if nodeid.startswith(SHARING_A_DEMO) else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneDemoAtATime:
    return OneDemoAtATime(config, log)


def pytest_unconfigure(config: pytest.Config) -> None:
    server = config.stash.get(SERVER, None)
    if server is not None:
        server.stop()
        import shutil

        shutil.rmtree(config.stash[HOME], ignore_errors=True)


SERVER: pytest.StashKey[EmbeddedServer] = pytest.StashKey()
HOME: pytest.StashKey[Path] = pytest.StashKey()


def _admin() -> Engine:
    return create_engine(
        db.psycopg_url(os.environ["KINDBILL_TEST_SERVER"]), isolation_level="AUTOCOMMIT"
    )


def _url_of(name: str) -> str:
    url = _admin().url.set(database=name, drivername="postgresql")
    return url.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def template_database() -> Iterator[str]:
    """A database of this worker, migrated once; every other one is cloned from it."""
    name = f"template_{uuid.uuid4().hex[:10]}"
    with _admin().connect() as admin:
        admin.execute(text(f"CREATE DATABASE {name}"))
    config = Config(CHECKOUT / "alembic.ini")
    config.set_main_option("script_location", str(CHECKOUT / "migrations"))
    config.attributes["url"] = _url_of(name)
    command.upgrade(config, "head")
    yield name
    with _admin().connect() as admin:
        admin.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def worker_database(template_database: str) -> Iterator[WorkerDatabase]:
    """The one database that this worker's committed tests use by turns."""
    name = f"test_{uuid.uuid4().hex[:10]}"
    database = WorkerDatabase(_admin(), template_database, name, _url_of(name))
    yield database
    database.drop()


@pytest.fixture
def database_url(worker_database: WorkerDatabase, request: pytest.FixtureRequest) -> str:
    """A committed database as migrated, for tests that commit for real (web, races, jobs)."""
    url = worker_database.fresh(anew="new_database" in request.keywords)
    db.bind(worker_database.engine())
    return url


@pytest.fixture(scope="session")
def shared_engine(template_database: str) -> Iterator[Engine]:
    """Connections to one database that rollback tests share and leave empty."""
    name = f"shared_{uuid.uuid4().hex[:10]}"
    with _admin().connect() as admin:
        admin.execute(text(f"CREATE DATABASE {name} TEMPLATE {template_database} STRATEGY wal_log"))
    engine = db.connect(_url_of(name))
    yield engine
    engine.dispose()
    with _admin().connect() as admin:
        admin.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def session(shared_engine: Engine) -> Iterator[Session]:
    """One session in a transaction that is rolled back, after the deferred constraints have spoken.

    Services that own their transaction need `database_url` instead.
    """
    with shared_engine.connect() as connection:
        outer = connection.begin()
        with Session(
            bind=connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        ) as session:
            yield session
            session.flush()
            session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        outer.rollback()


@pytest.fixture
def owner_engine(database_url: str) -> Iterator[Engine]:
    """The database owner's connections, for tests that plant what the application never could."""
    engine = create_engine(db.psycopg_url(database_url))
    yield engine
    engine.dispose()


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def x12_samples() -> Path:
    """The folder of real-world samples; tests that read it skip, saying so, where it is absent."""
    folder = Path(os.environ.get("KINDBILL_X12_SAMPLES", CHECKOUT.parent / "shared/data/x12"))
    if not folder.exists():
        pytest.skip(f"no X12 samples at {folder}: set KINDBILL_X12_SAMPLES")
    return folder


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[SandboxServer]:
    """The stand-ins, started once by whichever worker needs them."""
    with running() as server:
        yield server


@pytest.fixture
def sandbox(sandbox_process: SandboxServer, now: datetime) -> SandboxServer:
    """The stand-ins, empty and at the test's time."""
    return sandbox_process.fresh(now)
