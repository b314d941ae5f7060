"""Posts 2,500 answers of a payer to the committed ledger, beside COPY of the very same rows."""

from __future__ import annotations

import psycopg
from cryptography.fernet import Fernet

from benchmarks.claims import NOW, claims_file, remittance_file
from benchmarks.database import empty_practice
from benchmarks.measure import rate, size, tell
from portal.adapters.storage import EncryptedFolder
from portal.services.import_claims import import_claims
from portal.services.post_remittance import post_remittance

TABLES = (
    "journal_entries",
    "postings",
    "remittances",
    "remittance_claims",
    "remittance_lines",
    "line_adjustments",
)


def written(owner: psycopg.Connection) -> dict[str, bytes]:
    """What the posting wrote, as COPY says it; entries of the import left out."""
    ours = "source_ref LIKE 'era:%'"
    where = {
        "journal_entries": f"WHERE {ours}",
        "postings": f"WHERE entry_id IN (SELECT id FROM journal_entries WHERE {ours})",
    }
    found = {}
    for table in TABLES:
        query = f"COPY (SELECT * FROM {table} {where.get(table, '')}) TO STDOUT"
        with owner.cursor() as cursor, cursor.copy(query) as copy:
            found[table] = b"".join(copy)
    return found


def copy_in(owner: psycopg.Connection, rows: dict[str, bytes]) -> None:
    """The same rows into empty tables with the same checks and indexes, in one transaction."""
    with owner.transaction(), owner.cursor() as cursor:
        for table, data in rows.items():
            with cursor.copy(f"COPY peer.{table} FROM STDIN") as copy:
                copy.write(data)


def main() -> None:
    count = size(2_500, 20)
    data = remittance_file(count)
    with empty_practice() as (url, home):
        store = EncryptedFolder(home / "documents", [Fernet.generate_key().decode()])
        taken = import_claims(data=claims_file(count), name="claims.837", now=NOW, store=store)
        assert taken.accepted == count, taken.refused[:3]
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute("ANALYZE")  # as a practice's server has long done

            def kindbill() -> None:
                report = post_remittance(data=data, name="day.835", now=NOW, store=store)
                assert all(
                    claim.disposition == "posted" and not claim.reasons
                    for one in report.sets
                    for claim in one.claims
                ), report.status

            ours = rate(kindbill, count, runs=1)
            rows = written(owner)
            owner.execute("CREATE SCHEMA peer")
            for table in TABLES:
                owner.execute(f"CREATE TABLE peer.{table} (LIKE {table} INCLUDING ALL)")
            copied = rate(lambda: copy_in(owner, rows), count, runs=1)
    assert all(rows.values()), {table: len(data) for table, data in rows.items()}
    tell(
        "835 post, committed",
        ours,
        "claims/s",
        peer="COPY of the same rows",
        peer_value=copied,
        goal=0.25,
    )


if __name__ == "__main__":
    main()
