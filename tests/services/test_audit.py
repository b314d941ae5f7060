"""The audit trail: append-only for the application, sealed against everybody else (HIPAA-3)."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from portal.db import transaction
from portal.models.audit import AuditEvent
from portal.queries.viewer import StaffViewer
from portal.services.record_access import Access, add_access, add_staff_act, record_access
from portal.services.seal_audit import check_audit, seal_audit

COPIED = "id," + ",".join(c.name for c in AuditEvent.__table__.columns if c.name != "id")
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
    proof = check_audit()
    assert (proof.broken, proof.seals, proof.sealed_rows, proof.unsealed_rows) == (None, 2, 6, 0)
    assert seal_audit(now=NOW) == 0


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_events SET account_ids = '{9}' WHERE id = 2",
        "UPDATE audit_events SET at = at + interval '1 second' WHERE id = 6",
        "DELETE FROM audit_events WHERE id = 3",
        "DELETE FROM audit_events WHERE id = 6",
        "UPDATE audit_events SET id = 0 WHERE id = 1",
        "UPDATE audit_events SET row_count = 7 WHERE id = 4",
        f"INSERT INTO audit_events ({COPIED}) SELECT {COPIED.replace('id,', '-5,', 1)} FROM audit_events WHERE id = 1",
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
    assert not check_audit().ok


def test_HIPAA_3_an_end_cut_off_is_found_by_the_hash_kept_elsewhere(
    trail: None, owner_engine: Engine
) -> None:
    """Without its last rows and their seal the chain is whole in itself, also when it is sealed anew."""
    kept = check_audit().last_digest
    assert check_audit(expect=kept).ok
    with owner_engine.begin() as owner:
        owner.execute(text("SET LOCAL session_replication_role = replica"))
        owner.execute(text("DELETE FROM audit_seals WHERE id = 2"))
        owner.execute(text("UPDATE audit_events SET account_ids = '{9}' WHERE id = 6"))
    assert check_audit().ok
    assert check_audit().unsealed_rows == 1
    assert not check_audit(expect=kept).ok
    seal_all(1)
    proof = check_audit(expect=kept)
    assert proof.broken is not None
    assert proof.broken.why == "the seal that was kept elsewhere is gone"
    record_access(view(7), now=NOW)
    seal_all(1)
    assert check_audit(expect=check_audit().last_digest).ok


def test_HIPAA_3_the_application_can_only_add_to_the_trail(trail: None) -> None:
    for table in ("audit_events", "audit_seals", "audit_sign_offs"):
        for statement in (
            f"UPDATE {table} SET id = id",
            f"DELETE FROM {table}",
            f"TRUNCATE {table} CASCADE",
        ):
            refused = pytest.raises(ProgrammingError, match="permission denied")
            with refused, transaction() as session:
                session.execute(text(statement))


def test_HIPAA_3_the_command_prints_which_seal_broke(trail: None, owner_engine: Engine) -> None:
    proof = check_audit()
    assert proof.to_json()["last_seal"] == {"id": 2, "hash": proof.last_digest}
    assert next(iter(proof.lines())) == "2 seals hold 6 rows; 0 not sealed yet"
    with owner_engine.begin() as owner:
        owner.execute(text("SET LOCAL session_replication_role = replica"))
        owner.execute(text("DELETE FROM audit_events WHERE id = 6"))
    proof = check_audit()
    assert proof.to_json()["broken"] == {"seal": 2, "why": "rows 6 to 6 are not what was sealed"}
    assert next(iter(proof.lines())).startswith("BROKEN at seal 2")


def test_HIPAA_3_the_act_of_a_member_of_staff_is_the_row_that_was_written_by_hand() -> None:
    about = {"account_ids": (7, 9), "patient_ids": (3,), "reason": "taken back", "row_count": 2}
    act = {"action": "update", "object_type": "hold"} | about
    manager = StaffViewer(4, "manager", frozenset())
    for staff, who in ((manager, {"login_id": 4, "role": "manager"}), (None, {"login_id": None})):
        with transaction() as session:
            add_staff_act(session, staff, **act, object_id=12, now=NOW)
            written = taken_out(session)
            add_access(session, Access(face="staff", **who, **act, object_id="12"), now=NOW)
            assert written == taken_out(session)


def taken_out(session: Session) -> dict[str, object]:
    """The row as it would be written: nobody of that number has a sign-in here."""
    (row,) = session.new
    session.expunge(row)
    return {c.name: getattr(row, c.name) for c in AuditEvent.__table__.columns}


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
    assert check_audit().ok
