"""Cases by stage and age, and the list of them by what is due next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, text

from billing.cases import AGES, STAGE_WORDS, Stage, age_band
from billing.dunning import Step, bundle_due
from billing.gate import GateFacts
from billing.hold_words import words_of
from billing.holds import Action, Condition, blocked_by
from billing.money import Money
from portal.db import read_only
from portal.queries.gate_facts import gate_facts
from portal.queries.paging import Page, limits, page_of

# One row for each account with a bill that was told and is owed, in the order of the plain calendar. Holds, and days that
# do not count, are asked for the rows of one page alone.
_CASES = """
WITH owed AS (
  SELECT v.guarantor_account_id AS account_id, v.id, v.first_statement_on,
         sum(CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END)::bigint AS cents
    FROM visits v
    JOIN postings p ON p.visit_id = v.id AND p.guarantor_account_id = v.guarantor_account_id
    JOIN ledger_accounts a ON a.id = p.account_id AND a.code = 'patient_receivable'
   WHERE v.first_statement_on IS NOT NULL
   GROUP BY v.id
  HAVING sum(CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END) > 0
), cases AS (
  SELECT account_id, max(first_statement_on) AS start, sum(cents)::bigint AS cents
    FROM owed GROUP BY account_id
), proofs AS (
  SELECT p.guarantor_account_id AS account_id, p.kind, min(p.happened_on) AS happened_on
    FROM collection_proofs p JOIN cases c ON c.account_id = p.guarantor_account_id
   WHERE p.happened_on >= c.start
     AND NOT EXISTS (SELECT 1 FROM proofs_revoked r WHERE r.proof_id = p.id)
   GROUP BY 1, 2
  UNION ALL
  SELECT s.guarantor_account_id, 'screening', min(s.screened_on)
    FROM assistance_screenings s JOIN cases c ON c.account_id = s.guarantor_account_id
   WHERE s.screened_on >= c.start
   GROUP BY 1
), staged AS (
  SELECT c.account_id, c.start, c.cents,
         (SELECT min(happened_on) FROM proofs p WHERE p.account_id = c.account_id AND p.kind = 'screening') AS screened,
         (SELECT min(happened_on) FROM proofs p WHERE p.account_id = c.account_id AND p.kind = 'oral_attempt') AS told,
         (SELECT min(happened_on) FROM proofs p WHERE p.account_id = c.account_id AND p.kind = 'final_notice') AS noticed,
         EXISTS (SELECT 1 FROM dunning_steps d WHERE d.guarantor_account_id = c.account_id
                    AND d.step = 'gate_open' AND d.started_on >= c.start) AS opened,
         EXISTS (SELECT 1 FROM collection_packets k WHERE k.guarantor_account_id = c.account_id
                    AND k.prepared_on >= c.start) AS packed,
         EXISTS (SELECT 1 FROM placements l WHERE l.guarantor_account_id = c.account_id
                    AND l.state IN ('placed', 'suspended')) AS placed,
         EXISTS (SELECT 1 FROM placements l WHERE l.guarantor_account_id = c.account_id
                    AND l.state = 'recalled') AS recalled
    FROM cases c
), board AS (
  SELECT s.*, :on - s.start AS age,
         CASE WHEN placed THEN 'placed' WHEN recalled THEN 'recalled' WHEN packed THEN 'packet'
              WHEN opened THEN 'gate_open' WHEN noticed IS NOT NULL THEN 'noticed'
              WHEN told IS NOT NULL THEN 'help_told' WHEN screened IS NOT NULL THEN 'screened'
              ELSE 'statements' END AS stage,
         CASE WHEN placed OR recalled OR packed OR opened THEN NULL
              WHEN screened IS NULL THEN 'screening' WHEN told IS NULL THEN 'oral_attempt'
              WHEN noticed IS NULL THEN 'final_notice' ELSE 'gate_open' END AS next_step,
         CASE WHEN placed OR recalled OR packed OR opened THEN NULL
              WHEN screened IS NULL THEN s.start + 60
              WHEN told IS NULL OR noticed IS NULL THEN s.start + 90
              ELSE greatest(s.start + 121, told + 30, noticed + 30) END AS next_on
    FROM staged s
)
"""
_LIST = text(
    _CASES
    + """
SELECT b.*, g.number, g.first_name, g.last_name, count(*) OVER () AS found
  FROM board b JOIN guarantor_accounts g ON g.id = b.account_id
 WHERE (:stage = '' OR b.stage = :stage) AND b.age BETWEEN :youngest AND :oldest
 ORDER BY b.next_on NULLS LAST, b.start, b.account_id
OFFSET :offset LIMIT :limit
"""
)
_COUNTS = text(
    _CASES
    + """
SELECT b.stage, b.age, count(*) AS found, sum(b.cents)::bigint AS cents FROM board b GROUP BY 1, 2
"""
)
NEXT_WORDS = {
    "screening": "Screen for help",
    "oral_attempt": "Call and tell of help",
    "final_notice": "Final notice",
    "gate_open": "The gate may open",
}
FOREVER = 36_500


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """One account in the list."""

    account_id: int
    account_number: str
    account_name: str
    stage: Stage
    age: int  # days since the first statement of its youngest bill
    owed: Money
    next_step: str  # in words; empty where nothing of the calendar is left
    next_on: date | None  # not before, without the days that do not count
    held_days: int = 0  # of its age: in disputes or in a plan that was lost
    held: tuple[str, ...] = ()  # why no step is taken now, whatever its day

    @property
    def stage_words(self) -> str:
        return STAGE_WORDS[self.stage]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCount:
    """One stage of the board: how many, how old, how much."""

    stage: Stage
    words: str
    by_age: Mapping[str, int]
    found: int
    owed: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseBoard:
    """The board, and one page of the list under it."""

    stages: tuple[StageCount, ...]
    page: Page[CaseRow]
    found: int
    on: date

    @property
    def account_ids(self) -> frozenset[int]:
        return frozenset(row.account_id for row in self.page.rows)


def case_board(*, stage: str, age: str, on: date, number: int) -> CaseBoard:
    """Of a stage and an age, or of all where they are empty; what is due next stands first."""
    offset, limit = limits(number)
    youngest, oldest = next(
        ((first, last or FOREVER) for name, first, last in AGES if name == age), (-1, FOREVER)
    )
    with read_only() as session:
        counts = session.execute(_COUNTS, {"on": on}).all()
        rows = session.execute(
            _LIST,
            {
                "on": on,
                "stage": stage,
                "youngest": youngest,
                "oldest": oldest,
                "offset": offset,
                "limit": limit,
            },
        ).all()
        shown = [row.account_id for row in rows]
        facts = gate_facts(session, on=on, account_ids=shown) if shown else {}
    return CaseBoard(
        stages=tuple(_count(one, [row for row in counts if row.stage == one]) for one in Stage),
        page=page_of(
            [_row(row, facts[row.account_id]) for row in rows],
            number,
        ),
        found=rows[0].found if rows else 0,
        on=on,
    )


def _row(row: Row[Any], facts: GateFacts) -> CaseRow:
    young = facts.youngest
    exact = {due.step: due.due_on for due in bundle_due(facts, date.max)}
    return CaseRow(
        account_id=row.account_id,
        account_number=row.number,
        account_name=f"{row.first_name} {row.last_name}".strip(),
        stage=Stage(row.stage),
        age=row.age,
        owed=Money(row.cents),
        next_step=NEXT_WORDS.get(row.next_step or "", ""),
        next_on=exact.get(Step(row.next_step), row.next_on) if row.next_step else None,
        held_days=young.held_days if young else 0,
        held=tuple(one.staff for one in words_of(_holding(row, facts))),
    )


def _holding(row: Row[Any], facts: GateFacts) -> frozenset[Condition]:
    """What forbids its next step; our own books may be screened whatever holds."""
    if row.next_step in {None, Step.SCREENING.value}:
        return frozenset()
    return blocked_by(
        facts.all_conditions, Action.FINAL_NOTICE, cleared=facts.cleared(Action.FINAL_NOTICE)
    )


def _count(stage: Stage, rows: Sequence[Row[Any]]) -> StageCount:
    by_age = {name: 0 for name, _, _ in AGES}
    cents = found = 0
    for row in rows:
        by_age[age_band(row.age)] += row.found
        found += row.found
        cents += row.cents
    return StageCount(
        stage=stage, words=STAGE_WORDS[stage], by_age=by_age, found=found, owed=Money(cents)
    )
