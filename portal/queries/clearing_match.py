"""Which entry of ours each line of the card company's balance answers: exactly one, with the same cents (I3, I7)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, TextClause, text
from sqlalchemy.orm import Session

from billing.money import ZERO, Money

# A dispute may move money several times by one category: then the line's own id ends the reference.
_MATCH = """
WITH named AS (
  SELECT l.*, 'stripe\\:' || l.source_id || CASE l.category
           WHEN 'charge' THEN '' WHEN 'refund' THEN '' WHEN 'refund_failure' THEN '\\:failed'
           WHEN 'payout_reversal' THEN '\\:returned' ELSE '\\:' || l.category END AS ref
    FROM (LINES) l
), placed AS (
  SELECT n.*, coalesce(own.id, plain.id) AS entry_id, coalesce(own.source_ref, plain.source_ref) AS entry_ref,
         own.id IS NOT NULL AS by_own_name
    FROM named n
    LEFT JOIN journal_entries own ON own.source_ref = n.ref || '\\:' || n.provider_id
    LEFT JOIN journal_entries plain ON plain.source_ref = n.ref
   WHERE n.source_id <> ''
  UNION ALL SELECT n.*, NULL, NULL, false FROM named n WHERE n.source_id = ''
)
SELECT p.id, p.provider_id, p.category, p.amount_cents, p.fee_cents, p.net_cents, p.source_id,
       p.made_at, p.payout_id, p.entry_id, p.entry_ref, e.kind AS entry_kind, e.occurred_on,
       coalesce(y.guarantor_account_id, q.guarantor_account_id) AS account_id,
       CLEARED(p.entry_id) AS known, CLEARED(f.id) AS known_fee,
       NOT p.by_own_name AND p.entry_id IS NOT NULL AND EXISTS (
         SELECT 1 FROM (SELECT provider_id, source_id, category FROM payout_lines
                  UNION SELECT provider_id, source_id, category FROM clearing_lines) o
          WHERE o.source_id = p.source_id AND o.category = p.category AND o.provider_id <> p.provider_id
            AND NOT EXISTS (SELECT 1 FROM journal_entries x
                             WHERE x.source_ref = p.ref || '\\:' || o.provider_id)) AS twice
  FROM placed p
  LEFT JOIN journal_entries e ON e.id = p.entry_id
  LEFT JOIN journal_entries f ON f.source_ref = p.entry_ref || '\\:fee'
  LEFT JOIN payments y ON y.entry_id = p.entry_id
  LEFT JOIN LATERAL (SELECT g.guarantor_account_id FROM postings g
                      WHERE g.entry_id = p.entry_id AND g.guarantor_account_id IS NOT NULL
                      LIMIT 1) q ON true
 ORDER BY p.payout_id, p.id
"""
_CLEARED = """(SELECT sum(CASE g.side WHEN 'debit' THEN g.amount_cents ELSE -g.amount_cents END)::bigint
                 FROM postings g JOIN ledger_accounts a ON a.id = g.account_id
                WHERE g.entry_id = {entry} AND a.code = 'stripe_clearing')"""


def _matching(lines: str) -> TextClause:
    """The statement over some of the lines."""
    whole = _MATCH.replace("LINES", lines)
    for entry in ("p.entry_id", "f.id"):
        whole = whole.replace(f"CLEARED({entry})", _CLEARED.format(entry=entry))
    return text(whole)


_OF_PAYOUTS = _matching("""
SELECT id, provider_id, category, amount_cents, fee_cents, net_cents, source_id,
       CAST(NULL AS timestamptz) AS made_at, payout_id
  FROM payout_lines WHERE payout_id = ANY(CAST(:payouts AS int[]))
""")
# What was posted with a payout stays paid out, also when the bank sent the payout back: that is a line of its own.
_WAITING = _matching("""
SELECT c.id, c.provider_id, c.category, c.amount_cents, c.fee_cents, c.net_cents, c.source_id,
       c.made_at, l.payout_id
  FROM clearing_lines c
  LEFT JOIN payout_lines l ON l.provider_id = c.provider_id
  LEFT JOIN payouts o ON o.id = l.payout_id
 WHERE NOT EXISTS (SELECT 1 FROM journal_entries d
                    WHERE d.source_ref = 'stripe\\:' || o.provider_id || '\\:paid')
""")
BALANCE = "balance"  # the name under which the last look at it is kept
FEES = ("fee", "network_cost")  # lines that are a fee and nothing else: posted with their payout
FEE_POSTED_BEFORE = ("dispute", "dispute_reversal")  # their fee was posted with the dispute itself


class Match(StrEnum):
    """What a line is to our ledger."""

    FEE = "fee"  # of the card company alone; posted with the payout
    ONE = "one"  # one entry, the same cents
    NONE = "none"
    OTHER_AMOUNT = "other_amount"
    TWICE = "twice"  # another line answers the same entry


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedLine:
    """One line of the balance beside our entry; `known` is what that moved in stripe_clearing."""

    id: int
    provider_id: str
    category: str
    amount: Money
    fee: Money
    net: Money
    source_id: str
    made_at: datetime | None
    payout_id: int | None
    entry_id: UUID | None
    entry_kind: str
    account_id: int | None
    known: Money | None
    known_fee: Money
    match: Match

    @property
    def gap(self) -> Money:
        """By how much it differs from our entry; without one of its own, the whole line."""
        if self.match is not Match.OTHER_AMOUNT or self.known is None:
            return self.amount
        return (self.amount - self.known) or (self.fee - self.known_fee)

    @property
    def cause(self) -> str:
        """What is wrong with it, in words; empty where nothing is."""
        if self.match is Match.NONE:
            return "no entry of ours is this"
        if self.match is Match.TWICE:
            return "another line is the same entry of ours"
        if self.match is Match.OTHER_AMOUNT and self.known != self.amount:
            return f"the card company says {self.amount}, we posted {self.known}"
        if self.match is Match.OTHER_AMOUNT:
            return f"its fee is {self.fee}, we posted {self.known_fee}"
        return ""

    @property
    def off(self) -> bool:
        """Whether a person must look at it."""
        return self.match not in (Match.ONE, Match.FEE)

    @property
    def in_clearing(self) -> Money:
        """What our stripe_clearing holds for it until its payout arrives."""
        if self.category in FEES:
            return ZERO
        return self.net if self.category in FEE_POSTED_BEFORE else self.amount


def lines_of_payouts(session: Session, payout_ids: Iterable[int]) -> tuple[MatchedLine, ...]:
    """Every line of these payouts, in their order."""
    rows = session.execute(_OF_PAYOUTS, {"payouts": sorted(payout_ids)})
    return tuple(_line(row) for row in rows)


def waiting_lines(session: Session) -> tuple[MatchedLine, ...]:
    """Every line seen in the balance that is not at the bank yet; some are in a payout on its way."""
    return tuple(_line(row) for row in session.execute(_WAITING))


def _line(row: Row[*tuple[Any, ...]]) -> MatchedLine:
    fee_only = row.category in FEES
    known = None if row.known is None else Money(row.known)
    return MatchedLine(
        id=row.id,
        provider_id=row.provider_id,
        category=row.category,
        amount=Money(row.amount_cents),
        fee=Money(row.fee_cents),
        net=Money(row.net_cents),
        source_id=row.source_id,
        made_at=row.made_at,
        payout_id=row.payout_id,
        entry_id=row.entry_id,
        entry_kind=row.entry_kind or "",
        account_id=row.account_id,
        known=Money(row.amount_cents) if fee_only else known,
        known_fee=_known_fee(row),
        match=Match.FEE if fee_only else _match(row, known),
    )


def _known_fee(row: Row[*tuple[Any, ...]]) -> Money:
    """What we posted for it already; the fee of a charge comes with its payout."""
    posted = row.category in FEE_POSTED_BEFORE
    return Money(-(row.known_fee or 0)) if posted else Money(row.fee_cents)


def _match(row: Row[*tuple[Any, ...]], known: Money | None) -> Match:
    if known is None:
        return Match.NONE
    if row.twice:
        return Match.TWICE
    same = known.cents == row.amount_cents and _known_fee(row).cents == row.fee_cents
    return Match.ONE if same else Match.OTHER_AMOUNT


@dataclass(frozen=True, slots=True, kw_only=True)
class TieOut:
    """I7: what the ledger says the card company holds for us, beside what its own lines say."""

    ledger: Money  # the balance of stripe_clearing
    fees: Money  # of lines not paid out: they are posted with the payout
    theirs: Money  # the sum of net over lines not paid out
    looked_at: datetime | None

    @property
    def ours(self) -> Money:
        return self.ledger - self.fees

    @property
    def difference(self) -> Money:
        return self.ours - self.theirs


def tie_out(session: Session, lines: Collection[MatchedLine]) -> TieOut:
    """The two sums now; `lines` are those that wait."""
    row = session.execute(_LEDGER, {"balance": BALANCE}).one()
    waiting = sum((line.in_clearing for line in lines), ZERO)
    theirs = sum((line.net for line in lines), ZERO)
    return TieOut(
        ledger=Money(row.cents), fees=waiting - theirs, theirs=theirs, looked_at=row.looked_at
    )


_LEDGER = text("""
SELECT (SELECT coalesce(sum(CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END), 0)
          FROM postings p JOIN ledger_accounts a ON a.id = p.account_id
         WHERE a.code = 'stripe_clearing')::bigint AS cents,
       (SELECT seen_until FROM event_looks WHERE provider = :balance) AS looked_at
""")
