"""One patient's decided visits and the statement about them, through the real importers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import select

from benchmarks.claims import NOW, VISITS_EACH, claims_file, remittance_file
from portal import db
from portal.adapters.storage import EncryptedFolder
from portal.models.statements import Statement, StatementDelivery
from portal.services.cut_statements import cut_statements
from portal.services.import_claims import import_claims
from portal.services.post_remittance import post_remittance
from portal.services.set_practice import set_practice

PRACTICE = """
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
receipts_through = 2026-12-31
"""


@dataclass(frozen=True, slots=True)
class Sent:
    """A statement that went out: whose it is, its number, and its stored words."""

    account_id: int
    number: str
    content: dict[str, Any]


def sent_statement(home: Path) -> Sent:
    """Four visits of one patient, claimed, decided, and asked for."""
    set_practice(toml=PRACTICE)
    store = EncryptedFolder(home / "documents", [Fernet.generate_key().decode()])
    taken = import_claims(data=claims_file(VISITS_EACH), name="day.837", now=NOW, store=store)
    assert taken.accepted == VISITS_EACH, taken.refused
    post_remittance(data=remittance_file(VISITS_EACH), name="day.835", now=NOW, store=store)
    cut_statements(on=NOW.date(), now=NOW, public_url="http://localhost:8000")
    with db.transaction() as session:
        cut = session.scalars(select(Statement)).one()
        session.add(
            StatementDelivery(statement_id=cut.id, channel="paper", delivered_on=NOW.date())
        )
        return Sent(cut.guarantor_account_id, cut.number, cut.content)
