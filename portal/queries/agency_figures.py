# ruff: noqa: S608 - every word of these statements is our own
"""What the report of agencies counts, each fact one statement, which is also what its rows are read by (COLL-21, OPS-22)."""

from __future__ import annotations

from datetime import date
from typing import Any

from billing.ledger import Account
from portal.queries.report_shapes import Finality, months_back

MONTHS = 12
EARLIER = "earlier"  # the months before, as one
RECOVERS = ("agency_payment", "agency_payment_back")
OFF = {Account.BAD_DEBT.value: "Bad debt", Account.SMALL_BALANCE.value: "Small balances"}
BECAME = {
    "there": "Still there",
    "recalled": "Recalled",
    "paid": "Paid in full",
    "back": "Given back",
}

# Each placement as it stood at the end of the day. What is owed counts in whole charges, as its agency may ask for it;
# a clock that began anew since does not move the day of the first statement before it was placed.
PLACED = """
    SELECT row_number() OVER (ORDER BY p.placed_at, p.number) AS id, p.placed_on AS day, p.number, p.agency_id,
           a.name AS agency, CASE WHEN p.placed_on < :first THEN 'earlier' ELSE to_char(p.placed_on, 'YYYY-MM') END AS month,
           p.placed_cents, p.guarantor_account_id, v.patient_id, p.visit_id,
           CASE WHEN p.ended_at IS NULL OR p.ended_at >= :end THEN 'there' WHEN p.state = 'closed' THEN 'back' ELSE p.state END AS became,
           CASE WHEN p.ended_at IS NULL OR p.ended_at >= :end OR p.state = 'paid' THEN ''
                WHEN p.state = 'closed' THEN 'The agency says: ' || replace(p.ended_why, '_', ' ')
                WHEN o.id IS NULL THEN 'It never left'
                WHEN o.ordered_by_id IS NOT NULL AND o.rule_ids = '{}' THEN 'A person called it home'
                ELSE upper(left(p.ended_why, 1)) || substr(p.ended_why, 2) END AS reason,
           coalesce(r.gross, 0)::bigint AS gross, coalesce(r.fee, 0)::bigint AS fee,
           CASE WHEN p.ended_at IS NULL OR p.ended_at >= :end THEN coalesce(w.cents, 0) ELSE 0 END::bigint AS owed,
           p.placed_on - coalesce(c.was, v.first_statement_on) AS days
      FROM placements p
      JOIN agencies a ON a.id = p.agency_id
      JOIN visits v ON v.id = p.visit_id
      LEFT JOIN LATERAL (
        SELECT q.id, q.ordered_by_id, q.rule_ids FROM placement_orders q
         WHERE q.placement_id = p.id AND q.order = 'recall' ORDER BY q.id DESC LIMIT 1) o ON true
      LEFT JOIN LATERAL (
        SELECT sum(CASE t.kind WHEN 'payment' THEN t.amount_cents ELSE -t.amount_cents END) AS gross,
               sum(CASE t.kind WHEN 'payment' THEN t.fee_cents ELSE -t.fee_cents END) AS fee
          FROM agency_returns t JOIN journal_entries e ON e.id = t.entry_id AND e.occurred_on <= :on
         WHERE t.placement_id = p.id) r ON true
      LEFT JOIN LATERAL (
        SELECT sum(greatest(x.cents, 0)) AS cents FROM (
          SELECT sum(CASE l.side WHEN 'debit' THEN l.amount_cents ELSE -l.amount_cents END) AS cents
            FROM postings l
            JOIN ledger_accounts g ON g.id = l.account_id AND g.code IN ('patient_receivable', 'bad_debt')
            JOIN journal_entries e ON e.id = l.entry_id AND e.occurred_on <= :on
           WHERE l.visit_id = p.visit_id AND (p.ended_at IS NULL OR p.ended_at >= :end)
           GROUP BY l.charge_id) x) w ON true
      LEFT JOIN LATERAL (
        SELECT k.was FROM clock_changes k
         WHERE k.visit_id = v.id AND k.clock = 'first_statement_on' AND k.was <= p.placed_on
           AND v.first_statement_on > p.placed_on ORDER BY k.id DESC LIMIT 1) c ON true
     WHERE p.placed_on <= :on"""
GROUPS = f"""
    SELECT r.agency_id, r.agency, r.month, r.became, r.reason, count(*) AS bills, sum(r.placed_cents)::bigint AS placed,
           sum(r.gross)::bigint AS gross, sum(r.fee)::bigint AS fee, sum(r.owed)::bigint AS owed,
           coalesce(sum(r.days) FILTER (WHERE r.days >= 0), 0) AS days, count(*) FILTER (WHERE r.days >= 0) AS dated
      FROM ({PLACED}) r GROUP BY 1, 2, 3, 4, 5"""
ACCOUNTS = (
    "SELECT count(DISTINCT p.guarantor_account_id) FROM placements p WHERE p.placed_on <= :on"
)
# An agency's own payments by the ledger, so that one which was taken back is in neither sum.
REMITTED = """
    SELECT p.id, e.occurred_on AS day, 'Payment ' || x.trace AS what,
           CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END AS cents, true AS counted,
           NULL::int AS guarantor_account_id, NULL::int AS patient_id, NULL::int AS visit_id, x.agency_id, a.code
      FROM agency_remittances x
      JOIN journal_entries e ON e.id IN (x.entry_id, x.back_entry_id) AND e.occurred_on <= :on
      JOIN postings p ON p.entry_id = e.id
      JOIN ledger_accounts a ON a.id = p.account_id"""
PAID_TO_US = (
    f"SELECT r.agency_id, r.code, sum(r.cents)::bigint AS cents FROM ({REMITTED}) r GROUP BY 1, 2"
)
# Written off, taken back (and put back where a plan decided again), and recovered, by month of the entry.
WRITE_OFFS = """
    SELECT a.code, CASE WHEN d.day < :first THEN 'earlier' ELSE to_char(d.day, 'YYYY-MM') END AS month,
           coalesce(sum(d.debit_cents) FILTER (WHERE d.kind <> ALL (:recovers)), 0)::bigint AS off,
           -coalesce(sum(d.credit_cents) FILTER (WHERE d.kind <> ALL (:recovers)), 0)::bigint AS back,
           coalesce(sum(d.debit_cents - d.credit_cents) FILTER (WHERE d.kind = ANY (:recovers)), 0)::bigint AS recovered
      FROM ledger_days d JOIN ledger_accounts a ON a.id = d.account_id AND a.code = ANY (:off)
     WHERE d.day <= :on AND d.kind <> 'account_move' GROUP BY 1, 2"""
OFF_ROWS = """
    SELECT p.id, e.occurred_on AS day, initcap(left(replace(e.kind, '_', ' '), 1)) || substr(replace(e.kind, '_', ' '), 2) AS what,
           CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END AS cents, true AS counted,
           p.guarantor_account_id, v.patient_id, p.visit_id
      FROM journal_entries e
      JOIN postings p ON p.entry_id = e.id
      JOIN ledger_accounts a ON a.id = p.account_id AND a.code = :code
      LEFT JOIN visits v ON v.id = p.visit_id
     WHERE e.occurred_on <= :on AND e.kind <> 'account_move'
       AND (:month = 'all' OR CASE WHEN e.occurred_on < :first THEN 'earlier' ELSE to_char(e.occurred_on, 'YYYY-MM') END = :month)
       AND CASE :part WHEN 'recovered' THEN e.kind = ANY (:recovers) WHEN 'stands' THEN true
                WHEN 'off' THEN e.kind <> ALL (:recovers) AND p.side = 'debit'
                ELSE e.kind <> ALL (:recovers) AND p.side = 'credit' END"""


def asked(final: Finality) -> dict[str, Any]:
    """What every statement here is asked with."""
    return {
        "on": final.as_of,
        "end": final.ends_at,
        "first": first_month(final.as_of),
        "recovers": list(RECOVERS),
        "off": list(OFF),
    }


def first_month(on: date) -> date:
    """The first of the months that stand alone."""
    return months_back(on, MONTHS)[0]
