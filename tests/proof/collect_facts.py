"""What the oracle's story takes from our tables: what left, what is owed, what a history must tell."""

from __future__ import annotations

from sqlalchemy import text

OWED = text(
    """
SELECT p.visit_id, p.charge_id, sum(CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END)
  FROM postings p JOIN ledger_accounts a ON a.id = p.account_id
 WHERE a.code = 'patient_receivable' AND p.visit_id IS NOT NULL GROUP BY 1, 2
"""
)
NAMES = text("SELECT id, last_name || ', ' || first_name FROM guarantor_accounts")
CREDIT = text(
    """
SELECT p.guarantor_account_id, sum(CASE p.side WHEN 'credit' THEN p.amount_cents ELSE -p.amount_cents END)
  FROM postings p JOIN ledger_accounts a ON a.id = p.account_id
 WHERE a.code = 'patient_credit' AND p.guarantor_account_id IS NOT NULL GROUP BY 1
"""
)
TOLD = text(
    """
SELECT d.id, d.statement_id, d.channel, d.delivered_on, coalesce(d.due_on, s.due_on) AS due_on, s.cycle_on,
       s.guarantor_account_id, c.visit_id,
       jsonb_object_agg(c.id, l.amount_cents) FILTER (WHERE c.id IS NOT NULL) AS asked, sum(l.amount_cents)
  FROM statement_deliveries d JOIN statements s ON s.id = d.statement_id
  LEFT JOIN statement_lines l ON l.statement_id = s.id LEFT JOIN charges c ON c.id = l.charge_id
 WHERE d.id > :seen GROUP BY d.id, s.id, c.visit_id
 ORDER BY d.id
"""
)
CORRECTED = text(
    """
SELECT s.guarantor_account_id, s.cycle_on FROM statements s WHERE s.content->>'corrected' IS NOT NULL
   AND EXISTS (SELECT 1 FROM statement_deliveries d WHERE d.statement_id = s.id)
"""
)
WARNED = text(
    """
SELECT id, guarantor_account_id, visit_ids, sent_on, deadline_on, eca_types,
       content::text LIKE '%has not been reported to a credit bureau%' AS in_bold FROM notices
 WHERE kind = 'final_notice' AND sent_on = :on
"""
)
PLANS = text(
    """
SELECT DISTINCT p.id, p.guarantor_account_id, p.state, p.created_at::date, c.visit_id,
       coalesce(p.ended_on, p.state_at::date) AS over
  FROM plans p JOIN plan_versions v ON v.plan_id = p.id AND v.number = p.current_version
  JOIN plan_lines l ON l.version_id = v.id JOIN charges c ON c.id = l.charge_id
"""
)
PLACED = text("SELECT guarantor_account_id, visit_id, state FROM placements")
REACH = text(
    "SELECT guarantor_account_id FROM account_conditions WHERE kind = 'unreachable' AND ended_at IS NULL"
)


DRAWN = text(
    """
SELECT p.guarantor_account_id, c.visit_id, jsonb_object_agg(c.id, a.amount_cents) AS drawn
  FROM payments p JOIN payment_allocations a ON a.payment_id = p.id JOIN charges c ON c.id = a.charge_id
 WHERE p.state = 'succeeded' AND NOT p.id = ANY (:before) GROUP BY 1, 2
"""
)
PAID = text("SELECT id, amount_cents FROM payments WHERE state = 'succeeded'")
SCREENED = text("SELECT guarantor_account_id, screened_on FROM assistance_screenings")
# A history that does not explain itself: a no without a rule, an order to an agency without one, a placement without its proofs.
UNTOLD = text(
    """
SELECT 'denial ' || id FROM gate_denials WHERE cardinality(rule_ids) = 0
UNION ALL
SELECT 'order ' || id FROM placement_orders
 WHERE "order" IN ('recall', 'suspend') AND cardinality(rule_ids) = 0
UNION ALL
SELECT 'placement ' || p.number FROM placements p
 WHERE NOT EXISTS (SELECT 1 FROM collection_proofs c WHERE c.guarantor_account_id = p.guarantor_account_id
                    AND c.kind = 'final_notice' AND c.happened_on <= p.placed_on - 30)
    OR NOT EXISTS (SELECT 1 FROM collection_proofs c WHERE c.guarantor_account_id = p.guarantor_account_id
                    AND c.kind = 'oral_attempt' AND c.happened_on <= p.placed_on - 30)
    OR NOT EXISTS (SELECT 1 FROM dunning_steps d WHERE d.guarantor_account_id = p.guarantor_account_id
                    AND d.step = 'final_notice')
"""
)
