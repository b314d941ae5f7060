"""Medicare bad debts: each bill of Medicare that was written off, its clocks, and whether it may be claimed (COLL-32)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Row, text

from billing.medicare_bad_debt import WrittenOff, claimable, effort_days, lacks
from billing.money import Money, total_of
from portal.db import read_only
from portal.queries.report_facts import RowsOf, finality
from portal.queries.report_shapes import Cell, Report, Table, cells

KEY = "medicare-bad-debt"
_BILLS = text(
    """
WITH off AS (
  SELECT b.id, b.visit_id, e.occurred_on AS off_on
    FROM bad_debt_bills b
    JOIN journal_entries e ON e.id = b.entry_id AND e.occurred_on <= :on
    LEFT JOIN journal_entries r ON r.id = b.back_entry_id
   WHERE (b.state = 'posted' OR r.occurred_on > :on)
     AND EXISTS (SELECT 1 FROM claims c WHERE c.visit_id = b.visit_id AND c.state <> 'void'
                    AND c.filing_code IN ('MA', 'MB')))
SELECT o.id, g.number AS account, v.control_number, v.service_on, o.off_on, v.first_statement_on,
       (SELECT max(c.decided_on) FROM claims c WHERE c.visit_id = v.id AND c.state <> 'void' AND c.decided_on <= :on) AS answered_on,
       (SELECT max(e.occurred_on)
          FROM postings p JOIN journal_entries e ON e.id = p.entry_id AND e.occurred_on <= o.off_on
          JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'patient_receivable'
         WHERE p.visit_id = v.id AND p.side = 'credit'
           AND e.kind IN ('payment', 'agency_payment', 'credit_application')) AS paid_on,
       (SELECT coalesce(sum(CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END), 0)
          FROM postings p JOIN journal_entries e ON e.id = p.entry_id AND e.occurred_on <= :on
          JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'bad_debt'
         WHERE p.visit_id = v.id)::bigint AS left_cents,
       (SELECT (max(t.ended_at) AT TIME ZONE :zone)::date FROM placements t
         WHERE t.visit_id = v.id AND t.ended_at < :end) AS ended_day,
       EXISTS (SELECT 1 FROM placements t WHERE t.visit_id = v.id AND t.placed_on <= :on
                  AND (t.ended_at IS NULL OR t.ended_at >= :end)) AS with_agency,
       coalesce(s.deductible, 0)::bigint AS deductible, coalesce(s.coinsurance, 0)::bigint AS coinsurance
  FROM off o
  JOIN visits v ON v.id = o.visit_id
  JOIN guarantor_accounts g ON g.id = v.guarantor_account_id
  LEFT JOIN LATERAL (
    SELECT sum(d.amount_cents) FILTER (WHERE d.carc = '1') AS deductible,
           sum(d.amount_cents) FILTER (WHERE d.carc = '2') AS coinsurance
      FROM claims c
      JOIN remittance_claims r ON r.claim_id = c.id AND r.disposition = 'posted' AND r.reversed_by_id IS NULL
      JOIN remittance_lines l ON l.remittance_claim_id = r.id
      JOIN line_adjustments d ON d.remittance_line_id = l.id AND d.group_code = 'PR' AND d.outcome = 'posted'
     WHERE c.visit_id = v.id AND c.filing_code IN ('MA', 'MB')) s ON true
 ORDER BY o.off_on, o.id
"""
)
CLOCKS = (
    "Bill",
    "Visit",
    "Plan answered",
    "First bill",
    "Last payment",
    "Written off",
    "Days of effort",
    "Back from agency",
)
AMOUNTS = (
    "Bill",
    "Account",
    "Deductible",
    "Coinsurance",
    "Still bad debt",
    "May be claimed",
    "What stands against it",
)


def medicare_report(on: date) -> Report:
    """One row for each bill, the oldest write-off first."""
    with read_only() as session:
        final = finality(session, on)
        rows = session.execute(_BILLS, {"on": on, "end": final.ends_at, "zone": final.zone}).all()
    judged = [(row, _facts(row)) for row in rows]
    lines = [_amounts(row, facts) for row, facts in judged]
    total = cells(
        "All",
        "",
        total_of(Money(row.deductible) for row in rows),
        total_of(Money(row.coinsurance) for row in rows),
        total_of(facts.left for _, facts in judged),
        total_of(claimable(facts) for _, facts in judged),
        "",
    )
    return Report(
        key=KEY,
        title="Medicare bad debts",
        lead="Bills of Medicare that were written off, and which of them a cost report may claim.",
        finality=final,
        tables=(
            Table(
                title="What may be claimed",
                heads=AMOUNTS,
                rows=(*lines, total) if lines else (),
                has_total=bool(lines),
                note="Every payer’s bills take the same steps before a write-off: one gate asks for them.",
            ),
            Table(
                title="The clocks of each bill",
                heads=CLOCKS,
                rows=tuple(_clocks(row, facts) for row, facts in judged),
            ),
        ),
        definitions=(
            (
                "First bill",
                "Within 120 days of the plan’s last answer, by post or where the patient agreed.",
            ),
            (
                "Days of effort",
                "From the first bill, and anew from each payment, to the write-off: 120 at least.",
            ),
            (
                "May be claimed",
                "What is still bad debt, up to the deductible and coinsurance, once no agency has it.",
            ),
        ),
    )


def medicare_rows(figure: str, on: date) -> RowsOf | None:
    """What was written off of one bill, and what came back; None for no such bill."""
    if not figure.isdigit():
        return None
    return RowsOf(
        title="Written off, and what came back",
        sql="""
            SELECT p.id, e.occurred_on AS day, replace(e.kind, '_', ' ') AS what,
                   CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END AS cents,
                   true AS counted, p.guarantor_account_id, v.patient_id, p.visit_id
              FROM bad_debt_bills b
              JOIN visits v ON v.id = b.visit_id
              JOIN postings p ON p.visit_id = b.visit_id
              JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'bad_debt'
              JOIN journal_entries e ON e.id = p.entry_id AND e.occurred_on <= :on
             WHERE b.id = :bill""",
        params={"bill": int(figure), "on": on},
    )


def _facts(row: Row[Any]) -> WrittenOff:
    return WrittenOff(
        answered_on=row.answered_on,
        first_bill_on=row.first_statement_on,
        paid_on=row.paid_on,
        written_off_on=row.off_on,
        with_agency=row.with_agency,
        left=Money(row.left_cents),
        share=Money(row.deductible + row.coinsurance),
    )


def _clocks(row: Row[Any], facts: WrittenOff) -> tuple[Cell, ...]:
    back = row.ended_day if row.ended_day and not row.with_agency else None
    return cells(
        row.control_number,
        row.service_on,
        row.answered_on,
        row.first_statement_on,
        row.paid_on,
        row.off_on,
        effort_days(facts),
        back,
    )


def _amounts(row: Row[Any], facts: WrittenOff) -> tuple[Cell, ...]:
    return cells(
        row.control_number,
        row.account,
        Money(row.deductible),
        Money(row.coinsurance),
        (facts.left, str(row.id)),
        claimable(facts),
        "; ".join(lacks(facts)) or "Nothing",
    )
