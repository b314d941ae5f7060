"""From when on a bill counts that a payer raised after it was told: SQL over visit `v` (STMT-19, CORE-3)."""

from __future__ import annotations

# The ledger's position of the newest statement that stands and told less of it than its payers leave to the patient
# now; null: none did. What a dispute, a hold or a payment changed is no decision of a payer.
RAISED_AFTER = """
(SELECT max(less.ledger_position) FROM statements less
  WHERE less.guarantor_account_id = v.guarantor_account_id
    AND EXISTS (SELECT 1 FROM statement_lines l JOIN charges c ON c.id = l.charge_id
                 WHERE l.statement_id = less.id AND c.visit_id = v.id)
    AND EXISTS (SELECT 1 FROM statement_deliveries e
                 WHERE e.statement_id = less.id AND e.returned_on IS NULL)
    AND (SELECT sum(CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END)
           FROM postings p
           JOIN journal_entries j ON j.id = p.entry_id AND j.kind LIKE 'remittance_claim%'
           JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'patient_receivable'
          WHERE p.visit_id = v.id AND p.id > less.ledger_position) > 0)
"""
# The first delivery that stands of a statement that asks for it, since the one that told less.
TOLD_FROM = f"""
(SELECT min(d.delivered_on) FROM statement_deliveries d
   JOIN statements s ON s.id = d.statement_id
  WHERE d.returned_on IS NULL
    AND EXISTS (SELECT 1 FROM statement_lines l JOIN charges c ON c.id = l.charge_id
                 WHERE l.statement_id = s.id AND c.visit_id = v.id AND l.amount_cents > 0)
    AND s.ledger_position > coalesce({RAISED_AFTER}, -1))
"""  # noqa: S608 (our own words only)
