"""What agencies hold for us, proved: their clearing account is their returned payments less what they paid (COLL-21)."""

from __future__ import annotations

AGENCY_CHECKS = {
    "agency_clearing is what each agency was paid less what it paid us": """
        WITH sources AS (
          SELECT agency_id, entry_id FROM agency_returns WHERE entry_id IS NOT NULL
          UNION SELECT agency_id, entry_id FROM agency_remittances
          UNION SELECT agency_id, back_entry_id FROM agency_remittances WHERE back_entry_id IS NOT NULL),
        moved AS (
          SELECT s.agency_id, sum(SIGNED) AS cents
            FROM sources s JOIN postings p ON p.entry_id = s.entry_id
            JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'agency_clearing'
           GROUP BY 1),
        told AS (
          SELECT agency_id, sum(CASE kind WHEN 'payment' THEN amount_cents ELSE -amount_cents END) AS cents
            FROM agency_returns
           WHERE kind = 'payment' OR (kind = 'payment_back' AND entry_id IS NOT NULL) GROUP BY 1),
        paid AS (
          SELECT agency_id, sum(gross_cents) AS cents FROM agency_remittances WHERE back_entry_id IS NULL GROUP BY 1)
        SELECT g.name, (coalesce(m.cents, 0) - coalesce(t.cents, 0) + coalesce(x.cents, 0))::bigint
          FROM agencies g
          LEFT JOIN moved m ON m.agency_id = g.id
          LEFT JOIN told t ON t.agency_id = g.id
          LEFT JOIN paid x ON x.agency_id = g.id
         WHERE coalesce(m.cents, 0) <> coalesce(t.cents, 0) - coalesce(x.cents, 0)""",
    "agency_clearing moves by agencies' returns and payments alone": """
        SELECT e.source_ref, sum(SIGNED)::bigint
          FROM postings p
          JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'agency_clearing'
          JOIN journal_entries e ON e.id = p.entry_id
         WHERE NOT EXISTS (SELECT 1 FROM agency_returns r WHERE r.entry_id = e.id)
           AND NOT EXISTS (SELECT 1 FROM agency_remittances x WHERE e.id IN (x.entry_id, x.back_entry_id))
         GROUP BY e.id HAVING e.kind <> 'account_move' OR sum(SIGNED) <> 0""",
    "an agency's payment is the payments that it covers, less those returned": """
        SELECT 'trace ' || x.trace, (CASE WHEN x.back_entry_id IS NULL THEN x.gross_cents ELSE 0 END - coalesce(sum(
                 CASE r.kind WHEN 'payment' THEN r.amount_cents ELSE -r.amount_cents END), 0))::bigint
          FROM agency_remittances x LEFT JOIN agency_returns r ON r.remittance_id = x.id
         GROUP BY x.id HAVING CASE WHEN x.back_entry_id IS NULL THEN x.gross_cents ELSE 0 END <> coalesce(sum(
                 CASE r.kind WHEN 'payment' THEN r.amount_cents ELSE -r.amount_cents END), 0)""",
    "an agency's payment that was taken back answers no line of the bank": """
        SELECT 'trace ' || x.trace, d.amount_cents
          FROM agency_remittances x JOIN bank_deposits d ON d.agency_remittance_id = x.id
         WHERE x.back_entry_id IS NOT NULL""",
}
