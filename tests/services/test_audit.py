"""The audit trail: append-only for the application, sealed against everybody else (HIPAA-3)."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, text

from portal.db import transaction
from portal.services.record_access import Access, add_access, record_access
from portal.services.seal_audit import check_audit, seal_audit

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def view(account: int) -> Access:
    return Access(
        face="staff", login_id=None, action="view", object_type="account", account_ids=(account,)
    )


def seal_all(expected: int) -> None:
    """Other tests write in the same server: the sealer waits for them, and so do we."""
    sealed = 0
    for _ in range(100):
        sealed += seal_audit(now=NOW)
        if sealed == expected:
            return
        time.sleep(0.05)
    pytest.fail(f"{sealed} of {expected} rows sealed")


@pytest.fixture
def trail(database_url: str) -> None:
    for account in range(1, 6):
        record_access(view(account), now=NOW)
    seal_all(5)
    record_access(view(6), now=NOW)
    seal_all(1)


def test_HIPAA_3_an_untouched_trail_holds(trail: None) -> None:
    assert check_audit() is None
    assert seal_audit(now=NOW) == 0


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_events SET account_ids = '{9}' WHERE id = 2",
        "UPDATE audit_events SET at = at + interval '1 second' WHERE id = 6",
        "DELETE FROM audit_events WHERE id = 3",
        "UPDATE audit_seals SET digest = repeat('0', 64) WHERE id = 1",
        "DELETE FROM audit_seals WHERE id = 1",
    ],
)
def test_HIPAA_3_tampering_breaks_the_chain(
    trail: None, owner_engine: Engine, tampering: str
) -> None:
    """Even the owner of the database, with the triggers off, is found out."""
    with owner_engine.begin() as owner:
        owner.execute(text("SET LOCAL session_replication_role = replica"))
        owner.execute(text(tampering))
    assert check_audit() is not None


def test_a_slow_writer_is_waited_for(trail: None) -> None:
    """A row numbered early and committed late must not look like one slipped in afterwards."""
    written, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction() as session:
            add_access(session, view(7), now=NOW)
            session.flush()
            written.set()
            go_on.wait(5)

    writer = threading.Thread(target=slow)
    writer.start()
    written.wait(5)
    record_access(view(8), now=NOW)
    assert seal_audit(now=NOW) == 0
    go_on.set()
    writer.join()
    seal_all(2)
    assert check_audit() is None
