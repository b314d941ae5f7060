"""The facts that the gate asks about, for many accounts and visits in one statement (CORE-6)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import BigInteger, Date

from billing.holds import REASONS, Condition, holds_bill
from billing.money import ZERO, Money
from portal.queries.among import Size, sized
from portal.queries.esign_words import TECHNICAL_VERSION

# One branch for each kind of fact: account, visit or null for all visits, kind, detail, cents.
_FACTS = """
WITH chosen AS (
  SELECT id, guarantor_account_id, patient_id, service_on, desk_payment_cents, first_statement_on
    FROM visits
   WHERE (guarantor_account_id {accounts}) AND (id {visits})
), holders AS (
  SELECT id, named, mobile, paper_only
    FROM guarantor_accounts
   WHERE (id {accounts}) AND (id {holding})
)
SELECT v.guarantor_account_id, v.id,
       CASE c.filing_code WHEN 'MC' THEN 'medicaid_qmb' WHEN 'WC' THEN 'workers_comp'
                          WHEN 'VA' THEN 'veterans_affairs' ELSE 'open_claim' END, '', 0
  FROM chosen v JOIN claims c ON c.visit_id = v.id
 WHERE c.state <> 'void' AND c.filing_code IN ('MC', 'WC', 'VA')
UNION ALL
SELECT v.guarantor_account_id, v.id, 'open_claim',
       CASE c.state WHEN 'deciding_again' THEN 'your insurer is deciding this again'
                    ELSE 'waiting for ' || p.name END, 0
  FROM chosen v JOIN claims c ON c.visit_id = v.id JOIN payers p ON p.id = c.payer_id
 WHERE c.state IN ('open', 'deciding_again')
UNION ALL
SELECT v.guarantor_account_id, v.id, 'medicaid_qmb', '', 0
  FROM chosen v JOIN coverages k ON k.patient_id = v.patient_id
 WHERE k.filing_code = 'MC'
   AND coalesce(k.effective_on, k.first_service_on, v.service_on) <= v.service_on
   AND coalesce(least(k.ended_on, CASE WHEN k.effective_on IS NULL THEN k.last_service_on END), v.service_on)
       >= v.service_on
UNION ALL
-- Of the visit, or of the patient: a confidential visit stands on another account than they do (HIPAA-9).
SELECT v.guarantor_account_id, v.id, a.kind, '', 0
  FROM chosen v JOIN account_conditions a ON a.visit_id = v.id
 WHERE a.ended_at IS NULL
UNION ALL
SELECT v.guarantor_account_id, v.id, a.kind, '', 0
  FROM chosen v JOIN account_conditions a ON a.patient_id = v.patient_id
 WHERE a.ended_at IS NULL AND a.visit_id IS NULL
UNION ALL
SELECT a.guarantor_account_id, NULL, a.kind, '', 0
  FROM holders h JOIN account_conditions a ON a.guarantor_account_id = h.id
 WHERE a.ended_at IS NULL AND a.visit_id IS NULL AND a.patient_id IS NULL
UNION ALL
-- Until we answer, and until the bill rejoins the cycle after that (dispute_holds.holds, DISP-1, DISP-2).
SELECT v.guarantor_account_id, v.id, 'disputed', '', 0
  FROM chosen v JOIN bill_disputes d ON d.visit_id = v.id
 WHERE d.state = 'open'
    OR (d.state = 'answered' AND d.ended_on IS NULL
        AND (d.rejoins_on IS NULL OR d.rejoins_on > :today))
UNION ALL
SELECT v.guarantor_account_id, v.id, 'bill_held', array_to_string(w.reasons, '; '), 0
  FROM chosen v JOIN work_items w ON w.visit_id = v.id
 WHERE w.holds_bill AND w.closed_at IS NULL
UNION ALL
SELECT h.id, NULL, 'bill_held', array_to_string(w.reasons, '; '), 0
  FROM holders h JOIN work_items w ON w.guarantor_account_id = h.id
 WHERE w.holds_bill AND w.closed_at IS NULL AND w.visit_id IS NULL
UNION ALL
SELECT v.guarantor_account_id, v.id, 'review', '', sum(r.under_review_cents)::bigint
  FROM chosen v JOIN claims c ON c.visit_id = v.id JOIN remittance_claims r ON r.claim_id = c.id
 WHERE r.disposition = 'posted' AND r.reversed_by_id IS NULL AND r.under_review_cents <> 0
 GROUP BY v.guarantor_account_id, v.id
UNION ALL
SELECT DISTINCT v.guarantor_account_id, v.id, 'payment_taken_back', '', 0
  FROM chosen v
  JOIN charges c ON c.visit_id = v.id
  JOIN payment_allocations a ON a.charge_id = c.id
  JOIN disputes d ON d.payment_id = a.payment_id
 WHERE d.withdrawn_cents > d.returned_cents
UNION ALL
SELECT v.guarantor_account_id, v.id, 'receipts_missing', '', 0
  FROM chosen v
 WHERE v.desk_payment_cents > (
         SELECT coalesce(sum(r.amount_cents), 0) FROM practice_receipts r WHERE r.visit_id = v.id)
UNION ALL
-- A bill that a statement has told already stays one; only its next statement waits for the file.
SELECT v.guarantor_account_id, v.id,
       CASE WHEN v.first_statement_on IS NULL THEN 'receipts_missing' ELSE 'receipts_behind' END,
       '', 0
  FROM chosen v
 WHERE (coalesce((SELECT receipts_through FROM practices), DATE '0001-01-01') < :receipts_needed
        AND EXISTS (
          SELECT 1 FROM claims c
            JOIN remittance_claims r ON r.claim_id = c.id
            JOIN remittance_lines l ON l.remittance_claim_id = r.id
            JOIN line_adjustments a ON a.remittance_line_id = l.id
           WHERE c.visit_id = v.id AND r.disposition = 'posted' AND r.reversed_by_id IS NULL
             AND a.group_code = 'PR' AND a.carc = '3' AND a.outcome = 'posted'))
UNION ALL
-- A plan that runs, for what the version in force covers (PLAN-16).
SELECT v.guarantor_account_id, v.id, 'plan_current', '', 0
  FROM chosen v
 WHERE EXISTS (
         SELECT 1 FROM plans p
           JOIN plan_versions s ON s.plan_id = p.id AND s.number = p.current_version
           JOIN plan_lines l ON l.version_id = s.id
           JOIN charges c ON c.id = l.charge_id
          WHERE c.visit_id = v.id AND p.guarantor_account_id = v.guarantor_account_id
            AND p.state IN ('active', 'paused', 'in_grace'))
UNION ALL
-- An agency asks for it, or has been told to wait (COLL-19).
SELECT v.guarantor_account_id, v.id, 'placed', '', 0
  FROM chosen v JOIN placements p ON p.visit_id = v.id
 WHERE p.state IN ('placed', 'suspended')
UNION ALL
-- An application for assistance that nobody has answered, or whose answer is being looked at again (COLL-8, FA-12).
SELECT h.id, NULL, 'assistance_pending', '', 0
  FROM holders h
 WHERE EXISTS (
         SELECT 1 FROM assistance_accounts a JOIN assistance_applications p ON p.id = a.application_id
          WHERE a.guarantor_account_id = h.id AND p.state IN ('received', 'asked', 'complete'))
UNION ALL
-- A denial of the visit that lies with its payer as an appeal (COLL-22).
SELECT DISTINCT v.guarantor_account_id, v.id, 'appeal_open', '', 0
  FROM chosen v JOIN claims c ON c.visit_id = v.id JOIN denials d ON d.claim_id = c.id
 WHERE d.state = 'appealed'
UNION ALL
SELECT id, NULL, 'minor_unnamed', '', 0 FROM holders WHERE NOT named
UNION ALL
-- Like queries/text_consents.py: a yes of this account, or of the phone itself, after which no no came.
SELECT h.id, NULL, 'no_sms_consent', '', 0
  FROM holders h
 WHERE h.mobile = '' OR NOT EXISTS (
         SELECT 1 FROM text_consents y
          WHERE y.phone = h.mobile AND y.category = 'billing' AND y.granted
            AND (y.guarantor_account_id = h.id OR y.guarantor_account_id IS NULL)
            AND NOT EXISTS (
                  SELECT 1 FROM text_consents n
                   WHERE n.phone = y.phone AND n.category = y.category AND NOT n.granted AND n.id > y.id))
UNION ALL
SELECT id, NULL, 'no_estatement_consent', '', 0
  FROM holders h
 WHERE paper_only OR NOT coalesce((
         SELECT e.granted AND e.demonstrated_at IS NOT NULL
                AND e.wording -> 'technical' ->> 'version' = :technical_version
           FROM esign_consents e WHERE e.guarantor_account_id = h.id
          ORDER BY e.id DESC LIMIT 1), false)
"""


# How `among.listed` says it.
_CHOSEN: dict[Size, str] = {
    "all": "IS NOT NULL",
    "few": "= ANY (CAST((SELECT :{name}) AS bigint[]))",
    "many": "= ANY (:{name})",
}


@cache
def _facts(*, accounts: Size, visits: Size) -> TextClause:
    """One statement for each way to choose: planning it takes far longer than running it, and the
    database keeps a plan only where no value decides about its shape.
    """
    sizes = {"accounts": accounts, "visits": visits}
    statement = _FACTS.format(
        holding="IS NOT NULL"
        if visits == "all"
        else "IN (SELECT guarantor_account_id FROM chosen)",
        **{name: _CHOSEN[size].format(name=name) for name, size in sizes.items()},
    )
    return text(statement).bindparams(
        bindparam("receipts_needed", type_=Date),
        bindparam("today", type_=Date),
        *(bindparam(name, type_=ARRAY(BigInteger)) for name in sizes if sizes[name] != "all"),
    )


@dataclass(frozen=True, slots=True)
class Conditions:
    """What holds for an account as a whole, or for one of its visits."""

    details: tuple[tuple[Condition, str], ...] = ()  # with the words that tell the fact
    under_review: Money = ZERO

    @property
    def kinds(self) -> frozenset[Condition]:
        return frozenset(condition for condition, _ in self.details)

    @property
    def holding_reasons(self) -> tuple[str, ...]:
        """Why the bill is not one yet, in words."""
        holding = holds_bill(self.kinds)
        return tuple(words for condition, words in self.details if condition in holding)


NONE = Conditions()


@dataclass(frozen=True, slots=True)
class ConditionBook:
    """Conditions of many accounts and visits."""

    accounts: dict[int, Conditions] = field(default_factory=dict)
    visits: dict[int, Conditions] = field(default_factory=dict)

    def of(self, account_id: int, visit_id: int | None = None) -> Conditions:
        """All that holds for a visit, with its account's; or for the account alone."""
        account = self.accounts.get(account_id, NONE)
        visit = NONE if visit_id is None else self.visits.get(visit_id, NONE)
        return Conditions(account.details + visit.details, visit.under_review)


def conditions(
    session: Session,
    *,
    on: date,
    account_ids: Collection[int] | None = None,
    visit_ids: Collection[int] | None = None,
) -> ConditionBook:
    """Every condition that holds on a day for these accounts or visits; None means all."""
    rows = session.execute(
        _facts(accounts=sized(account_ids), visits=sized(visit_ids)),
        {
            "accounts": list(account_ids or ()),
            "visits": list(visit_ids or ()),
            "receipts_needed": on - timedelta(days=1),
            "today": on,
            "technical_version": TECHNICAL_VERSION,
        },
    )
    book = ConditionBook()
    for account_id, visit_id, kind, detail, cents in rows:
        shelf, key = (book.accounts, account_id) if visit_id is None else (book.visits, visit_id)
        known = shelf.get(key, NONE)
        condition = Condition(kind)
        fact = (condition, detail or REASONS[condition])
        shelf[key] = Conditions(
            known.details if fact in known.details else (*known.details, fact),
            known.under_review + Money(cents),
        )
    return book
