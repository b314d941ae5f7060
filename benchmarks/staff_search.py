"""Searches a million patients by each thing that staff know of them, beside a search for the letters anywhere."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from functools import partial
from itertools import product
from typing import cast

from sqlalchemy import Engine, Table, create_engine, text

from benchmarks.database import empty_practice
from benchmarks.measure import seconds, size, tell
from portal.db import Base, psycopg_url
from portal.models.accounts import GuarantorAccount, Patient, Payer
from portal.models.claims import Claim, Visit
from portal.models.payments import Payment, PracticeReceipt
from portal.queries.permissions import ROLES
from portal.queries.staff_search import search
from portal.queries.viewer import StaffViewer

PEOPLE = size(1_000_000, 2_000)
RUNS = size(15, 1)
STARTS = ("Bra", "Cor", "Del", "Fen", "Gar", "Hol", "Kel", "Lan", "Mar", "Nor", "Per", "Ros", "San")
MIDDLES = ("", "be", "da", "fi", "go", "la", "mi", "no", "ri", "sto", "ta", "ve", "wen")
ENDS = ("berg", "den", "field", "kins", "ley", "man", "ner", "sen", "ski", "son", "ton", "worth")
LAST = ["".join(parts) for parts in product(STARTS, MIDDLES, ENDS)]
FIRST = [a + b for a in STARTS for b in ("a", "ia", "en", "o", "us", "ine", "elle", "y")]
# Each table's columns that the search reads; the others stay blank. A few names are common and most are not, as
# among people: the commonest last name is borne by one in 120.
SEED: tuple[tuple[type[Base], dict[str, str], str], ...] = (
    (
        GuarantorAccount,
        {
            "number": "lpad((n / 10000)::text, 4, '0') || '-' || lpad((n % 10000)::text, 4, '0')",
            "named": "true",
            "last_name": f"(CAST(:last AS text[]))[1 + floor({len(LAST)} * power(random(), 1.6))::int]",
            "first_name": f"(CAST(:first AS text[]))[1 + floor({len(FIRST)} * power(random(), 1.6))::int]",
            "birth_on": "date '1935-01-01' + (random() * 30000)::int",
            "mobile": "'+1212' || lpad(n::text, 7, '0')",
        },
        "generate_series(1, :people) n",
    ),
    (
        Patient,
        {
            "guarantor_account_id": "id",
            "last_name": "last_name",
            "first_name": "first_name",
            "birth_on": "birth_on",
        },
        "guarantor_accounts",
    ),
    (
        Visit,
        {
            "patient_id": "id",
            "guarantor_account_id": "guarantor_account_id",
            "control_number": "'C' || id",
            "service_on": "date '2026-01-01'",
        },
        "patients",
    ),
    (Payer, {"identifier": "'P'", "name": "'Payer'"}, "(SELECT 1) one"),
    (
        Claim,
        {
            "visit_id": "id",
            "payer_id": "1",
            "patient_control_number": "control_number",
            "payer_claim_number": "'ICN' || id",
        },
        "visits",
    ),
    (
        PracticeReceipt,
        {
            "receipt_id": "'R' || id",
            "patient_id": "id",
            "received_on": "date '2026-01-01'",
            "check_number": "'K' || id",
        },
        "patients WHERE id % 4 = 0",
    ),
    (
        Payment,
        {
            "id": "gen_random_uuid()",
            "guarantor_account_id": "id",
            "amount_cents": "100",
            "state": "'succeeded'",
            "receipt_number": "'P' || id",
            "last4": "lpad((id::bigint * 7919 % 10000)::text, 4, '0')",
            "created_at": "now()",
            "state_at": "now()",
        },
        "guarantor_accounts WHERE id % 2 = 0",
    ),
)
BLANK = {str: "''", bool: "false"}  # all else is an amount


def main() -> None:
    with empty_practice() as (url, _home):
        owner = create_engine(psycopg_url(url))
        seed(owner)
        common, rare = LAST[0], rarest(owner)
        first, born = one_of(owner, common)
        viewer = StaffViewer(login_id=1, role="biller", permissions=ROLES["biller"])
        near, middle = f"{PEOPLE // 2:07}", PEOPLE // 2
        terms = {
            "the commonest name": common,
            "a name and its first name": f"{first} {common}",
            "a rare name, mistyped": rare[:4] + rare[5:],
            "a birth date": born,
            "a name and a birth date": f"{common} {born}",
            "a phone": f"212{near}",
            "the end of a phone, or of a card": near[-4:],
            "an account": f"{middle // 10000:04}-{middle % 10000:04}",
            "a claim": f"C{middle}",
            "a payer's claim number": f"ICN{middle}",
            "a check": f"K{middle - middle % 4}",
        }
        taken = {what: p95(partial(found, viewer, term)) for what, term in terms.items()}
        anywhere = p95(lambda: scan(owner, rare[2:]))
        owner.dispose()
    what = max(taken, key=lambda one: taken[one])
    for one, took in taken.items():
        print(f"{one}: {took * 1000:.1f} ms", file=sys.stderr)
    tell(
        f"Staff search, the slowest of {len(terms)} kinds ({what}), p95",
        taken[what],
        "s",
        peer="the letters anywhere in a name (ILIKE)",
        peer_value=anywhere,
    )
    usual = statistics.median(taken.values())
    tell("Staff search, the median kind, p95", usual, "s", peer="our goal", peer_value=0.1)


def seed(owner: Engine) -> None:
    """Accounts, patients, visits, claims, receipts and payments, a statement for each table."""
    with owner.begin() as connection:
        connection.execute(text("SELECT setseed(0.42)"))
        given = {"last": LAST, "first": FIRST, "people": PEOPLE}
        for model, filled, source in SEED:
            table = cast("Table", model.__table__)
            blank = {
                column.name: BLANK.get(column.type.python_type, "0")
                for column in table.columns
                if not (column.nullable or column.server_default or column.primary_key)
                and column.name not in filled
            }
            columns = blank | filled
            statement = (
                f"INSERT INTO {table.name} ({', '.join(columns)})"
                f" SELECT {', '.join(columns.values())} FROM {source}"
            )
            used = {key: value for key, value in given.items() if f":{key}" in statement}
            connection.execute(text(statement), used)
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def rarest(owner: Engine) -> str:
    """A name that few bear, long enough to be mistyped."""
    fewest = text(
        "SELECT last_name FROM patients WHERE length(last_name) > 6"
        " GROUP BY last_name ORDER BY count(*), last_name LIMIT 1"
    )
    with owner.connect() as connection:
        return str(connection.scalar(fewest))


def one_of(owner: Engine, name: str) -> tuple[str, str]:
    """First name and birth date of somebody of that name."""
    somebody = text(
        "SELECT first_name, birth_on FROM patients WHERE last_name = :name ORDER BY id LIMIT 1"
    )
    with owner.connect() as connection:
        first, born = connection.execute(somebody, {"name": name}).one()
    return first, f"{born:%m/%d/%Y}"


def p95(work: Callable[[], object]) -> float:
    """Seconds in which 19 of 20 are answered; the first, which warms the caches, is not counted."""
    work()
    taken = sorted(seconds(work) for _ in range(RUNS))
    return taken[min(len(taken) - 1, int(len(taken) * 0.95))]


def found(viewer: StaffViewer, term: str) -> None:
    assert search(viewer, term).accounts.rows, term


def scan(owner: Engine, letters: str) -> None:
    """What one would write first: it reads every row."""
    query = text(
        "SELECT guarantor_account_id FROM patients"
        " WHERE last_name ILIKE :some OR first_name ILIKE :some LIMIT 25"
    )
    with owner.connect() as connection:
        connection.execute(query, {"some": f"%{letters}%"}).all()


if __name__ == "__main__":
    main()
