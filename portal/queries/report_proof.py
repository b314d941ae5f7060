"""What `verify-ledger` asks of the tables that the reports add up beforehand: do they say what the books say?"""

from __future__ import annotations

# As in `ledger_proof`: SIGNED stands for debit less credit, and a row names what is off and by how much.
REPORT_CHECKS = {
    # Of what was posted after the last look the reports need to know nothing yet.
    "the reports' days equal the postings": """
        WITH later AS (
          SELECT DISTINCT e.occurred_on AS day FROM journal_entries e
            JOIN report_marks m ON e.recorded_xid >= m.horizon),
        said AS (
          SELECT day, account_id, sum(debit_cents - credit_cents) AS cents
            FROM ledger_days GROUP BY 1, 2),
        moved AS (
          SELECT e.occurred_on AS day, p.account_id, sum(SIGNED) AS cents
            FROM journal_entries e JOIN postings p ON p.entry_id = e.id GROUP BY 1, 2)
        SELECT 'day ' || day || ', account ' || account_id,
               (coalesce(said.cents, 0) - coalesce(moved.cents, 0))::bigint
          FROM said FULL JOIN moved USING (day, account_id)
         WHERE EXISTS (SELECT 1 FROM report_marks) AND day NOT IN (SELECT day FROM later)
           AND coalesce(said.cents, 0) <> coalesce(moved.cents, 0)""",
    "the reports' open lines equal the postings": """
        WITH later AS (
          SELECT DISTINCT p.charge_id FROM journal_entries e
            JOIN report_marks m ON e.recorded_xid >= m.horizon
            JOIN postings p ON p.entry_id = e.id WHERE p.charge_id IS NOT NULL),
        said AS (
          SELECT charge_id, account_id, payer_id, sum(balance_cents) AS cents
            FROM receivable_spans WHERE to_day = '9999-12-31' GROUP BY 1, 2, 3),
        stood AS (
          SELECT p.charge_id, p.account_id, sum(SIGNED) AS cents,
                 CASE a.code WHEN 'insurance_receivable' THEN coalesce(p.payer_id, 0) ELSE 0 END AS payer_id
            FROM postings p JOIN ledger_accounts a ON a.id = p.account_id
           WHERE a.code IN ('patient_receivable', 'insurance_receivable') GROUP BY 1, 2, 4)
        SELECT 'charge ' || charge_id, (coalesce(said.cents, 0) - coalesce(stood.cents, 0))::bigint
          FROM said FULL JOIN stood USING (charge_id, account_id, payer_id)
         WHERE EXISTS (SELECT 1 FROM report_marks) AND charge_id NOT IN (SELECT charge_id FROM later)
           AND coalesce(said.cents, 0) <> coalesce(stood.cents, 0)""",
    # The last of the spans is of what is first of all; a claim whose answers changed since is looked at next time.
    "the reports' first answers equal the answers": """
        WITH later AS (
          SELECT rc.claim_id FROM remittance_claims rc JOIN report_marks m ON rc.changed_xid >= m.horizon
           WHERE rc.claim_id IS NOT NULL),
        said AS (
          SELECT claim_id, remittance_claim_id AS id, denied_on <> '9999-12-31' AS denied, billed_cents AS cents
            FROM first_answers WHERE to_day = '9999-12-31'),
        answered AS (
          SELECT DISTINCT ON (rc.claim_id) rc.claim_id, rc.id, rc.billed_cents AS cents,
                 rc.status_code = '4' OR rc.disposition = 'denied' OR EXISTS (
                   SELECT 1 FROM remittance_lines l JOIN line_adjustments d ON d.remittance_line_id = l.id
                    WHERE l.remittance_claim_id = rc.id AND d.outcome = 'stays' AND d.group_code <> 'PR') AS denied
            FROM remittance_claims rc
           WHERE rc.claim_id IS NOT NULL AND rc.disposition <> 'duplicate'
             AND rc.status_code NOT IN ('22', '23', '25')
           ORDER BY rc.claim_id, rc.decided_on, rc.remittance_id, rc.ordinal)
        SELECT 'claim ' || claim_id, coalesce(said.cents, answered.cents)
          FROM said FULL JOIN answered USING (claim_id)
         WHERE EXISTS (SELECT 1 FROM report_marks) AND claim_id NOT IN (SELECT claim_id FROM later)
           AND (said.id, said.denied, said.cents) IS DISTINCT FROM (answered.id, answered.denied, answered.cents)""",
    # What is off is a number of lines, not of cents.
    "the reports' answered lines equal the answers": """
        WITH later AS (
          SELECT rc.remittance_id FROM remittance_claims rc JOIN report_marks m ON rc.changed_xid >= m.horizon),
        said AS (
          SELECT remittance_id, decided_on, lines, by_itself FROM answer_tallies),
        answered AS (
          SELECT rc.remittance_id, rc.decided_on, sum(l.lines) AS lines,
                 coalesce(sum(l.lines) FILTER (WHERE w.id IS NULL), 0) AS by_itself
            FROM remittance_claims rc
           CROSS JOIN LATERAL (
                 SELECT greatest(count(*), 1) AS lines FROM remittance_lines d
                  WHERE d.remittance_claim_id = rc.id) l
            LEFT JOIN LATERAL (
                 SELECT i.remittance_claim_id AS id FROM work_items i
                  WHERE i.remittance_claim_id = rc.id AND i.kind IN ('held_claim', 'unmatched') LIMIT 1) w ON true
           WHERE rc.disposition <> 'duplicate' GROUP BY 1, 2)
        SELECT 'remittance ' || remittance_id || ', decided ' || decided_on || ', lines',
               (coalesce(said.lines, 0) - coalesce(answered.lines, 0))::bigint
          FROM said FULL JOIN answered USING (remittance_id, decided_on)
         WHERE EXISTS (SELECT 1 FROM report_marks) AND remittance_id NOT IN (SELECT remittance_id FROM later)
           AND (said.lines, said.by_itself) IS DISTINCT FROM (answered.lines, answered.by_itself)""",
}
