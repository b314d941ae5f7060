"""What payers left of bills that is too little to ask for: decided by all of them, and quiet for long (OPS-19)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.denial_states import WITH_PAYER, DenialState
from billing.entries import Line
from billing.holds import Action, Condition, rule_of
from billing.ledger import Party
from billing.money import ZERO, Money, total_of
from billing.settings import Key
from portal.queries.conditions import conditions
from portal.queries.settings import settings_on

DECLINED_FOR = timedelta(days=30)
# What keeps a payer's rest back. What holds the patient does not: nobody is asked for it, and nobody owes it.
WAITS = (
    Condition.OPEN_CLAIM,
    Condition.REVIEW,
    Condition.BILL_HELD,
    Condition.DISPUTED,
    Condition.APPEAL_OPEN,
)
IN_HAND = "OPS-6"  # somebody works on its denial, or the payer is asked again
_IN_HAND = (DenialState.WORKING, *sorted(WITH_PAYER))
# Bills on which all that payers still owe is above nothing and within the limit, where nothing was posted for the
# quiet days. Not: what a batch holds, what a person declined lately, and money of a payer that waits to be named.
_FOUND = text("""
WITH rests AS (
  SELECT p.visit_id,
         sum(CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END) AS cents
    FROM postings p JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'insurance_receivable'
   WHERE p.visit_id IS NOT NULL AND (:every OR p.visit_id = ANY (:visits))
   GROUP BY p.visit_id
  HAVING sum(CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END) BETWEEN 1 AND :most)
SELECT p.visit_id, p.guarantor_account_id, p.charge_id, max(p.claim_id) AS claim_id, p.payer_id,
       sum(CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END)::bigint AS cents,
       EXISTS (SELECT 1 FROM denials d JOIN claims c ON c.id = d.claim_id
                WHERE c.visit_id = p.visit_id AND d.state = ANY (:in_hand)) AS in_hand
  FROM rests r
  JOIN postings p ON p.visit_id = r.visit_id
  JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'insurance_receivable'
 WHERE NOT EXISTS (
         SELECT 1 FROM postings q JOIN journal_entries e ON e.id = q.entry_id
          WHERE q.visit_id = r.visit_id AND e.occurred_on > :quiet_since)
   AND NOT EXISTS (
         SELECT 1 FROM postings q JOIN ledger_accounts s ON s.id = q.account_id AND s.code = 'payer_suspense'
           JOIN claims c ON c.id = q.claim_id AND c.visit_id = r.visit_id
        HAVING sum(CASE q.side WHEN 'debit' THEN q.amount_cents ELSE -q.amount_cents END) <> 0)
   AND NOT EXISTS (
         SELECT 1 FROM bad_debt_bills b JOIN bad_debt_batches t ON t.id = b.batch_id
          WHERE b.visit_id = r.visit_id
            AND ((:every AND b.state = 'waiting')
                 OR (b.state = 'declined' AND b.basis = 'payer_rest'
                     AND (t.decided_at AT TIME ZONE coalesce((SELECT time_zone FROM practices LIMIT 1), 'UTC'))::date
                         > :declined_since)))
 GROUP BY p.visit_id, p.guarantor_account_id, p.charge_id, p.payer_id
HAVING sum(CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END) <> 0
 ORDER BY p.guarantor_account_id, p.visit_id, p.charge_id, p.payer_id
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerRest:
    """One bill: by line and payer what is open, and the rules that keep it back; none where it may go."""

    visit_id: int
    account_id: int
    lines: tuple[Line, ...]
    rule_ids: tuple[str, ...]

    @property
    def amount(self) -> Money:
        return total_of(line.amount for line in self.lines)


def payer_rests(
    session: Session, *, on: date, visit_ids: Collection[int] | None = None
) -> tuple[PayerRest, ...]:
    """As they stand on that day; of some visits alone where they are named. Three queries at most."""
    settings = settings_on(session, on)
    rows = session.execute(
        _FOUND,
        {
            "every": visit_ids is None,
            "visits": sorted(visit_ids or ()),
            "most": settings.money(Key.PAYER_REST_AT_MOST).cents,
            "quiet_since": on - settings.span(Key.SMALL_BALANCE_QUIET_DAYS),
            "declined_since": on - DECLINED_FOR,
            "in_hand": [state.value for state in _IN_HAND],
        },
    ).all()
    lines: dict[int, list[Line]] = {}
    in_hand = {row.visit_id for row in rows if row.in_hand}
    for visit_id, account_id, charge_id, claim_id, payer_id, cents, _ in rows:
        party = Party(
            guarantor_account_id=account_id,
            visit_id=visit_id,
            charge_id=charge_id,
            claim_id=claim_id,
            payer_id=payer_id,
        )
        lines.setdefault(visit_id, []).append(Line(party, Money(cents)))
    if not lines:
        return ()
    book = conditions(session, on=on, visit_ids=sorted(lines))
    found = []
    for visit_id, parts in lines.items():
        account_id = parts[0].party.guarantor_account_id or 0
        if any(line.amount < ZERO or line.party.charge_id is None for line in parts):
            continue  # one payer was paid too much for what another owes: for a person
        kinds = book.of(account_id, visit_id).kinds
        rules = {rule_of(one, Action.STATEMENT) for one in WAITS if one in kinds}
        if visit_id in in_hand:
            rules.add(IN_HAND)
        found.append(
            PayerRest(
                visit_id=visit_id,
                account_id=account_id,
                lines=tuple(parts),
                rule_ids=tuple(sorted(rules)),
            )
        )
    return tuple(found)
