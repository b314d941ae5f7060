"""Proves every cent: trial balance, control accounts, statements, remittances (`verify-ledger`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.money import Money
from portal.db import read_only
from portal.queries.agency_proof import AGENCY_CHECKS
from portal.queries.report_proof import REPORT_CHECKS

# Each check (SIGNED stands for debit less credit) gives no row when the books are right; a row names what is off and by how much.
_SIGNED = "CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END"
CHECKS = {
    "trial balance": """
        SELECT 'all accounts', sum(SIGNED)::bigint FROM postings p HAVING sum(SIGNED) <> 0""",
    "every entry balances": """
        SELECT e.source_ref, coalesce(sum(SIGNED), 0)::bigint
          FROM journal_entries e LEFT JOIN postings p ON p.entry_id = e.id
         GROUP BY e.id HAVING count(p.id) < 2 OR sum(SIGNED) <> 0""",
    "reversals mirror what they reverse": """
        SELECT r.source_ref, sum(legs.cents)::bigint
          FROM journal_entries r
          JOIN LATERAL (
            SELECT abs(sum(SIGNED)) AS cents FROM postings p
             WHERE p.entry_id IN (r.id, r.reverses_id)
             GROUP BY p.account_id, p.charge_id, p.payer_id) legs ON true
         WHERE r.reverses_id IS NOT NULL GROUP BY r.id HAVING sum(legs.cents) <> 0""",
    "charges equal billed lines": """
        SELECT 'charge ' || c.id, c.billed_cents + coalesce(sum(SIGNED), 0)::bigint
          FROM charges c
          LEFT JOIN (postings p JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'charges')
            ON p.charge_id = c.id
         GROUP BY c.id HAVING c.billed_cents + coalesce(sum(SIGNED), 0) <> 0""",
    "receivables belong to a charge of their visit and account": """
        SELECT a.code || ', entry ' || min(e.source_ref), abs(sum(SIGNED))::bigint
          FROM postings p
          JOIN ledger_accounts a ON a.id = p.account_id
          JOIN journal_entries e ON e.id = p.entry_id
          LEFT JOIN charges c ON c.id = p.charge_id
          LEFT JOIN visits v ON v.id = c.visit_id
         WHERE a.code IN ('patient_receivable', 'insurance_receivable', 'charges')
         GROUP BY a.code, p.charge_id, p.visit_id, p.guarantor_account_id, c.id, v.id
        -- What a visit left behind when it moved to another account must have left whole.
        HAVING c.id IS NULL OR v.id IS DISTINCT FROM p.visit_id
            OR (v.guarantor_account_id IS DISTINCT FROM p.guarantor_account_id
                AND sum(SIGNED) <> 0)""",
    "lines of a visit net to zero": """
        SELECT 'visit ' || p.visit_id, sum(SIGNED)::bigint
          FROM postings p WHERE p.charge_id IS NOT NULL
         GROUP BY p.visit_id HAVING sum(SIGNED) <> 0""",
    "no patient owes less than nothing on a line": """
        SELECT 'charge ' || p.charge_id, sum(SIGNED)::bigint
          FROM postings p JOIN ledger_accounts a ON a.id = p.account_id
         WHERE a.code = 'patient_receivable'
         GROUP BY p.charge_id HAVING sum(SIGNED) < 0""",
    "payer_clearing moved by BPR02 for each posted remittance": """
        WITH moved AS (
          SELECT p.entry_id, sum(SIGNED) AS cents FROM postings p
            JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'payer_clearing'
           GROUP BY p.entry_id),
        parts AS (
          SELECT remittance_id, entry_id FROM remittance_claims WHERE entry_id IS NOT NULL
          UNION SELECT remittance_id, entry_id FROM provider_adjustments WHERE entry_id IS NOT NULL)
        SELECT 'remittance ' || r.trace, (coalesce(sum(m.cents), 0) - r.paid_cents)::bigint
          FROM remittances r
          LEFT JOIN parts x ON x.remittance_id = r.id
          LEFT JOIN moved m ON m.entry_id = x.entry_id
         GROUP BY r.id
        HAVING coalesce(sum(m.cents), 0) <> CASE r.status WHEN 'posted' THEN r.paid_cents ELSE 0 END""",
    "payer_clearing moves by remittances and deposits alone": """
        SELECT e.source_ref, sum(SIGNED)::bigint
          FROM postings p
          JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'payer_clearing'
          JOIN journal_entries e ON e.id = p.entry_id
         WHERE e.source_ref NOT LIKE 'deposit:%'
           AND NOT EXISTS (SELECT 1 FROM remittance_claims c WHERE c.entry_id = e.id)
           AND NOT EXISTS (SELECT 1 FROM provider_adjustments b WHERE b.entry_id = e.id)
         GROUP BY e.id HAVING e.kind <> 'account_move' OR sum(SIGNED) <> 0""",
    "each decision moves the payer's money by CLP04": """
        WITH moved AS (
          SELECT p.entry_id, sum(SIGNED) AS cents FROM postings p
            JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'payer_clearing'
           GROUP BY p.entry_id)
        SELECT 'claim ' || c.id, (coalesce(m.cents, 0) - c.paid_cents)::bigint
          FROM remittance_claims c
          JOIN remittances r ON r.id = c.remittance_id AND r.status = 'posted'
          LEFT JOIN moved m ON m.entry_id = c.entry_id
         WHERE coalesce(m.cents, 0) <> c.paid_cents""",
    "each decision puts on the patient what its PR lines say": """
        WITH moved AS (
          SELECT p.entry_id, sum(SIGNED) AS cents FROM postings p
            JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'patient_receivable'
           GROUP BY p.entry_id),
        parts AS (
          SELECT id, entry_id FROM remittance_claims WHERE entry_id IS NOT NULL
          UNION ALL SELECT split_part(source_ref, ':', 2)::bigint, id FROM journal_entries
                     WHERE source_ref ~ '^(release|review|passed):[0-9]+$'),
        told AS (
          SELECT x.id, sum(m.cents) AS cents FROM parts x JOIN moved m ON m.entry_id = x.entry_id
           GROUP BY x.id),
        said AS (
          SELECT l.remittance_claim_id AS id, sum(d.amount_cents) AS cents
            FROM remittance_lines l JOIN line_adjustments d ON d.remittance_line_id = l.id
           WHERE d.group_code = 'PR' AND d.outcome = 'posted' GROUP BY l.remittance_claim_id)
        SELECT 'claim ' || c.id, (coalesce(told.cents, 0) - coalesce(said.cents, 0))::bigint
          FROM remittance_claims c
          LEFT JOIN told ON told.id = c.id
          LEFT JOIN said ON said.id = c.id
         WHERE c.disposition = 'posted' AND c.status_code <> '22'
           AND coalesce(told.cents, 0) <> coalesce(said.cents, 0)""",
    "only decisions and people move a payer's debt to a patient": """
        SELECT e.source_ref, sum(p.amount_cents)::bigint
          FROM journal_entries e
          JOIN postings p ON p.entry_id = e.id
          JOIN ledger_accounts a ON a.id = p.account_id
         WHERE e.kind NOT IN ('remittance_claim', 'remittance_claim_reversal',
                              'patient_share', 'patient_share_reversal', 'suspense_release',
                              'suspense_release_reversal',
                              'share_passed_on', 'share_passed_on_reversal')
           AND a.code IN ('patient_receivable', 'insurance_receivable')
         GROUP BY e.id HAVING count(DISTINCT a.code) > 1""",
    "statement lines equal the ledger as it stood": """
        SELECT 'statement ' || s.number || ', charge ' || l.charge_id,
               (l.amount_cents + l.disputed_cents - coalesce(sum(SIGNED), 0))::bigint
          FROM statement_lines l
          JOIN statements s ON s.id = l.statement_id
          LEFT JOIN (postings p JOIN ledger_accounts a
                       ON a.id = p.account_id AND a.code = 'patient_receivable')
            ON p.charge_id = l.charge_id AND p.id <= s.ledger_position
         GROUP BY l.id, s.id HAVING l.amount_cents + l.disputed_cents <> coalesce(sum(SIGNED), 0)""",
    "statements add up to their lines": """
        SELECT 'statement ' || s.number, (s.amount_due_cents - coalesce(sum(l.amount_cents), 0))::bigint
          FROM statements s LEFT JOIN statement_lines l ON l.statement_id = s.id
         GROUP BY s.id HAVING s.amount_due_cents <> coalesce(sum(l.amount_cents), 0)""",
    "succeeded payments equal their entries": """
        SELECT 'payment ' || y.id, (y.amount_cents - coalesce(sum(SIGNED), 0))::bigint
          FROM payments y
          LEFT JOIN (postings p JOIN ledger_accounts a
                       ON a.id = p.account_id AND a.code = 'stripe_clearing')
            ON p.entry_id = y.entry_id
         WHERE y.state = 'succeeded'
         GROUP BY y.id HAVING y.amount_cents <> coalesce(sum(SIGNED), 0)""",
    # Held under the reference of its payment, never below nothing, and never more than was paid (SCH-12).
    "money before a visit lies under its payment": """
        SELECT coalesce(p.reference, 'no payment'), (-sum(SIGNED))::bigint
          FROM postings p
          JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'patient_prepayment'
          LEFT JOIN payments y ON p.reference = 'prepayment:' || y.id
         GROUP BY p.reference, y.id
        HAVING y.id IS NULL OR -sum(SIGNED) < 0 OR -sum(SIGNED) > y.amount_cents
            OR count(DISTINCT p.guarantor_account_id) <> 1
            OR bool_or(y.appointment_id IS NULL)""",
    "payments equal their split": """
        SELECT 'payment ' || y.id, (coalesce(s.split, 0) - coalesce(t.settled, 0))::bigint
          FROM payments y
          LEFT JOIN LATERAL (SELECT sum(amount_cents) AS split FROM payment_allocations
                              WHERE payment_id = y.id) s ON true
          LEFT JOIN LATERAL (
            SELECT -sum(SIGNED) AS settled FROM postings p
              JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'patient_receivable'
             WHERE p.entry_id = y.entry_id) t ON true
         WHERE y.state = 'succeeded' AND coalesce(s.split, 0) <> coalesce(t.settled, 0)""",
    "refunds equal their entries, and one that came back nets to nothing": """
        WITH moved AS (
          SELECT coalesce(e.reverses_id, e.id) AS entry_id, sum(SIGNED) AS cents
            FROM postings p
            JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'stripe_clearing'
            JOIN journal_entries e ON e.id = p.entry_id
           WHERE e.kind IN ('refund', 'refund_reversal') GROUP BY 1)
        SELECT 'refund ' || r.id, (coalesce(m.cents, 0) + x.cents)::bigint
          FROM refunds r
          LEFT JOIN moved m ON m.entry_id = r.entry_id
         CROSS JOIN LATERAL (
            SELECT CASE r.state WHEN 'succeeded' THEN r.amount_cents ELSE 0 END AS cents) x
         WHERE coalesce(m.cents, 0) + x.cents <> 0""",
    "every refund entry is of one refund": """
        SELECT e.source_ref, 0::bigint FROM journal_entries e
         WHERE e.kind = 'refund'
           AND NOT EXISTS (SELECT 1 FROM refunds r WHERE r.entry_id = e.id)
           AND NOT EXISTS (SELECT 1 FROM check_refunds r WHERE r.entry_id = e.id)""",
    "checks equal their entries, and a void one nets to nothing": """
        WITH moved AS (
          SELECT coalesce(e.reverses_id, e.id) AS entry_id, sum(SIGNED) AS cents
            FROM postings p
            JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'bank'
            JOIN journal_entries e ON e.id = p.entry_id
           WHERE e.kind IN ('refund', 'refund_reversal') GROUP BY 1)
        SELECT 'check ' || r.number, (coalesce(m.cents, 0) + x.cents)::bigint
          FROM check_refunds r
          LEFT JOIN moved m ON m.entry_id = r.entry_id
         CROSS JOIN LATERAL (
            SELECT CASE WHEN r.state IN ('written', 'cleared') THEN r.amount_cents ELSE 0 END AS cents) x
         WHERE coalesce(m.cents, 0) + x.cents <> 0""",
    "checks to payers equal their entries, and a void one nets to nothing": """
        WITH moved AS (
          SELECT coalesce(e.reverses_id, e.id) AS entry_id, sum(SIGNED) AS cents
            FROM postings p
            JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'bank'
            JOIN journal_entries e ON e.id = p.entry_id
           WHERE e.kind IN ('payer_refund', 'payer_refund_reversal') GROUP BY 1)
        SELECT 'check to a payer ' || r.number, (coalesce(m.cents, 0) + x.cents)::bigint
          FROM payer_refunds r
          LEFT JOIN moved m ON m.entry_id = r.entry_id
         CROSS JOIN LATERAL (
            SELECT CASE WHEN r.state IN ('written', 'cleared') THEN r.amount_cents ELSE 0 END AS cents) x
         WHERE coalesce(m.cents, 0) + x.cents <> 0""",
    "takebacks named to a claim equal their entries": """
        WITH moved AS (
          SELECT coalesce(e.reverses_id, e.id) AS entry_id, sum(SIGNED) AS cents
            FROM postings p
            JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'payer_recoupment'
            JOIN journal_entries e ON e.id = p.entry_id
           WHERE e.kind IN ('takeback_matched', 'takeback_matched_reversal') GROUP BY 1)
        SELECT 'claim ' || t.claim_id, (coalesce(m.cents, 0) + x.cents)::bigint
          FROM takeback_matches t
          LEFT JOIN moved m ON m.entry_id = t.entry_id
         CROSS JOIN LATERAL (
            SELECT CASE WHEN t.undone_id IS NULL THEN t.amount_cents ELSE 0 END AS cents) x
         WHERE coalesce(m.cents, 0) + x.cents <> 0""",
    "no payment is refunded beyond what was taken": """
        SELECT 'payment ' || y.id, (sum(r.amount_cents) - y.amount_cents)::bigint
          FROM payments y
          JOIN (SELECT payment_id, amount_cents FROM refunds
                 WHERE state IN ('submitting', 'pending', 'succeeded')
                UNION ALL SELECT payment_id, amount_cents FROM check_refunds
                 WHERE state IN ('approved', 'written', 'cleared')) r ON r.payment_id = y.id
         GROUP BY y.id HAVING sum(r.amount_cents) > y.amount_cents""",
    # What the bank took and gave back, by the references that name the dispute, and nothing beside.
    "disputes have exactly the entries of their money": """
        WITH moved AS (
          SELECT split_part(e.source_ref, ':', 2) AS provider_id,
                 coalesce(sum(SIGNED) FILTER (WHERE a.code = 'disputes'), 0) AS held,
                 coalesce(sum(SIGNED) FILTER (WHERE a.code = 'processing_fees'), 0) AS fee
            FROM journal_entries e
            JOIN postings p ON p.entry_id = e.id
            JOIN ledger_accounts a ON a.id = p.account_id
           WHERE e.kind IN ('dispute', 'dispute_reversal', 'dispute_fee')
           GROUP BY 1)
        SELECT 'dispute ' || coalesce(d.provider_id, m.provider_id),
               (coalesce(m.held, 0) - coalesce(d.withdrawn_cents - d.returned_cents, 0)
                + coalesce(m.fee, 0) - coalesce(d.fee_cents, 0))::bigint
          FROM disputes d FULL JOIN moved m ON m.provider_id = d.provider_id
         WHERE d.id IS NULL OR coalesce(m.held, 0) <> d.withdrawn_cents - d.returned_cents
            OR coalesce(m.fee, 0) <> d.fee_cents""",
    "what was decided about a dispute moved what lay in it": """
        WITH moved AS (
          SELECT split_part(e.source_ref, ':', 2) AS provider_id, sum(SIGNED) AS cents
            FROM journal_entries e
            JOIN postings p ON p.entry_id = e.id
            JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'disputes'
           WHERE e.kind IN ('dispute_owed', 'dispute_owed_reversal') GROUP BY 1)
        SELECT 'dispute ' || coalesce(d.provider_id, m.provider_id),
               (coalesce(m.cents, 0) + coalesce(x.cents, 0))::bigint
          FROM disputes d FULL JOIN moved m ON m.provider_id = d.provider_id
         CROSS JOIN LATERAL (
            SELECT CASE WHEN d.decision <> '' THEN d.withdrawn_cents - d.returned_cents END AS cents) x
         WHERE coalesce(m.cents, 0) + coalesce(x.cents, 0) <> 0""",
    "payouts equal their entries, and post each fee once": """
        WITH moved AS (
          SELECT p.entry_id,
                 coalesce(sum(SIGNED) FILTER (WHERE a.code = 'bank'), 0) AS bank,
                 coalesce(sum(SIGNED) FILTER (WHERE a.code = 'processing_fees'), 0) AS fees
            FROM postings p JOIN ledger_accounts a ON a.id = p.account_id GROUP BY 1),
        kept AS (
          SELECT payout_id, sum(CASE WHEN category IN ('dispute', 'dispute_reversal') THEN 0
                                     WHEN category IN ('fee', 'network_cost') THEN fee_cents - amount_cents
                                     ELSE fee_cents END) AS fees
            FROM payout_lines GROUP BY 1)
        SELECT 'payout ' || o.provider_id,
               (o.amount_cents - m.bank + coalesce(k.fees, 0) - m.fees)::bigint
          FROM payouts o
          JOIN moved m ON m.entry_id = o.entry_id
          LEFT JOIN kept k ON k.payout_id = o.id
         WHERE o.amount_cents <> m.bank OR coalesce(k.fees, 0) <> m.fees""",
    "receipts equal their entries": """
        SELECT 'receipt ' || r.receipt_id, (r.amount_cents - coalesce(sum(SIGNED), 0))::bigint
          FROM practice_receipts r
          LEFT JOIN (postings p JOIN ledger_accounts a
                       ON a.id = p.account_id AND a.code = 'practice_deposits')
            ON p.entry_id = r.entry_id
         WHERE r.entry_id IS NOT NULL
         GROUP BY r.id HAVING abs(r.amount_cents) <> abs(coalesce(sum(SIGNED), 0))""",
    **REPORT_CHECKS,
    **AGENCY_CHECKS,
}

_COUNTS = "SELECT (SELECT count(*) FROM journal_entries), (SELECT count(*) FROM postings)"
_ACCOUNTS = """
    SELECT a.code, coalesce(sum(SIGNED), 0)::bigint
      FROM ledger_accounts a LEFT JOIN postings p ON p.account_id = a.id
     GROUP BY a.id ORDER BY a.id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is off, and by how many cents."""

    check: str
    where: str
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerProof:
    """Every check that ran, what it covered, and what it found."""

    checks: tuple[str, ...]
    faults: tuple[Fault, ...]
    entries: int
    postings: int
    accounts: dict[str, int]  # balance of each account on its debit side, in cents

    @property
    def ok(self) -> bool:
        return not self.faults

    def to_json(self) -> dict[str, Any]:
        """The contract of `verify-ledger --json`."""
        return {
            "ok": self.ok,
            "entries": self.entries,
            "postings": self.postings,
            "checks": [
                {"name": name, "ok": all(f.check != name for f in self.faults)}
                for name in self.checks
            ],
            "faults": [{"check": f.check, "where": f.where, "cents": f.cents} for f in self.faults],
            "accounts": self.accounts,
        }

    def lines(self) -> Iterator[str]:
        """The proof for a person to read."""
        yield f"{self.entries} entries, {self.postings} postings"
        for name in self.checks:
            found = [fault for fault in self.faults if fault.check == name]
            yield f"{'FAULT' if found else 'ok   '}  {name}"
            for fault in found:
                yield f"         {fault.where}: off by {Money(fault.cents)}"


def verify_ledger() -> LedgerProof:
    """Run every check on one consistent view of the database."""
    with read_only() as session:
        return prove(session)


def prove(session: Session) -> LedgerProof:
    """Run every check in the caller's transaction."""
    faults = [
        Fault(check=name, where=where, cents=int(cents or 0))
        for name, statement in CHECKS.items()
        for where, cents in session.execute(text(statement.replace("SIGNED", _SIGNED)))
    ]
    entries, postings = session.execute(text(_COUNTS)).one()
    accounts = session.execute(text(_ACCOUNTS.replace("SIGNED", _SIGNED)))
    return LedgerProof(
        checks=tuple(CHECKS),
        faults=tuple(faults),
        entries=entries,
        postings=postings,
        accounts={code: int(cents) for code, cents in accounts},
    )
