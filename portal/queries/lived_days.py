"""What happened to patients' accounts on some days: every message, letter, hold, step and refusal, the oldest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from portal.db import read_only
from portal.queries.hold_rows import STAFF_HOLDS
from portal.queries.paging import Page, limits, page_of

KINDS = {
    "statement": "Statements sent",
    "letter": "Letters sent",
    "message": "Texts and e-mails",
    "step": "Steps of the calendar",
    "hold": "Holds that began",
    "hold_end": "Holds that ended",
    "draft": "Plan and autopay drafts",
    "agency": "Orders to agencies",
    "denied": "What the gate refused",
}
# day, kind, account, what, detail. What came from our own words has underscores, which the page takes away.
_LIVED = f"""
SELECT d.delivered_on AS day, 'statement' AS kind, s.guarantor_account_id AS account_id,
       s.number AS what, d.channel AS detail
  FROM statement_deliveries d JOIN statements s ON s.id = d.statement_id
UNION ALL
SELECT n.sent_on, 'letter', n.guarantor_account_id, n.kind, n.state FROM notices n WHERE n.sent_on IS NOT NULL
UNION ALL
SELECT (m.created_at AT TIME ZONE :zone)::date, 'message', m.guarantor_account_id, m.template,
       m.channel || ', ' || m.state FROM outbound_messages m WHERE m.guarantor_account_id IS NOT NULL
UNION ALL
SELECT (t.found_at AT TIME ZONE :zone)::date, 'step', t.guarantor_account_id, t.step,
       'due ' || t.due_on FROM dunning_steps t
UNION ALL
SELECT (h.since AT TIME ZONE :zone)::date, 'hold', h.account_id, h.kind, h.why FROM ({STAFF_HOLDS}) h
UNION ALL
SELECT (c.ended_at AT TIME ZONE :zone)::date, 'hold_end', c.guarantor_account_id, c.kind, c.end_reason
  FROM account_conditions c WHERE c.ended_at IS NOT NULL
UNION ALL
SELECT (f.state_at AT TIME ZONE :zone)::date, 'draft', f.guarantor_account_id, f.state,
       'due ' || f.due_on || coalesce(', ' || nullif(f.failure, ''), '') FROM drafts f
UNION ALL
SELECT (o.ordered_at AT TIME ZONE :zone)::date, 'agency', p.guarantor_account_id, o."order", o.why
  FROM placement_orders o JOIN placements p ON p.id = o.placement_id
UNION ALL
SELECT DISTINCT (g.at AT TIME ZONE :zone)::date, 'denied', g.guarantor_account_id, g.action,
       array_to_string(g.rule_ids, ', ') FROM gate_denials g WHERE g.guarantor_account_id IS NOT NULL
"""  # noqa: S608 - our own words
_COUNTS = text(
    f"SELECT kind, count(*) AS found FROM ({_LIVED}) l WHERE day BETWEEN :first AND :last GROUP BY 1"  # noqa: S608
)
_ROWS = text(
    f"""
SELECT l.*, g.number, g.first_name, g.last_name
  FROM ({_LIVED}) l JOIN guarantor_accounts g ON g.id = l.account_id
 WHERE l.day BETWEEN :first AND :last AND (:kind = '' OR l.kind = :kind)
   AND (:account = 0 OR l.account_id = :account)
 ORDER BY l.day, l.account_id, l.kind, l.what, l.detail OFFSET :offset LIMIT :limit
"""  # noqa: S608 - our own words
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """One thing that happened."""

    day: date
    kind: str  # a key of KINDS
    account_id: int
    account_number: str
    account_name: str
    what: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LivedDays:
    """One page of it, and how many there are of each kind on all of these days."""

    page: Page[Lived]
    counts: dict[str, int]


def lived_days(
    *, first: date, last: date, zone: str, kind: str, account_id: int, number: int
) -> LivedDays:
    """From `first` to `last`, both with them, days at the practice. Two statements."""
    offset, limit = limits(number)
    asked = {"first": first, "last": last, "zone": zone, "today": last}
    with read_only() as session:
        counted = {row.kind: row.found for row in session.execute(_COUNTS, asked)}
        rows = session.execute(
            _ROWS,
            {**asked, "kind": kind, "account": account_id, "offset": offset, "limit": limit},
        ).all()
    return LivedDays(
        page=page_of(
            [
                Lived(
                    day=row.day,
                    kind=row.kind,
                    account_id=row.account_id,
                    account_number=row.number,
                    account_name=f"{row.first_name} {row.last_name}".strip(),
                    what=row.what.replace("_", " "),
                    detail=row.detail.replace("_", " "),
                )
                for row in rows
            ],
            number,
        ),
        counts={name: counted.get(name, 0) for name in KINDS},
    )
