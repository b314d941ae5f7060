"""Three years of a practice in rows: visits, charges, claims, answers, entries, statements, texts and booked times.

Written by the database itself, since a million charges through the importers would take hours. The books balance;
nobody's text or address is real, and what no report reads is left empty.
"""

from __future__ import annotations

from pathlib import Path

import psycopg

PAYERS, DAYS = 20, 1095
EMPTY = {
    "character varying": "''",
    "boolean": "false",
    "integer": "0",
    "bigint": "0",
    "jsonb": "'{}'",
    "ARRAY": "'{}'",
}
NO_DEFAULT = """
SELECT table_name, column_name, data_type FROM information_schema.columns
 WHERE table_schema = 'public' AND is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'
   AND column_name <> 'id' AND NOT (column_name LIKE '%\\_id' AND data_type IN ('integer', 'bigint'))
"""
STEPS = Path(__file__).with_suffix(".sql")


def lay_rows(url: str, *, charges: int, last: str) -> None:
    """Fill an empty, migrated database; the owner's URL may leave out triggers, which guard what the services write."""
    visits = charges * 2 // 5
    with psycopg.connect(url, autocommit=True) as owner:
        for table, column, kind in owner.execute(NO_DEFAULT).fetchall():
            if kind in EMPTY:
                owner.execute(f'ALTER TABLE {table} ALTER "{column}" SET DEFAULT {EMPTY[kind]}')
        owner.execute("SET session_replication_role = replica")
        sizes = {"visits": visits, "people": max(visits // 4, 1), "payers": PAYERS, "days": DAYS}
        for step in STEPS.read_text().format(**sizes, last=last).split(";\n"):
            if step.strip():
                owner.execute(step.encode())
        owner.execute("UPDATE claims SET first_submitted_on = submitted_on")
        owner.execute("DROP TABLE b, legs")
        owner.execute("VACUUM ANALYZE")
