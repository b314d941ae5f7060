"""Every hold that stands, with since when, until when, why and by whom: one row for each, from what caused it (CORE-6)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.hold_words import HOLD_WORDS, HoldWords
from billing.holds import RULES, Condition
from billing.money import ZERO, Money

# account, visit or null, kind, since, until, why, by login, id of a hold that a person can end
HOLDS = """
SELECT a.guarantor_account_id AS account_id, a.visit_id, a.kind, a.since, a.until_on,
       a.note AS why, a.set_by_id AS by_id,
       CASE WHEN a.source LIKE 'staff:%' THEN a.id END AS hold_id, a.patient_id
  FROM account_conditions a WHERE a.ended_at IS NULL AND a.visit_id IS NULL
UNION ALL
-- A visit may stand on another account than when it was held (HIPAA-9).
SELECT v.guarantor_account_id, a.visit_id, a.kind, a.since, a.until_on, a.note, a.set_by_id,
       CASE WHEN a.source LIKE 'staff:%' THEN a.id END, a.patient_id
  FROM visits v JOIN account_conditions a ON a.visit_id = v.id WHERE a.ended_at IS NULL
UNION ALL
SELECT v.guarantor_account_id, w.visit_id, 'bill_held', w.opened_at, w.due_on,
       array_to_string(w.reasons, '; '), w.owner_id, NULL, NULL
  FROM visits v JOIN work_items w ON w.visit_id = v.id WHERE w.holds_bill AND w.closed_at IS NULL
UNION ALL
SELECT w.guarantor_account_id, NULL, 'bill_held', w.opened_at, w.due_on,
       array_to_string(w.reasons, '; '), w.owner_id, NULL, NULL
  FROM work_items w
 WHERE w.holds_bill AND w.closed_at IS NULL AND w.visit_id IS NULL AND w.guarantor_account_id IS NOT NULL
UNION ALL
SELECT p.guarantor_account_id, NULL, 'plan_current', p.state_at, NULL, 'plan ' || p.number, NULL, NULL, NULL
  FROM plans p WHERE p.state IN ('active', 'paused', 'in_grace')
UNION ALL
SELECT v.guarantor_account_id, v.id, 'appeal_open',
       coalesce((SELECT min(e.at) FROM denial_events e WHERE e.denial_id = d.id AND e.what = 'appeal'), d.opened_at),
       NULL, 'appeal ' || d.level, d.owner_id, NULL, NULL
  FROM denials d JOIN claims c ON c.id = d.claim_id JOIN visits v ON v.id = c.visit_id
 WHERE d.state = 'appealed'
UNION ALL
SELECT a.guarantor_account_id, NULL, 'assistance_pending', p.state_at, NULL, 'application ' || p.number,
       NULL, NULL, NULL
  FROM assistance_accounts a JOIN assistance_applications p ON p.id = a.application_id
 WHERE p.state IN ('received', 'asked', 'complete')
UNION ALL
SELECT p.guarantor_account_id, p.visit_id, 'placed', p.placed_at, NULL, 'placement ' || p.number,
       p.placed_by_id, NULL, NULL
  FROM placements p WHERE p.state IN ('placed', 'suspended')
UNION ALL
SELECT g.id, NULL, 'minor_unnamed', g.created_at, NULL, '', NULL, NULL, NULL
  FROM guarantor_accounts g WHERE NOT g.named
"""
# Disputes that patients filed, too, on the day `:today`; their own pages tell of these apart (DISP-1, DISP-2).
STAFF_HOLDS = f"""{HOLDS}
UNION ALL
SELECT v.guarantor_account_id, v.id, 'disputed', d.filed_at, coalesce(d.rejoins_on, d.resolve_by),
       'dispute of ' || d.filed_on, d.owner_id, NULL, NULL
  FROM bill_disputes d JOIN visits v ON v.id = d.visit_id
 WHERE d.state = 'open'
    OR (d.state = 'answered' AND d.ended_on IS NULL AND (d.rejoins_on IS NULL OR d.rejoins_on > :today))
"""  # noqa: S608 - our own words
# The practice's day on which one of them, `h`, began.
SINCE_ON = "(h.since AT TIME ZONE coalesce((SELECT max(time_zone) FROM practices), 'UTC'))::date"
# The same as JSON, for a query that reads it beside other things: what a patient may be told.
HOLDS_TOLD = f"""
SELECT json_agg(json_build_object(
         'visit', h.visit_id, 'kind', h.kind, 'until', h.until_on,
         'since', {SINCE_ON})
       ORDER BY h.since, h.visit_id, h.kind)
  FROM ({HOLDS}) h
 WHERE h.account_id = ANY (:hold_accounts) AND (h.visit_id IS NOT NULL OR h.patient_id IS NULL)
"""  # noqa: S608 - our own words
_OF_ACCOUNTS = text(
    f"""
SELECT h.*, {SINCE_ON} AS since_on, l.email AS by, v.service_on
  FROM ({STAFF_HOLDS}) h LEFT JOIN logins l ON l.id = h.by_id LEFT JOIN visits v ON v.id = h.visit_id
 WHERE h.account_id = ANY (:accounts)
 ORDER BY h.since, h.account_id, h.visit_id NULLS FIRST, h.kind
"""  # noqa: S608 - our own words
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRow:
    """One hold as it stands."""

    account_id: int
    visit_id: int | None
    service_on: date | None  # of the visit
    kind: Condition
    since_on: date
    until_on: date | None
    why: str
    by: str
    hold_id: int | None  # of one that a person may have set
    account_number: str = ""
    account_name: str = ""
    held: Money = ZERO

    @property
    def words(self) -> HoldWords:
        """What it is called, and what happens next."""
        return HOLD_WORDS.get(self.kind) or HoldWords(staff=self.kind.value, next="")

    @property
    def rule(self) -> str:
        """The rule that it stands on."""
        return RULES[self.kind]

    def days_on(self, day: date) -> int:
        """How long it has stood."""
        return max(0, (day - self.since_on).days)


def holds_of(session: Session, account_ids: Collection[int], *, on: date) -> tuple[HoldRow, ...]:
    """Of these accounts on this day, the oldest first."""
    if not account_ids:
        return ()
    rows = session.execute(_OF_ACCOUNTS, {"accounts": list(account_ids), "today": on})
    return tuple(
        HoldRow(
            account_id=row.account_id,
            visit_id=row.visit_id,
            service_on=row.service_on,
            kind=Condition(row.kind),
            since_on=row.since_on,
            until_on=row.until_on,
            why=row.why,
            by=row.by or "",
            hold_id=row.hold_id,
        )
        for row in rows
    )
