"""One case: its clocks, what is proven and what lacks, what happens next and when, and what was done so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from billing.dunning import Due, Step, bundle_due
from billing.gate import Episode, GateFacts, missing_for_notice, missing_for_placement
from billing.gate_words import Lack, lacks
from billing.hold_words import HoldWords, words_of
from billing.holds import Action, Condition, blocked_by
from billing.money import Money, total_of
from portal.db import read_only
from portal.queries.gate_facts import gate_facts
from portal.queries.notice_evidence import KINDS, STATES
from portal.queries.staff_account import AccountHeader, account_header

AHEAD = timedelta(days=400)  # how far the calendar is read for what comes next
STEP_WORDS = {
    Step.STATEMENT: "Statement",
    Step.SCREENING: "Screening for help",
    Step.ORAL_ATTEMPT: "Call to tell of help",
    Step.FINAL_NOTICE: "Final notice",
    Step.GATE_OPEN: "The gate may open",
}
WHO = {
    Step.STATEMENT: "The daily run sends it",
    Step.SCREENING: "The daily run asks our own books",
    Step.ORAL_ATTEMPT: "A person calls",
    Step.FINAL_NOTICE: "The daily run, where an agency’s contract is approved; else a person",
    Step.GATE_OPEN: "A packet may be asked for; offer help or a plan once more before",
}
# What was done, newest first: the day, what, and words about it that name nobody.
_STORY = text(
    """
WITH z AS (SELECT coalesce(max(time_zone), 'UTC') AS zone FROM practices)
SELECT on_day, kind, detail FROM (
  SELECT c.started_on AS on_day, 'call' AS kind,
         coalesce(nullif(c.outcome, ''), 'begun') || CASE WHEN c.told_of_help AND c.corrected_at IS NULL
                                                         THEN ', told of help' ELSE '' END AS detail
    FROM phone_calls c WHERE c.guarantor_account_id = :account
  UNION ALL
  SELECT s.screened_on, 'screening', s.result FROM assistance_screenings s
   WHERE s.guarantor_account_id = :account
  UNION ALL
  SELECT p.happened_on, 'plan_offer', coalesce(p.facts ->> 'plan', '') FROM collection_proofs p
   WHERE p.guarantor_account_id = :account AND p.kind = 'plan_offer'
  UNION ALL
  SELECT coalesce(n.sent_on, (n.created_at AT TIME ZONE z.zone)::date), 'letter',
         n.kind || ', ' || n.state || CASE WHEN n.gate NOT IN ('', 'allowed') THEN ' (' || n.gate || ')' ELSE '' END
    FROM notices n, z WHERE n.guarantor_account_id = :account
  UNION ALL
  SELECT d.delivered_on, 'statement', s.number || ', ' || d.channel
    FROM statement_deliveries d JOIN statements s ON s.id = d.statement_id
   WHERE s.guarantor_account_id = :account
  UNION ALL
  SELECT d.returned_on, 'returned', s.number
    FROM statement_deliveries d JOIN statements s ON s.id = d.statement_id
   WHERE s.guarantor_account_id = :account AND d.returned_on IS NOT NULL
  UNION ALL
  SELECT l.placed_on, 'placement', l.number || ', ' || l.state FROM placements l
   WHERE l.guarantor_account_id = :account
  UNION ALL
  SELECT m.made_on, 'promise', '$' || to_char(m.amount_cents / 100.0, 'FM999999990.00') || ', ' || m.state
    FROM promises m WHERE m.guarantor_account_id = :account
  UNION ALL
  SELECT (t.noted_at AT TIME ZONE z.zone)::date, 'trace',
         CASE t.confirmed WHEN true THEN 'confirmed' WHEN false THEN 'not theirs' ELSE 'to be confirmed' END
    FROM traces t, z WHERE t.guarantor_account_id = :account
  UNION ALL
  SELECT k.prepared_on, 'packet', CASE WHEN k.signed_at IS NULL THEN 'not signed' ELSE 'signed' END
    FROM collection_packets k WHERE k.guarantor_account_id = :account
) told
ORDER BY on_day DESC, kind LIMIT 60
"""
)
STORY_WORDS: Mapping[str, str] = {
    "call": "Call",
    "screening": "Screening",
    "plan_offer": "Plan offered",
    "letter": "Letter",
    "statement": "Statement arrived",
    "returned": "Mail came back",
    "placement": "Placed with an agency",
    "packet": "Packet",
    "promise": "Promise to pay",
    "trace": "Address or number found",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One line of what was done."""

    on: date
    words: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """Everything on the page of one case."""

    header: AccountHeader
    facts: GateFacts
    notice: tuple[Lack, ...]  # before a final notice
    lacks: tuple[Lack, ...]  # before a placement
    next_steps: tuple[Due, ...]  # of the calendar, with the days from which they are due
    story: tuple[Happened, ...]
    on: date

    @property
    def bills(self) -> tuple[Episode, ...]:
        return self.facts.episodes

    @property
    def held(self) -> tuple[HoldWords, ...]:
        """What keeps every step of the calendar waiting, whatever its day."""
        return words_of(
            blocked_by(
                self.facts.all_conditions,
                Action.FINAL_NOTICE,
                cleared=self.facts.cleared(Action.FINAL_NOTICE),
            )
        )

    @property
    def owed(self) -> Money:
        return total_of(one.balance for one in self.bills)

    @property
    def proven(self) -> tuple[tuple[str, date], ...]:
        """What is on record, with its newest day."""
        told = max(self.facts.oral_attempts, default=None)
        notices = [n.sent_on for one in self.bills for n in one.notices]
        found = (
            ("Screened for help", self.facts.screened_on),
            ("Told of help by phone", told),
            ("Final notice", max(notices, default=None)),
            ("Plan offered", self.facts.plan_offered_on),
        )
        return tuple((words, day) for words, day in found if day is not None)


def case_page(account_id: int, *, on: date, cycle_days: int = 30) -> CasePage | None:
    """None where there is no account by this id; one that owes nothing has a page without bills."""
    with read_only() as session:
        header = account_header(session, account_id)
        if header is None:
            return None
        facts = gate_facts(session, on=on, account_ids=[account_id])[account_id]
        story = session.execute(_STORY, {"account": account_id}).all()
    return CasePage(
        header=header,
        facts=facts,
        notice=_lacks(facts, Action.FINAL_NOTICE, missing_for_notice(facts, on)),
        lacks=_lacks(facts, Action.PLACEMENT, missing_for_placement(facts, on)),
        next_steps=bundle_due(facts, on + AHEAD, cycle_days=cycle_days),
        story=tuple(_happened(row) for row in story),
        on=on,
    )


def _lacks(facts: GateFacts, action: Action, missing: frozenset[str]) -> tuple[Lack, ...]:
    held: frozenset[Condition] = blocked_by(
        facts.all_conditions, action, cleared=facts.cleared(action)
    )
    return lacks(missing, held, action)


def _happened(row: Any) -> Happened:
    return Happened(
        on=row.on_day,
        words=STORY_WORDS[row.kind],
        detail=_detail(row),
    )


def _detail(row: Any) -> str:
    """In words that stand on the account's other pages too."""
    if row.kind == "letter":
        kind, _, state = row.detail.partition(", ")
        state, _, gate = state.partition(" (")
        told = f"{KINDS.get(kind, kind)}, {STATES.get(state, state).lower()}"
        return f"{told} ({gate}" if gate else told
    if row.kind == "screening" and row.detail == "none":
        return "nothing presumed"
    return str(row.detail).replace("_", " ")
