"""What happened last on an account, what is waited for, and what the system does next by itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import BigInteger

from billing.holds import Action, Condition, Denied, allowed
from billing.money import ZERO, Money, total_of
from billing.settings import Key, Settings
from billing.statement_calendar import next_statement_on
from portal.queries.balances import AccountBalance, VisitBalance
from portal.queries.payment_method import method_in_words
from portal.queries.settings import IN_FORCE, settings_of
from portal.queries.statement_build import may_be_billed
from portal.queries.statements_told import TOLD, all_told

# One statement, so that the page keeps its budget. `overtaken` is what the daily run asks too:
# did a payer decide again on what this statement told?
_LAST_AND_NEXT = text(f"""
WITH here AS (
  SELECT coalesce((SELECT time_zone FROM practices WHERE id = 1), 'UTC') AS zone
)
SELECT
  ({IN_FORCE}) AS settings,
  (SELECT (min(coalesce(m.not_before, m.created_at)) AT TIME ZONE here.zone)::date
     FROM outbound_messages m
    WHERE m.guarantor_account_id = :account AND m.channel = 'sms' AND m.state = 'queued'
  ) AS next_text,
  (SELECT json_agg(w ORDER BY w.service_on, w.id) FROM (
     SELECT c.id, v.id AS visit_id, p.name AS payer_name, v.service_on, c.billed_cents,
            c.submitted_on, c.state
       FROM visits v JOIN claims c ON c.visit_id = v.id JOIN payers p ON p.id = c.payer_id
      WHERE v.guarantor_account_id = :account AND c.state IN ('open', 'deciding_again')) w
  ) AS waiting,
  (SELECT json_object_agg(b.visit_id, b.buckets) FROM (
     SELECT c.visit_id, array_agg(DISTINCT a.bucket) AS buckets
       FROM claims c
       JOIN remittance_claims r ON r.claim_id = c.id
       JOIN remittance_lines l ON l.remittance_claim_id = r.id
       JOIN line_adjustments a ON a.remittance_line_id = l.id
      WHERE c.visit_id = ANY(:owing) AND r.disposition = 'posted' AND r.reversed_by_id IS NULL
        AND a.group_code = 'PR' AND a.outcome = 'posted'
      GROUP BY c.visit_id) b
  ) AS shares,
  (SELECT row_to_json(s) FROM (
     SELECT s.id, s.number, s.cycle_on, s.amount_due_cents,
            greatest(s.due_on, (SELECT max(d.due_on) FROM statement_deliveries d
                                 WHERE d.statement_id = s.id)) AS due_on,
            (SELECT json_agg(d.channel || ' on ' || to_char(d.delivered_on, 'Mon FMDD, YYYY')
                      || coalesce(', came back ' || to_char(d.returned_on, 'Mon FMDD, YYYY'), ''))
               FROM statement_deliveries d WHERE d.statement_id = s.id) AS deliveries,
            EXISTS (SELECT 1 FROM statement_lines l
                      JOIN postings p ON p.charge_id = l.charge_id AND p.id > s.ledger_position
                      JOIN journal_entries e ON e.id = p.entry_id
                     WHERE l.statement_id = s.id AND e.kind LIKE 'remittance_claim%') AS overtaken,
            EXISTS (SELECT 1 FROM visits v WHERE v.id = ANY(:billable)
                       AND v.first_statement_on IS NULL) AS unstated_bill,
            (SELECT array_agg({TOLD}) FROM visits v
              WHERE v.id = ANY(:billable) AND v.id = ANY(:owing)) AS told
       FROM statements s
      WHERE s.guarantor_account_id = :account
        AND EXISTS (SELECT 1 FROM statement_deliveries d WHERE d.statement_id = s.id)
      ORDER BY s.cycle_on DESC LIMIT 1) s
  ) AS statement,
  (SELECT row_to_json(o) FROM (
     SELECT amount_cents, (state_at AT TIME ZONE here.zone)::date AS "on", brand, last4, method,
            state, receipt_number
       FROM payments WHERE guarantor_account_id = :account ORDER BY state_at DESC LIMIT 1) o
  ) AS online,
  (SELECT row_to_json(k) FROM (
     SELECT r.amount_cents, r.received_on AS "on", r.method, r.receipt_id
       FROM practice_receipts r JOIN patients p ON p.id = r.patient_id
      WHERE p.guarantor_account_id = :account
      ORDER BY r.received_on DESC, r.id DESC LIMIT 1) k
  ) AS desk,
  (SELECT json_agg(n ORDER BY n.id DESC) FROM (
     SELECT a.id, coalesce(nullif(l.name, ''), l.email) AS by, a.at, a.text
       FROM account_notes a JOIN logins l ON l.id = a.login_id
      WHERE a.guarantor_account_id = :account ORDER BY a.id DESC LIMIT 3) n
  ) AS notes
FROM here
""").bindparams(  # noqa: S608 (no word of a person in it)
    bindparam("owing", type_=ARRAY(BigInteger)), bindparam("billable", type_=ARRAY(BigInteger))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingClaim:
    """A claim that its payer has not answered, or is deciding again."""

    visit_id: int
    payer_name: str
    service_on: date
    billed: Money
    since: date | None
    again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LastStatement:
    """The newest statement that was sent, and how."""

    id: int
    number: str
    cycle_on: date
    due_on: date
    amount_due: Money
    deliveries: tuple[str, ...]
    overtaken: bool  # a payer has decided again since
    unstated_bill: bool  # a bill that no statement has told yet is ready
    told: tuple[int, ...]  # statements so far of each bill that owes


@dataclass(frozen=True, slots=True, kw_only=True)
class LastPayment:
    """What came in last, on our pages or at the practice. `state` is empty for the desk's money."""

    amount: Money
    on: date
    how: str
    state: str
    receipt_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What happens without anybody's doing. `on` is None when nothing will, and `words` say why."""

    words: str
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRow:
    """One note of staff and who wrote it."""

    by: str
    at: datetime
    text: str
    id: int = 0  # where the page has something to do with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The account in one look, beside its figures."""

    waiting: tuple[WaitingClaim, ...]
    shares: dict[int, tuple[str, ...]]  # visit -> buckets of the patient's share
    statement: LastStatement | None
    payment: LastPayment | None
    next_steps: tuple[NextStep, ...]
    notes: tuple[NoteRow, ...]  # the latest few


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    settings: Settings
    next_text: date | None
    waiting: tuple[WaitingClaim, ...]
    shares: dict[int, tuple[str, ...]]
    statement: LastStatement | None
    payment: LastPayment | None
    notes: tuple[NoteRow, ...]


def account_story(session: Session, balance: AccountBalance, *, on: date) -> Story:
    """The last and next of an account, in one statement whatever its size."""
    billable = [v for v in balance.visits if may_be_billed(v) and v.patient_due > ZERO]
    facts = _facts(session, balance, [v.visit_id for v in billable], on)
    steps = [next_statement(billable, balance, facts.statement, settings=facts.settings, on=on)]
    if facts.next_text is not None:
        steps.append(NextStep(words="Text message", on=facts.next_text))
    return Story(
        waiting=facts.waiting,
        shares=facts.shares,
        statement=facts.statement,
        payment=facts.payment,
        next_steps=tuple(steps),
        notes=facts.notes,
    )


def next_statement(
    billable: Collection[VisitBalance],
    balance: AccountBalance,
    last: LastStatement | None,
    *,
    settings: Settings,
    on: date,
) -> NextStep:
    """The statement that the daily run would send if nothing changed until then."""
    due = total_of(visit.patient_due for visit in billable)
    if not due:
        answers = [allowed(v.conditions, Action.STATEMENT) for v in balance.visits if v.patient_due]
        rules = {rule for one in answers if isinstance(one, Denied) for rule in one.rule_ids}
        if rules:
            return NextStep(words=f"No statement: held by {', '.join(sorted(rules))}")
        return NextStep(words="No statement: nothing is owed")
    conditions = {condition for visit in billable for condition in visit.conditions}
    floor = settings.money(Key.STATEMENT_FLOOR)
    if due < floor:
        conditions.add(Condition.BELOW_FLOOR)
    answer = allowed(conditions, Action.STATEMENT)
    if isinstance(answer, Denied):
        why = f"{due} is below {floor}" if due < floor else f"held by {', '.join(answer.rule_ids)}"
        return NextStep(words=f"No statement: {why}")
    first = next_statement_on(
        last_on=last.cycle_on if last else None,
        has_new_bill=last is not None and last.unstated_bill,
        corrects=last is not None and last.overtaken,
        today=on,
        settings=settings,
        all_told=last is not None and all_told(last.told),
    )
    if first is None:
        return NextStep(words="No further statement: each bill was asked for four times (STMT-10)")
    return NextStep(words=f"Statement of {due}", on=first)


def _facts(
    session: Session, balance: AccountBalance, billable: Collection[int], on: date
) -> _Facts:
    row = session.execute(
        _LAST_AND_NEXT,
        {
            "account": balance.guarantor_account_id,
            "owing": [v.visit_id for v in balance.visits if v.patient_due > ZERO],
            "billable": list(billable),
            "on": on,
        },
    ).one()
    return _Facts(
        settings=settings_of(row.settings),
        next_text=row.next_text,
        waiting=tuple(_waiting_claim(one) for one in row.waiting or ()),
        shares={int(visit): tuple(buckets) for visit, buckets in (row.shares or {}).items()},
        statement=_statement(row.statement) if row.statement else None,
        payment=_last_payment(row.online, row.desk),
        notes=tuple(_note(one) for one in row.notes or ()),
    )


def _note(found: dict[str, Any]) -> NoteRow:
    at = datetime.fromisoformat(found["at"])
    return NoteRow(by=found["by"], at=at, text=found["text"])


def _waiting_claim(found: dict[str, Any]) -> WaitingClaim:
    return WaitingClaim(
        visit_id=found["visit_id"],
        payer_name=found["payer_name"],
        service_on=date.fromisoformat(found["service_on"]),
        billed=Money(found["billed_cents"]),
        since=date.fromisoformat(found["submitted_on"]) if found["submitted_on"] else None,
        again=found["state"] == "deciding_again",
    )


def _statement(found: dict[str, Any]) -> LastStatement:
    return LastStatement(
        id=found["id"],
        number=found["number"],
        cycle_on=date.fromisoformat(found["cycle_on"]),
        due_on=date.fromisoformat(found["due_on"]),
        amount_due=Money(found["amount_due_cents"]),
        deliveries=tuple(found["deliveries"] or ()),
        overtaken=found["overtaken"],
        unstated_bill=found["unstated_bill"],
        told=tuple(found["told"] or ()),
    )


def _last_payment(online: dict[str, Any] | None, desk: dict[str, Any] | None) -> LastPayment | None:
    """The newest of what was paid on our pages and what the practice took itself."""
    if desk and (online is None or desk["on"] > online["on"]):
        return LastPayment(
            amount=Money(desk["amount_cents"]),
            on=date.fromisoformat(desk["on"]),
            how=f"{desk['method']} at the practice",
            state="",
            receipt_number=desk["receipt_id"],
        )
    if online is None:
        return None
    return LastPayment(
        amount=Money(online["amount_cents"]),
        on=date.fromisoformat(online["on"]),
        how=method_in_words(online["method"], online["brand"], online["last4"])
        if online["method"]
        else "",
        state=online["state"],
        receipt_number=online["receipt_number"] or "",
    )
