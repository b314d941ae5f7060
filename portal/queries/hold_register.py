"""The register of holds and the list of what the gate said no to, as staff narrow them (CORE-5, CORE-6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import text

from billing.hold_words import HOLD_WORDS, words_of
from billing.holds import NEEDED, Action, Condition
from billing.money import ZERO, Money
from portal.db import read_only
from portal.queries.hold_rows import SINCE_ON, STAFF_HOLDS, HoldRow, holds_of
from portal.queries.paging import Page, limits, page_of
from portal.queries.staff_account import AccountHeader, account_header

AGES = {"week": 7, "month": 30, "quarter": 90}  # at least so many days
KINDS = {kind.value: words.staff for kind, words in HOLD_WORDS.items()}
# Which part of the software asked; a name that is not here is shown as it is.
ASKED_WORDS = {
    "new_statement": "Text or e-mail: a statement is there",
    "due_soon": "Text or e-mail: due soon",
    "due_passed": "Text or e-mail: the day is over",
    "call": "Somebody who wanted to call",
    "draft": "A payment from a saved way",
    "pay link": "A link to pay",
    "place_bill": "Somebody who wanted to place a bill",
    "plan letter": "A letter about a plan",
    "prepare_packet": "Somebody who prepared a packet",
    "sign_packet": "Somebody who signed a packet",
    "reinstate": "Somebody who let an agency go on",
    "send_final_notice": "Somebody who asked for a final notice",
    "notice": "A letter as it left",
    "statement": "A statement",
    "write_off": "A write-off as bad debt",
}
_REGISTER = text(
    f"""
WITH holds AS ({STAFF_HOLDS}), owed AS (
  SELECT p.guarantor_account_id, p.visit_id,
         sum(CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END) AS cents
    FROM postings p JOIN ledger_accounts a ON a.id = p.account_id
   WHERE a.code = 'patient_receivable'
     AND p.guarantor_account_id IN (SELECT account_id FROM holds)
   GROUP BY 1, 2
), shown AS (
  SELECT h.*, {SINCE_ON} AS since_on, g.number, g.first_name, g.last_name, l.email AS by, v.service_on,
         coalesce((SELECT sum(o.cents) FROM owed o
                    WHERE o.guarantor_account_id = h.account_id
                      AND (h.visit_id IS NULL OR o.visit_id = h.visit_id)), 0)::bigint AS cents
    FROM holds h
    JOIN guarantor_accounts g ON g.id = h.account_id
    LEFT JOIN logins l ON l.id = h.by_id
    LEFT JOIN visits v ON v.id = h.visit_id
)
SELECT s.*, count(*) OVER () AS found, sum(cents) OVER () AS total
  FROM shown s
 WHERE (:kind = '' OR s.kind = :kind) AND s.since < :before AND s.cents >= :least
   AND (NOT :overdue OR s.until_on < :today)
 ORDER BY s.since, s.account_id, s.visit_id NULLS FIRST, s.kind
OFFSET :offset LIMIT :limit
"""  # noqa: S608 - our own words
)
_DENIALS = text(
    """
SELECT d.*, g.number, g.first_name, g.last_name, l.email AS who
  FROM gate_denials d
  LEFT JOIN guarantor_accounts g ON g.id = d.guarantor_account_id
  LEFT JOIN logins l ON l.id = d.login_id
 WHERE (:action = '' OR d.action = :action) AND (:rule = '' OR :rule = ANY (d.rule_ids))
   AND (:account = 0 OR d.guarantor_account_id = :account)
 ORDER BY d.id DESC OFFSET :offset LIMIT :limit
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldFilter:
    """Which part of the register somebody looks at; it names no person."""

    kind: str = ""
    age: str = ""  # a key of AGES
    least: Money = ZERO
    overdue: bool = False  # past the day on which somebody wanted to look again

    @property
    def args(self) -> dict[str, str]:
        """What a link must carry to keep it."""
        every = {
            "kind": self.kind,
            "age": self.age,
            "least": str(self.least.cents // 100) if self.least.cents else "",
            "overdue": "1" if self.overdue else "",
        }
        return {name: value for name, value in every.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRegister:
    """One page of it, and what all that was found comes to."""

    page: Page[HoldRow]
    found: int
    on: date

    @property
    def account_ids(self) -> frozenset[int]:
        return frozenset(row.account_id for row in self.page.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class DenialRow:
    """One no of the gate."""

    at: datetime
    action: str
    rule_ids: tuple[str, ...]
    conditions: tuple[str, ...]
    account_id: int
    account_number: str
    account_name: str
    asked_by: str
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountHolds:
    """The holds of one account, and what a manager may open in each."""

    header: AccountHeader
    rows: tuple[HoldRow, ...]
    on: date

    @property
    def openable(self) -> tuple[tuple[Condition, Action, str], ...]:
        """Cells of the matrix that wait for something on record."""
        kinds = {row.kind for row in self.rows}
        return tuple((c, a, words) for (c, a), words in NEEDED.items() if c in kinds)


def hold_register(wanted: HoldFilter, *, on: date, now: datetime, number: int) -> HoldRegister:
    """The oldest first."""
    offset, limit = limits(number)
    with read_only() as session:
        rows = session.execute(
            _REGISTER,
            {
                "kind": wanted.kind,
                "before": now - timedelta(days=AGES.get(wanted.age, -1)),
                "least": wanted.least.cents,
                "overdue": wanted.overdue,
                "today": on,
                "offset": offset,
                "limit": limit,
            },
        ).all()
    holds = [
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
            account_number=row.number,
            account_name=f"{row.first_name} {row.last_name}".strip(),
            held=Money(row.cents),
        )
        for row in rows
    ]
    return HoldRegister(page=page_of(holds, number), found=rows[0].found if rows else 0, on=on)


def account_holds(account_id: int, *, on: date) -> AccountHolds | None:
    """Of one account; None where there is none by this id."""
    with read_only() as session:
        header = account_header(session, account_id)
        if header is None:
            return None
        return AccountHolds(header=header, rows=holds_of(session, [account_id], on=on), on=on)


def gate_denials(*, action: str, rule: str, account_id: int, number: int) -> Page[DenialRow]:
    """The newest first."""
    offset, limit = limits(number)
    with read_only() as session:
        rows = session.execute(
            _DENIALS,
            {
                "action": action,
                "rule": rule.strip().upper(),
                "account": account_id,
                "offset": offset,
                "limit": limit,
            },
        ).all()
    denials = [
        DenialRow(
            at=row.at,
            action=row.action,
            rule_ids=tuple(row.rule_ids),
            conditions=tuple(one.staff for one in words_of(map(Condition, row.conditions))),
            account_id=row.guarantor_account_id,
            account_number=row.number or "",
            account_name=f"{row.first_name or ''} {row.last_name or ''}".strip(),
            asked_by=ASKED_WORDS.get(row.asked_by, row.asked_by.replace("_", " ")),
            who=row.who or "",
        )
        for row in rows
    ]
    return page_of(denials, number)
