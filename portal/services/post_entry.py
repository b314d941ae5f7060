"""Write entries to the ledger: the same fact twice is a named outcome, not a second entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from billing.ledger import Account, Entry
from portal.models.ledger import JournalEntry, LedgerAccount
from portal.queries.among import among_words
from portal.services.day_lock import open_days

# Arrays, so that one statement of a fixed text takes any number of entries.
_INSERT_ENTRIES = text(
    "INSERT INTO journal_entries (id, kind, source_ref, reverses_id, occurred_on, memo)"
    " SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:kinds AS text[]), CAST(:refs AS text[]),"
    " CAST(:reversed AS uuid[]), CAST(:days AS date[]), CAST(:memos AS text[]))"
    " ON CONFLICT (source_ref) DO NOTHING RETURNING source_ref"
)
POSTING_COLUMNS = (
    "entry_id",
    "account_id",
    "side",
    "amount_cents",
    "guarantor_account_id",
    "visit_id",
    "charge_id",
    "claim_id",
    "payer_id",
    "reference",
)
PostingValues = tuple[
    UUID, int, str, int, int | None, int | None, int | None, int | None, int | None, str | None
]


@dataclass(frozen=True, slots=True)
class PostedEntry:
    """The entry is in the ledger now."""

    entry_id: UUID
    source_ref: str


@dataclass(frozen=True, slots=True)
class AlreadyPosted:
    """The same fact was posted before; nothing was written."""

    entry_id: UUID
    source_ref: str


def post_entry(session: Session, entry: Entry) -> PostedEntry | AlreadyPosted:
    """Post one entry in the caller's transaction."""
    return post_entries(session, [entry])[0]


def post_entries(session: Session, entries: Sequence[Entry]) -> list[PostedEntry | AlreadyPosted]:
    """Post many entries in the caller's transaction, with one outcome for each, in order."""
    session.flush()
    ids: dict[str, UUID] = {}
    outcomes: list[PostedEntry | AlreadyPosted] = []
    fresh: dict[str, tuple[UUID, Entry]] = {}
    days = open_days(session, (entry.occurred_on for entry in entries))
    for entry in entries:
        day = days[entry.occurred_on]
        # What comes late for a closed day stands in the first open one after it (OPS-12).
        in_open_day = entry if day == entry.occurred_on else replace(entry, occurred_on=day)
        fresh.setdefault(entry.source_ref, (uuid4(), in_open_day))
    written = _write_entries(session, fresh)
    missing = [ref for ref in fresh if ref not in written]
    if missing:
        rows = session.execute(
            select(JournalEntry.source_ref, JournalEntry.id).where(
                among_words(JournalEntry.source_ref, missing)
            )
        )
        ids.update((ref, entry_id) for ref, entry_id in rows)
    _write_postings(session, [fresh[ref] for ref in written])
    seen: set[str] = set()
    for entry in entries:
        ref = entry.source_ref
        if ref in written and ref not in seen:
            outcomes.append(PostedEntry(fresh[ref][0], ref))
        else:
            outcomes.append(AlreadyPosted(ids.get(ref) or fresh[ref][0], ref))
        seen.add(ref)
    return outcomes


def account_ids(session: Session) -> dict[Account, int]:
    """The chart of accounts by its code, read once for each engine."""
    engine = session.get_bind().engine
    if engine not in _account_ids:
        rows = session.execute(select(LedgerAccount.code, LedgerAccount.id))
        _account_ids[engine] = {Account(code): account_id for code, account_id in rows}
    return _account_ids[engine]


_account_ids: WeakKeyDictionary[Engine, dict[Account, int]] = WeakKeyDictionary()


def _write_entries(session: Session, fresh: dict[str, tuple[UUID, Entry]]) -> set[str]:
    if not fresh:
        return set()
    entries = [entry for _, entry in fresh.values()]
    written = session.scalars(
        _INSERT_ENTRIES,
        {
            "ids": [entry_id for entry_id, _ in fresh.values()],
            "kinds": [entry.kind for entry in entries],
            "refs": list(fresh),
            "reversed": [entry.reverses_id for entry in entries],
            "days": [entry.occurred_on for entry in entries],
            "memos": [entry.memo for entry in entries],
        },
    )
    return set(written)


def _write_postings(session: Session, entries: Sequence[tuple[UUID, Entry]]) -> None:
    accounts = account_ids(session)
    rows: list[PostingValues] = [
        (
            entry_id,
            accounts[leg.account],
            leg.side.value,
            leg.amount.cents,
            leg.party.guarantor_account_id,
            leg.party.visit_id,
            leg.party.charge_id,
            leg.party.claim_id,
            leg.party.payer_id,
            leg.party.reference,
        )
        for entry_id, entry in entries
        for leg in entry.postings
    ]
    if not rows:
        return
    # COPY for few rows too: one path, and no slower than an INSERT.
    copy_rows(session, "postings", POSTING_COLUMNS, rows)


def copy_rows(
    session: Session, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    """COPY rows into a table within the session's transaction; triggers and rights apply."""
    driver = session.connection().connection.driver_connection
    if driver is None:
        raise RuntimeError("the session has no open connection")
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)
