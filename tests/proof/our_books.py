"""What our database says, on one consistent view, in plain values to be held against the provider's."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.db import read_only
from portal.models.payments import InboundEvent, Payment
from portal.models.refunds import Refund
from portal.queries.balances import balances
from portal.queries.ledger_proof import LedgerProof, prove

_SIGNED = "CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END"
CLEARING = f"""
    SELECT e.source_ref, sum({_SIGNED})::bigint AS cents
      FROM journal_entries e
      JOIN postings p ON p.entry_id = e.id
      JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'stripe_clearing'
     GROUP BY e.source_ref HAVING sum({_SIGNED}) <> 0"""
# Entries that moved the card company's money stand apart from what the practice's files and people did.
ACCOUNTS = f"""
    WITH cards AS (
      SELECT DISTINCT p.entry_id FROM postings p
        JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'stripe_clearing')
    SELECT p.guarantor_account_id AS id,
           sum({_SIGNED})::bigint AS owed,
           coalesce(sum({_SIGNED}) FILTER (WHERE c.entry_id IS NULL), 0)::bigint AS without_cards,
           coalesce(sum(p.amount_cents) FILTER (WHERE p.side = 'debit' AND a.code = 'patient_receivable'
               AND c.entry_id IS NULL AND e.kind NOT IN ('payment', 'credit_application')), 0)::bigint AS ever_asked
      FROM postings p
      JOIN journal_entries e ON e.id = p.entry_id
      JOIN ledger_accounts a ON a.id = p.account_id
      LEFT JOIN cards c ON c.entry_id = e.id
     WHERE a.code IN ('patient_receivable', 'patient_credit') AND p.guarantor_account_id IS NOT NULL
     GROUP BY p.guarantor_account_id"""
DIGESTS = """
    SELECT e.id, md5(concat_ws('|', e.kind, e.source_ref, e.occurred_on, e.memo, e.reverses_id,
             string_agg(concat_ws(',', p.account_id, p.side, p.amount_cents, p.guarantor_account_id,
                                  p.visit_id, p.charge_id), ';' ORDER BY p.id))) AS digest
      FROM journal_entries e LEFT JOIN postings p ON p.entry_id = e.id GROUP BY e.id"""


@dataclass(frozen=True, slots=True)
class AccountSums:
    """One account in cents: open share less credit, the same without the cards, and all it was ever asked for."""

    owed: int
    without_cards: int
    ever_asked: int


@dataclass(frozen=True, kw_only=True)
class OurBooks:
    """What the laws ask of us."""

    clearing: dict[str, int]  # by reference
    accounts: dict[int, AccountSums]
    shown: dict[int, int]  # what the one balance function says: due less credit
    payments: list[Payment]
    refunds: list[Refund]
    events: list[InboundEvent]
    payout_lines: dict[str, tuple[str, int]]  # line -> payout, net
    digests: dict[UUID, str]
    proof: LedgerProof


@dataclass
class Witness:
    """What was answered and what was seen: none of it may be gone or different later (I2, I10)."""

    payments: set[UUID] = field(default_factory=set)  # a page of ours answered about them
    refunds: set[UUID] = field(default_factory=set)
    receipts: set[str] = field(default_factory=set)  # a patient held it in hand
    events: set[str] = field(default_factory=set)  # answered with 2xx
    entries: dict[UUID, str] = field(default_factory=dict)

    def sees(self, books: OurBooks) -> None:
        self.entries.update(books.digests)


def read_ours(on: date) -> OurBooks:
    with read_only() as session:
        return _read(session, on)


def _read(session: Session, on: date) -> OurBooks:
    def rows(sql: str) -> list[Any]:
        return list(session.execute(text(sql)).all())

    lines = rows(
        "SELECT l.provider_id, p.provider_id AS payout, l.net_cents FROM payout_lines l"
        " JOIN payouts p ON p.id = l.payout_id"
    )
    return OurBooks(
        clearing={row.source_ref: row.cents for row in rows(CLEARING)},
        accounts={
            row.id: AccountSums(row.owed, row.without_cards, row.ever_asked)
            for row in rows(ACCOUNTS)
        },
        shown={
            account.guarantor_account_id: account.patient_due.cents - account.credit.cents
            for account in balances(session, on=on)
        },
        payments=list(session.scalars(select(Payment))),
        refunds=list(session.scalars(select(Refund))),
        events=list(session.scalars(select(InboundEvent).where(InboundEvent.provider == "stripe"))),
        payout_lines={row.provider_id: (row.payout, row.net_cents) for row in lines},
        digests={row.id: row.digest for row in rows(DIGESTS)},
        proof=prove(session),
    )
