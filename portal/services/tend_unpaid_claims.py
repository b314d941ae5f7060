"""Claims that a payer does not answer: work after 30 days, after 21 for Medicare, and again as long as none comes (OPS-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text

from billing.business_days import business_days_after
from billing.settings import Key
from portal.db import transaction
from portal.queries.settings import settings_on

KIND = "unpaid_claim"
TO_ASK = 2  # business days to do it in
NEXT_STEP = (
    "Ask the payer where the claim is: by its status page or by phone. Write down what it says,"
    " and close this as with the payer."
)
ANSWERED = "answered"

# How often it was asked already tells one question from the next.
_OPEN = text(
    """
INSERT INTO work_items (dedupe_key, kind, reasons, next_step, amount_cents, guarantor_account_id,
                        visit_id, claim_id, holds_bill, opened_at, due_on, outcome)
SELECT :kind || ':' || c.id || ':' || asked.times, :kind,
       ARRAY[p.name || ' has not answered for ' || (:on - asked.since) || ' days'],
       :next_step, c.billed_cents, v.guarantor_account_id, v.id, c.id, false, :now, :due_on, ''
  FROM claims c
  JOIN visits v ON v.id = c.visit_id
  JOIN payers p ON p.id = c.payer_id
 CROSS JOIN (SELECT coalesce(max(time_zone), 'UTC') AS zone FROM practices) here
 CROSS JOIN LATERAL (
       SELECT count(w.id) AS times, coalesce(bool_or(w.closed_at IS NULL), false) AS still_open,
              coalesce(c.submitted_on, (c.created_at AT TIME ZONE here.zone)::date) AS since,
              greatest(coalesce(c.submitted_on, (c.created_at AT TIME ZONE here.zone)::date),
                       (max(w.closed_at) AT TIME ZONE here.zone)::date) AS last
         FROM work_items w
        WHERE w.claim_id = c.id AND w.kind = 'unpaid_claim') asked
 WHERE c.state IN ('open', 'deciding_again')
   AND NOT asked.still_open
   AND asked.last <= CASE WHEN c.filing_code IN ('MA', 'MB') THEN CAST(:medicare AS date)
                          ELSE CAST(:others AS date) END
    ON CONFLICT (dedupe_key) DO NOTHING
RETURNING id
"""
)
_CLOSE = text(
    """
UPDATE work_items w SET closed_at = :now, outcome = :answered
  FROM claims c
 WHERE c.id = w.claim_id AND w.kind = 'unpaid_claim' AND w.closed_at IS NULL
   AND c.state NOT IN ('open', 'deciding_again')
RETURNING w.id
"""
)


@dataclass(frozen=True, slots=True)
class UnpaidTended:
    """How many questions opened, and how many the payer answered."""

    opened: int
    answered: int


def tend_unpaid_claims(*, on: date, now: datetime) -> UnpaidTended:
    """Two statements for any number of claims; a second run of the same day does nothing more."""
    with transaction() as session:
        settings = settings_on(session, on)
        answered = session.execute(_CLOSE, {"now": now, "answered": ANSWERED}).all()
        opened = session.execute(
            _OPEN,
            {
                "kind": KIND,
                "on": on,
                "now": now,
                "next_step": NEXT_STEP,
                "due_on": business_days_after(on, TO_ASK),
                "others": on - settings.span(Key.UNPAID_CLAIM_DAYS),
                "medicare": on - settings.span(Key.UNPAID_MEDICARE_DAYS),
            },
        ).all()
    return UnpaidTended(opened=len(opened), answered=len(answered))
