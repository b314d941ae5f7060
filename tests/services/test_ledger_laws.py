"""The database holds the laws of the ledger by itself, whoever writes (money law 2, CORE-4)."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from portal import db

ENTRY = "INSERT INTO journal_entries (id, kind, source_ref, occurred_on) VALUES (:id, 'test', :ref, '2026-03-02')"
LEG = """INSERT INTO postings (entry_id, account_id, side, amount_cents)
         VALUES (:id, (SELECT id FROM ledger_accounts WHERE code = :account), :side, :cents)"""


def post(
    cents_out: int = 500, cents_in: int = 500, *, legs: bool = True, ref: str | None = None
) -> uuid.UUID:
    entry = uuid.uuid4()
    with db.transaction() as session:
        session.execute(text(ENTRY), {"id": entry, "ref": ref or str(entry)})
        if legs:
            session.execute(
                text(LEG), {"id": entry, "account": "bank", "side": "debit", "cents": cents_in}
            )
            session.execute(
                text(LEG),
                {"id": entry, "account": "payer_clearing", "side": "credit", "cents": cents_out},
            )
    return entry


def test_CORE_4_balanced_entry_commits(database_url: str) -> None:
    entry = post()
    with db.read_only() as session:
        total = session.execute(
            text("SELECT sum(amount_cents) FROM postings WHERE entry_id = :id"), {"id": entry}
        ).scalar_one()
    assert total == 1000


def test_CORE_4_one_cent_off_fails_at_commit(database_url: str) -> None:
    with pytest.raises(DBAPIError, match="out of balance by 1 cents"):
        post(cents_out=499)


def test_CORE_4_entry_without_legs_fails(database_url: str) -> None:
    with pytest.raises(DBAPIError, match="0 postings"):
        post(legs=False)


def test_CORE_4_the_same_fact_twice_fails(database_url: str) -> None:
    post(ref="stripe:pi_1")
    with pytest.raises(DBAPIError, match="uq__journal_entries__source_ref"):
        post(ref="stripe:pi_1")


def test_CORE_4_no_leg_joins_a_sealed_entry(database_url: str) -> None:
    entry = post()
    with pytest.raises(DBAPIError, match="already sealed"), db.transaction() as session:  # noqa: PT012 - raised at the second leg or at COMMIT
        session.execute(text(LEG), {"id": entry, "account": "bank", "side": "debit", "cents": 7})
        session.execute(
            text(LEG), {"id": entry, "account": "payer_clearing", "side": "credit", "cents": 7}
        )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE postings SET amount_cents = 1",
        "DELETE FROM journal_entries",
        "TRUNCATE postings",
        "UPDATE ledger_accounts SET code = 'x'",
        "UPDATE audit_events SET action = 'x'",
        "DELETE FROM audit_seals",
        "UPDATE statements SET content = '{}'",
        "DELETE FROM statement_lines",
    ],
)
def test_CORE_4_the_app_role_may_not_even_try(database_url: str, statement: str) -> None:
    post()
    with pytest.raises(DBAPIError, match="permission denied"), db.transaction() as session:
        session.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    ["UPDATE postings SET amount_cents = 1", "DELETE FROM journal_entries", "TRUNCATE postings"],
)
def test_CORE_4_even_the_owner_is_refused(owner_engine: Engine, statement: str) -> None:
    post()
    with pytest.raises(DBAPIError, match="append-only"), owner_engine.begin() as connection:
        connection.execute(text(statement))
