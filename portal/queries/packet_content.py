"""What a bill's packet shows, as it stood at one moment: tables of words, which page and PDF print alike (COLL-3 to COLL-5).

No address and no phone number is in it: who may be reached where is asked anew whenever something leaves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from billing.collection_packet import Part
from billing.gate import GateFacts
from billing.hold_words import HOLD_WORDS
from billing.holds import REASONS, Action, Condition
from billing.money import Money
from portal.queries.entry_chain import steps_of
from portal.queries.report_shapes import Cell

_DECISIONS = text(
    """
SELECT y.name, rc.decided_on, r.trace, rc.payer_claim_number, rc.billed_cents, rc.paid_cents,
       rc.patient_responsibility_cents,
       CASE WHEN rc.reversed_by_id IS NULL THEN 'stands' ELSE 'taken back' END
  FROM remittance_claims rc JOIN remittances r ON r.id = rc.remittance_id
  JOIN claims k ON k.id = rc.claim_id JOIN payers y ON y.id = k.payer_id
 WHERE k.visit_id = :visit AND rc.entry_id IS NOT NULL
 ORDER BY rc.decided_on, rc.id
"""
)
_STATEMENTS = text(
    """
SELECT s.number, s.cycle_on, s.due_on, sum(l.amount_cents)::bigint, d.channel, d.delivered_on,
       d.returned_on, s.content_hash
  FROM statements s JOIN statement_lines l ON l.statement_id = s.id
  JOIN charges c ON c.id = l.charge_id AND c.visit_id = :visit
  JOIN statement_deliveries d ON d.statement_id = s.id
 WHERE d.delivered_on <= :on
 GROUP BY s.id, d.id ORDER BY d.delivered_on, d.id
"""
)
_NOTICES = text(
    """
SELECT replace(n.kind, '_', ' '), n.sent_on, n.deadline_on, d.channel, replace(d.status, '_', ' '),
       d.happened_on, n.content_hash
  FROM notices n LEFT JOIN notice_deliveries d ON d.notice_id = n.id
 WHERE n.guarantor_account_id = :account AND n.sent_on <= :on
   AND (n.visit_ids = '{}' OR :visit = ANY (n.visit_ids))
UNION ALL
-- A notice that was put on record without a letter of ours.
SELECT 'final notice', p.happened_on, (p.facts ->> 'deadline_on')::date, 'on record', p.source, p.happened_on, ''
  FROM collection_proofs p
 WHERE p.guarantor_account_id = :account AND p.kind = 'final_notice' AND p.happened_on <= :on
   AND (p.visit_id IS NULL OR p.visit_id = :visit)
   AND NOT EXISTS (SELECT 1 FROM proofs_revoked r WHERE r.proof_id = p.id)
 ORDER BY 2, 6
"""
)
_PROOFS = text(
    """
SELECT p.kind, p.happened_on, coalesce(p.facts ->> 'outcome', p.facts ->> 'result', ''), coalesce(l.name, '')
  FROM collection_proofs p LEFT JOIN logins l ON l.id = p.by_login_id
 WHERE p.guarantor_account_id = :account AND p.happened_on <= :on
   AND NOT EXISTS (SELECT 1 FROM proofs_revoked r WHERE r.proof_id = p.id)
UNION ALL
SELECT 'screening', s.screened_on, s.result, coalesce(l.name, 'our own books')
  FROM assistance_screenings s LEFT JOIN logins l ON l.id = s.asked_by_id
 WHERE s.guarantor_account_id = :account AND s.screened_on <= :on
UNION ALL
SELECT 'plan_offer', o.day, 'plan ' || o.number || ': ' || o.state, ''
  FROM (SELECT p.*, (p.created_at AT TIME ZONE coalesce((SELECT max(time_zone) FROM practices), 'UTC'))::date AS day
          FROM plans p WHERE p.guarantor_account_id = :account) o
 WHERE o.day <= :on
UNION ALL
SELECT 'help', coalesce(a.received_on, :on), 'application ' || a.number || ': ' || a.state, ''
  FROM assistance_applications a WHERE a.guarantor_account_id = :account
 ORDER BY 2, 1, 3
"""
)
# Whether a plan was billed, and how often one is known to have answered: also what came without a file of ours.
_ANSWERED = text(
    """
SELECT EXISTS (SELECT 1 FROM claims WHERE visit_id = :visit AND state <> 'void'),
       (SELECT count(DISTINCT j.id) FROM journal_entries j JOIN postings p ON p.entry_id = j.id
         WHERE p.visit_id = :visit AND j.kind IN ('remittance_claim', 'opening'))
"""
)
TITLES: Mapping[Part, tuple[str, tuple[str, ...]]] = {
    Part.ENTRIES: ("The bill, entry by entry", ("Day", "What", "Source", "Change", "Owed then")),
    Part.DECISIONS: (
        "What the plans decided",
        ("Plan", "Day", "Payment", "Claim", "Billed", "Paid", "Patient’s share", "Standing"),
    ),
    Part.STATEMENTS: (
        "Statements, and how each arrived",
        ("Number", "Of", "Due", "Asked for", "By", "Delivered", "Came back", "SHA-256"),
    ),
    Part.NOTICES: (
        "Notices, and what became of each",
        ("Notice", "Sent", "Last day", "By", "Evidence", "On", "SHA-256"),
    ),
    Part.HOLDS: ("Holds that were checked", ("Hold", "Found")),
    Part.CALLS: ("Calls to tell of help", ("Day", "Outcome", "By")),
    Part.SCREENING: ("Screening for help", ("Day", "Result", "By")),
    Part.OFFERS: ("Plans and help that were offered or asked for", ("Day", "What", "By")),
}
_MONEY = {Part.DECISIONS: (4, 5, 6), Part.STATEMENTS: (3,)}  # columns of cents


@dataclass(frozen=True, slots=True)
class PacketContent:
    """The tables by part, and whether a plan was billed. `rows` counts what proves: a delivery that came back does not."""

    data: Mapping[str, Any]
    rows: Mapping[Part, int]
    insured: bool


def packet_content(
    session: Session, facts: GateFacts, *, account_id: int, visit_id: int, on: date
) -> PacketContent:
    """Of one bill, in the transaction that froze its figures."""
    asked = {"account": account_id, "visit": visit_id, "on": on}
    steps = steps_of(session, visit_id)
    proofs = session.execute(_PROOFS, asked).all()
    one = facts.episodes[0]
    rows: dict[Part, Sequence[Sequence[Any]]] = {
        Part.ENTRIES: [(s.on, s.what, s.source, s.change, s.owed_after) for s in steps],
        Part.DECISIONS: _rows(session, _DECISIONS, asked, Part.DECISIONS),
        Part.STATEMENTS: _rows(session, _STATEMENTS, asked, Part.STATEMENTS),
        Part.NOTICES: _rows(session, _NOTICES, asked, Part.NOTICES),
        Part.HOLDS: [
            (HOLD_WORDS[c].staff if c in HOLD_WORDS else REASONS[c].capitalize(), _found(c, facts))
            for c in Condition
        ],
        Part.CALLS: [p[1:] for p in proofs if p.kind == "oral_attempt"],
        Part.SCREENING: [p[1:] for p in proofs if p.kind == "screening"],
        Part.OFFERS: [p[1:] for p in proofs if p.kind in {"plan_offer", "help"}],
    }
    insured, answered = session.execute(_ANSWERED, asked).one()
    counted = {part: len(found) for part, found in rows.items()}
    counted[Part.STATEMENTS], counted[Part.NOTICES] = len(set(one.statements)), len(one.notices)
    counted[Part.DECISIONS] = max(counted[Part.DECISIONS], answered)
    return PacketContent(
        data={"tables": [_table(part, rows[part]) for part in Part]}, rows=counted, insured=insured
    )


def _found(condition: Condition, facts: GateFacts) -> str:
    if condition not in facts.all_conditions:
        return "no"
    opened = condition in facts.cleared(Action.PLACEMENT)
    return "yes, opened on record" if opened else "yes, does not forbid this"


def _rows(
    session: Session, query: TextClause, asked: Mapping[str, Any], part: Part
) -> list[tuple[Any, ...]]:
    cents = _MONEY.get(part, ())
    return [
        tuple(Money(value) if at in cents else value for at, value in enumerate(row))
        for row in session.execute(query, asked)
    ]


def _table(part: Part, rows: Sequence[Sequence[Any]]) -> Mapping[str, Any]:
    title, heads = TITLES[part]
    money = _MONEY.get(part, (3, 4) if part is Part.ENTRIES else ())
    return {
        "title": title,
        "heads": list(heads),
        "numbers": [at in money for at in range(len(heads))],
        "rows": [[Cell(value).text for value in row] for row in rows],
        "total": False,
        "note": "" if rows else "Nothing is on record.",
    }
