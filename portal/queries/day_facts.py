"""What moved on one day of the books, read from the ledger and the papers behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from billing.money import ZERO, Money
from portal.queries.clearing_match import MatchedLine, lines_of_payouts

# A set's day is the one its entries stand in; without entries, the one on which it came in.
_REMITTANCES = text("""
WITH here AS (
  SELECT coalesce((SELECT time_zone FROM practices WHERE id = 1), 'UTC') AS zone
), legs AS (
  SELECT remittance_id, entry_id FROM remittance_claims WHERE entry_id IS NOT NULL
  UNION SELECT remittance_id, entry_id FROM provider_adjustments WHERE entry_id IS NOT NULL
), moved AS (
  SELECT l.remittance_id,
         sum(CASE WHEN a.code <> 'payer_clearing' THEN 0 WHEN p.side = 'debit'
                  THEN p.amount_cents ELSE -p.amount_cents END)::bigint AS posted,
         sum(CASE WHEN a.code <> 'payer_suspense' THEN 0 WHEN p.side = 'credit'
                  THEN p.amount_cents ELSE -p.amount_cents END)::bigint AS suspense
    FROM journal_entries e
    JOIN legs l ON l.entry_id = e.id
    JOIN postings p ON p.entry_id = e.id
    JOIN ledger_accounts a ON a.id = p.account_id
   WHERE e.occurred_on = :day
   GROUP BY l.remittance_id
)
SELECT r.id, r.payer_name, r.trace, r.paid_cents, r.status, r.reasons, r.issued_on,
       coalesce(m.posted, 0) AS posted, coalesce(m.suspense, 0) AS suspense,
       d.amount_cents AS deposited, d.deposited_on
  FROM here CROSS JOIN remittances r
  LEFT JOIN moved m ON m.remittance_id = r.id
  LEFT JOIN bank_deposits d ON d.remittance_id = r.id
 WHERE m.remittance_id IS NOT NULL
    OR ((r.received_at AT TIME ZONE here.zone)::date = :day AND r.status <> 'duplicate'
        AND NOT EXISTS (SELECT 1 FROM legs l WHERE l.remittance_id = r.id))
 ORDER BY r.payer_name, r.trace, r.id
""")
_PAID = text("""
SELECT coalesce(nullif(p.method, ''), 'unknown') AS method, count(DISTINCT p.id) AS count,
       sum(p.amount_cents)::bigint AS amount,
       (SELECT coalesce(sum(CASE g.side WHEN 'debit' THEN g.amount_cents ELSE -g.amount_cents END), 0)
          FROM payments q
          JOIN postings g ON g.entry_id = q.entry_id
          JOIN ledger_accounts a ON a.id = g.account_id AND a.code = 'stripe_clearing'
          JOIN journal_entries j ON j.id = q.entry_id AND j.occurred_on = :day
         WHERE q.method = p.method)::bigint AS posted
  FROM payments p JOIN journal_entries e ON e.id = p.entry_id
 WHERE e.occurred_on = :day
 GROUP BY p.method
UNION ALL
SELECT r.method || ' at the practice', count(*), sum(r.amount_cents)::bigint, sum(
         (SELECT coalesce(sum(CASE g.side WHEN 'debit' THEN g.amount_cents ELSE -g.amount_cents END), 0)
            FROM postings g JOIN ledger_accounts a ON a.id = g.account_id AND a.code = 'practice_deposits'
           WHERE g.entry_id = r.entry_id))::bigint
  FROM practice_receipts r JOIN journal_entries e ON e.id = r.entry_id
 WHERE e.occurred_on = :day
 GROUP BY r.method
UNION ALL
SELECT 'agencies’ own payments', count(*), sum(z.gross_cents - z.fee_cents)::bigint, sum(
         (SELECT coalesce(sum(CASE g.side WHEN 'debit' THEN g.amount_cents ELSE -g.amount_cents END), 0)
            FROM postings g JOIN ledger_accounts a ON a.id = g.account_id AND a.code = 'practice_deposits'
           WHERE g.entry_id = z.entry_id))::bigint
  FROM agency_remittances z JOIN journal_entries e ON e.id = z.entry_id
  LEFT JOIN journal_entries k ON k.id = z.back_entry_id
 WHERE e.occurred_on = :day AND k.occurred_on IS DISTINCT FROM :day
HAVING count(*) > 0
UNION ALL
SELECT 'agencies’ own payments, taken back', count(*), -sum(z.gross_cents - z.fee_cents)::bigint, sum(
         (SELECT coalesce(sum(CASE g.side WHEN 'debit' THEN g.amount_cents ELSE -g.amount_cents END), 0)
            FROM postings g JOIN ledger_accounts a ON a.id = g.account_id AND a.code = 'practice_deposits'
           WHERE g.entry_id = z.back_entry_id))::bigint
  FROM agency_remittances z JOIN journal_entries k ON k.id = z.back_entry_id
  JOIN journal_entries e ON e.id = z.entry_id
 WHERE k.occurred_on = :day AND e.occurred_on <> :day
HAVING count(*) > 0
 ORDER BY 1
""")
_PAYOUTS = text("""
SELECT o.id, o.provider_id, o.amount_cents, o.status, o.automatic,
       o.entry_id IS NOT NULL AS posted, d.id IS NOT NULL AS confirmed
  FROM payouts o
  LEFT JOIN bank_deposits d ON d.payout_id = o.id
  LEFT JOIN journal_entries j ON j.id = o.entry_id
 WHERE coalesce(j.occurred_on, o.arrives_on) = :day AND o.status NOT IN ('failed', 'canceled')
 ORDER BY o.id
""")
_DEPOSITS = text("""
SELECT d.id, d.amount_cents, d.trace, d.remittance_id, d.payout_id, d.check_refund_id,
       d.agency_remittance_id, d.payer_refund_id,
       coalesce(r.payer_name, y.name, '') AS payer_name,
       coalesce(r.paid_cents, o.amount_cents, -c.amount_cents, -k.amount_cents,
                z.gross_cents - z.fee_cents + coalesce(b.total, 0), b.total) AS expected,
       CASE WHEN b.total IS NOT NULL THEN z.gross_cents - z.fee_cents END AS agency_part,
       b.total IS NOT NULL AS counted,
       CASE WHEN d.remittance_id IS NOT NULL THEN coalesce(m.moved, 0)
            WHEN d.payout_id IS NOT NULL THEN CASE WHEN o.entry_id IS NULL THEN 0 ELSE o.amount_cents END
            WHEN d.check_refund_id IS NOT NULL THEN -c.amount_cents
            WHEN k.id IS NOT NULL THEN -k.amount_cents
            WHEN z.id IS NOT NULL THEN z.gross_cents - z.fee_cents + coalesce(b.posted, 0)  -- posted as it was entered
            ELSE coalesce(b.posted, 0) END AS posted
  FROM bank_deposits d
  LEFT JOIN remittances r ON r.id = d.remittance_id
  LEFT JOIN payouts o ON o.id = d.payout_id
  LEFT JOIN check_refunds c ON c.id = d.check_refund_id
  LEFT JOIN payer_refunds k ON k.id = d.payer_refund_id
  LEFT JOIN agency_remittances z ON z.id = d.agency_remittance_id
  LEFT JOIN agencies y ON y.id = z.agency_id
  LEFT JOIN LATERAL (
    SELECT sum(CASE x.part WHEN '' THEN t.total_cents ELSE
                    (SELECT sum(q.amount_cents) FROM practice_receipts q
                      WHERE q.batch_id = t.id AND q.reverses_receipt_id IS NULL
                        AND q.method = x.part) END)::bigint AS total,
           sum((SELECT sum(CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END)
                  FROM practice_receipts q
                  JOIN postings p ON p.entry_id = q.entry_id
                  JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'practice_deposits'
                 WHERE q.batch_id = t.id AND q.reverses_receipt_id IS NULL
                   AND x.part IN ('', q.method)))::bigint AS posted
      FROM deposit_batches x JOIN receipt_batches t ON t.id = x.batch_id
     WHERE x.deposit_id = d.id) b ON true
  LEFT JOIN LATERAL (
    SELECT sum(CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END)::bigint AS moved
      FROM (SELECT entry_id FROM remittance_claims WHERE remittance_id = r.id
            UNION SELECT entry_id FROM provider_adjustments WHERE remittance_id = r.id) e
      JOIN postings p ON p.entry_id = e.entry_id
      JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'payer_clearing') m ON true
 WHERE d.deposited_on = :day
 ORDER BY d.id
""")
_STANDING = text("""
SELECT coalesce(sum(s.cents), 0)::bigint AS suspense, min(s.since) AS oldest,
       (SELECT count(DISTINCT b.id)
          FROM eob_batches b JOIN eob_entries n ON n.batch_id = b.id AND n.state = 'draft'
         WHERE b.received_on = :day) AS open_batches,
       (SELECT coalesce(sum(CASE p.side WHEN 'credit' THEN p.amount_cents ELSE -p.amount_cents END), 0)
          FROM postings p JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'patient_credit'
          JOIN journal_entries e ON e.id = p.entry_id WHERE e.occurred_on <= :day)::bigint AS credit
  FROM (SELECT sum(CASE p.side WHEN 'credit' THEN p.amount_cents ELSE -p.amount_cents END) AS cents,
               min(e.occurred_on) AS since
          FROM postings p
          JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'payer_suspense'
          JOIN journal_entries e ON e.id = p.entry_id
         WHERE e.occurred_on <= :day
         GROUP BY p.reference
        HAVING sum(CASE p.side WHEN 'credit' THEN p.amount_cents ELSE -p.amount_cents END) <> 0) s
""")
_AWAITED = text("""
SELECT r.id, r.payer_name, r.trace, r.paid_cents, r.issued_on
  FROM remittances r
 WHERE r.status = 'posted' AND r.paid_cents > 0 AND r.issued_on <= :day
   AND r.issued_on > CAST(:day AS date) - 30
   AND NOT EXISTS (SELECT 1 FROM bank_deposits d
                    WHERE d.remittance_id = r.id AND d.deposited_on <= :day)
 ORDER BY r.issued_on, r.id
 LIMIT 200
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRemittance:
    """One 835 set: what it said (BPR02), what it moved, and what of it waits in suspense."""

    id: int
    payer_name: str
    trace: str
    paid: Money
    posted: Money
    suspense: Money
    status: str
    reasons: tuple[str, ...]
    deposited: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayReceipts:
    """Patients' money of one kind: what the papers add up to, and what the ledger took in."""

    method: str
    count: int
    amount: Money
    posted: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPayout:
    """What the card company paid out, and what it is made of."""

    id: int
    provider_id: str
    amount: Money
    status: str
    automatic: bool
    posted: bool
    confirmed: bool  # the bank's statement shows it
    lines: tuple[MatchedLine, ...]

    @property
    def net(self) -> Money:
        return sum((line.net for line in self.lines), ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayDeposit:
    """One line of the bank's statement; `expected` is what its paper says, or None.

    `kind`: eft, check, payout, refund, or empty while it answers nothing.
    """

    id: int
    amount: Money
    trace: str
    remittance_id: int | None
    payout_id: int | None
    kind: str
    payer_name: str
    expected: Money | None
    posted: Money  # of what it answers, whenever that was posted
    agency_part: Money = ZERO  # of a line that holds an agency's check together with batches


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """A payment that a remittance promised and the bank has not shown yet."""

    remittance_id: int
    payer_name: str
    trace: str
    amount: Money
    issued_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stood undecided at the end of the day (OPS-14)."""

    suspense: Money
    suspense_since: date | None
    credit: Money
    open_batches: int  # of the day, with an EOB that is typed and not posted (OPS-12)


def day_remittances(session: Session, day: date) -> tuple[DayRemittance, ...]:
    """The remittances of the day."""
    return tuple(
        DayRemittance(
            id=row.id,
            payer_name=row.payer_name,
            trace=row.trace,
            paid=Money(row.paid_cents),
            posted=Money(row.posted),
            suspense=Money(row.suspense),
            status=row.status,
            reasons=tuple(row.reasons),
            deposited=None if row.deposited is None else Money(row.deposited),
        )
        for row in session.execute(_REMITTANCES, {"day": day})
    )


def day_receipts(session: Session, day: date) -> tuple[DayReceipts, ...]:
    """Patients' money of the day, by how it came."""
    return tuple(
        DayReceipts(
            method=method.replace("_", " "), count=count, amount=Money(amount), posted=Money(posted)
        )
        for method, count, amount, posted in session.execute(_PAID, {"day": day})
    )


def day_payouts(session: Session, day: date) -> tuple[DayPayout, ...]:
    """What the card company's payouts of the day are made of; each line beside the entry it answers."""
    heads = session.execute(_PAYOUTS, {"day": day}).all()
    lines = lines_of_payouts(session, [row.id for row in heads]) if heads else ()
    return tuple(
        DayPayout(
            id=row.id,
            provider_id=row.provider_id,
            amount=Money(row.amount_cents),
            status=row.status,
            automatic=row.automatic,
            posted=row.posted,
            confirmed=row.confirmed,
            lines=tuple(line for line in lines if line.payout_id == row.id),
        )
        for row in heads
    )


def day_deposits(session: Session, day: date) -> tuple[DayDeposit, ...]:
    """What the bank's statement shows for the day, as staff entered it."""
    return tuple(
        DayDeposit(
            id=row.id,
            amount=Money(row.amount_cents),
            trace=row.trace,
            remittance_id=row.remittance_id,
            payout_id=row.payout_id,
            kind=_deposit_kind(row),
            payer_name=row.payer_name,
            expected=None if row.expected is None else Money(row.expected),
            posted=Money(row.posted),
            agency_part=Money(row.agency_part or 0),
        )
        for row in session.execute(_DEPOSITS, {"day": day})
    )


def _deposit_kind(row: Row[Any]) -> str:
    if row.remittance_id is not None:
        return "eft"
    if row.payout_id is not None:
        return "payout"
    if row.check_refund_id is not None or row.payer_refund_id is not None:
        return "refund"
    if row.agency_remittance_id is not None and not row.counted:
        return "agency"
    return "check" if row.counted else ""


def standing(session: Session, day: date) -> Standing:
    """Suspense with its age, and patients' credit, at the end of the day."""
    row = session.execute(_STANDING, {"day": day}).one()
    return Standing(
        suspense=Money(row.suspense),
        suspense_since=row.oldest,
        credit=Money(row.credit),
        open_batches=row.open_batches,
    )


def awaited(session: Session, day: date) -> tuple[Awaited, ...]:
    """Remittances of the last month whose money the bank has not shown by then (OPS-10)."""
    return tuple(
        Awaited(
            remittance_id=remittance_id,
            payer_name=payer,
            trace=trace,
            amount=Money(cents),
            issued_on=issued_on,
        )
        for remittance_id, payer, trace, cents, issued_on in session.execute(_AWAITED, {"day": day})
    )
