"""The practice's own files for tests: takes them in, and tells what the database says then."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select, text

from billing.money import ZERO
from portal import db
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.ledger import LedgerAccount, PostingRow
from portal.services.import_claims import import_claims
from portal.services.import_practice import import_practice

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
CLAIMS = (FIXTURES / "x12" / "claims.837").read_bytes()
NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
SETTINGS = """
name = "Example Family Practice"
legal_name = "Example Family Practice PLLC"
npi = "1999999984"
tax_id = "999999999"
street = "1 Sample Way"
city = "Exampleton"
state = "NY"
postal_code = "10001"
phone = "(212) 555-0100"
phone_hours = "Monday to Friday, 9 to 5"
email = "billing@example.com"
assistance_phone = "(212) 555-0101"
assistance_url = "https://example.com/help"
"""


PROOF = ("sms_consent_date", "sms_consent_source", "sms_consent_text_version")


class Shelf:
    """A document store in memory."""

    def __init__(self):
        self.kept = {}

    def put(self, content):
        self.kept[str(len(self.kept))] = content
        return str(len(self.kept) - 1)

    def get(self, key):
        return self.kept[key]


def sample(kind):
    return (FIXTURES / "practice" / f"{kind}.csv").read_bytes()


def take(kind, data=None, **options):
    data = sample(kind) if data is None else data
    if isinstance(data, str):
        data = data.encode()
    return import_practice(kind=kind, data=data, name=f"{kind}.csv", now=NOW, **options)


def take_claims():
    return import_claims(data=CLAIMS, name="day.837", now=NOW, store=Shelf())


def rows(model, **where):
    with db.transaction() as session:
        return list(session.scalars(select(model).filter_by(**where).order_by(model.id)))


def only(model, **where):
    (row,) = rows(model, **where)
    return row


def patient(practice_id):
    return only(Patient, practice_patient_id=practice_id)


def account_of(practice_id):
    return only(GuarantorAccount, id=patient(practice_id).guarantor_account_id)


def balance(code, **where):
    """Debits less credits of one ledger account."""
    with db.transaction() as session:
        found = session.execute(
            select(PostingRow.side, func.sum(PostingRow.amount))
            .join(LedgerAccount, LedgerAccount.id == PostingRow.account_id)
            .where(LedgerAccount.code == code)
            .where(*(getattr(PostingRow, key) == value for key, value in where.items()))
            .group_by(PostingRow.side)
        ).all()
    sums = dict(found)
    return sums.get("debit", ZERO) - sums.get("credit", ZERO)


def everything():
    tables = [
        "guarantor_accounts",
        "patients",
        "providers",
        "visits",
        "charges",
        "claims",
        "record_versions",
        "work_items",
        "account_conditions",
        "practice_receipts",
        "journal_entries",
        "postings",
        "practices",
    ]
    with db.transaction() as session:
        return {t: session.execute(text(f"SELECT * FROM {t} ORDER BY 1")).all() for t in tables}


def reasons(result):
    return [(record.position, record.id, record.reason) for record in result.refused]


def contacts(**cells):
    """A contacts file of one row."""
    row = {
        "practice_patient_id": "P-9",
        "last_name": "Sample",
        "first_name": "Newa",
        "birth_date": "1985-01-01",
        **cells,
    }
    return ",".join(row) + "\n" + ",".join(row.values()) + "\n"
