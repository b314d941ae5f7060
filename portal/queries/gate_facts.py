"""The facts that the gate asks for before collecting: clocks, deliveries, proofs, state law, for many accounts at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.gate import Clocks, Episode, FinalNotice, GateFacts
from billing.holds import Action, Condition
from billing.money import ZERO, total_of
from billing.settings import Key
from billing.state_rows import STATE_RULES
from billing.state_rules import StateRule, Terms, rules_for, strictest, unreviewed
from portal.queries.balances import AccountBalance, VisitBalance, balances
from portal.queries.organisation import Law, law_and_settings
from portal.queries.raised_bills import RAISED_AFTER, TOLD_FROM

# Everything of the accounts in one statement, so that a page keeps its budget: part, whose it is, and the facts.
# visit: its clocks and the days of deliveries that stand and ask for it. Of one that a payer raised D0
# is the day of the first statement that stands and asks for it since, and none before (STMT-19, CORE-3). still: when a bill stood still, in a dispute
# (DISP-2) or in a plan that ended (PLAN-14). proof, cleared and state are of the account.
_BOOKS = text(
    f"""
WITH z AS (SELECT coalesce(max(time_zone), 'UTC') AS zone FROM practices)
SELECT 'visit' AS part, v.id AS key, jsonb_build_object(
         'service_on', v.service_on, 'responsible_on', v.responsible_on,
         'first_statement_on', CASE
               WHEN v.first_statement_on IS NULL OR {RAISED_AFTER} IS NULL THEN v.first_statement_on
               WHEN {TOLD_FROM} IS NOT NULL THEN greatest(v.first_statement_on, {TOLD_FROM}) END,
         'assistance_asked_on', v.assistance_asked_on, 'last_paid_on', v.last_paid_on,
         'told', array(SELECT DISTINCT d.delivered_on FROM charges c
               JOIN statement_lines l ON l.charge_id = c.id AND l.amount_cents > 0
               JOIN statement_deliveries d ON d.statement_id = l.statement_id
              WHERE c.visit_id = v.id AND d.returned_on IS NULL AND d.delivered_on <= :on
                AND NOT EXISTS (
                      SELECT 1 FROM statement_deliveries e
                       WHERE e.statement_id = d.statement_id AND e.returned_on IS NULL
                         AND (e.delivered_on, e.id) < (d.delivered_on, d.id))
              ORDER BY 1)) AS facts
  FROM visits v
 WHERE v.id = ANY (:visits)
UNION ALL
SELECT 'still', s.id, jsonb_build_object(
         'kind', s.kind, 'began', s.began, 'ended', s.ended, 'over_on', s.over_on)
  FROM (
SELECT v.id, a.kind, greatest((a.since AT TIME ZONE z.zone)::date, v.first_statement_on) AS began,
       coalesce((a.ended_at AT TIME ZONE z.zone)::date, :on) AS ended,
       (a.ended_at AT TIME ZONE z.zone)::date AS over_on
  FROM visits v CROSS JOIN z
  JOIN account_conditions a
    ON a.visit_id = v.id
       OR (a.visit_id IS NULL AND a.patient_id = v.patient_id)
       OR (a.visit_id IS NULL AND a.patient_id IS NULL AND a.guarantor_account_id = v.guarantor_account_id)
 WHERE v.id = ANY (:visits) AND a.kind = 'disputed' AND v.first_statement_on IS NOT NULL
   AND (a.since AT TIME ZONE z.zone)::date <= :on
UNION ALL
SELECT b.visit_id, 'disputed', greatest(b.filed_on, v.first_statement_on),
       CASE WHEN b.state = 'open' THEN :on ELSE coalesce(b.ended_on, b.rejoins_on, :on) END,
       -- Fourteen days count from our answer; from the end where a person lifts what an answer left locked.
       CASE WHEN b.state = 'answered' AND b.rejoins_on IS NOT NULL THEN (b.answered_at AT TIME ZONE z.zone)::date
            WHEN b.state <> 'open' THEN coalesce(b.ended_on, (b.answered_at AT TIME ZONE z.zone)::date) END
  FROM bill_disputes b JOIN visits v ON v.id = b.visit_id
 CROSS JOIN z
 WHERE b.visit_id = ANY (:visits) AND v.first_statement_on IS NOT NULL AND b.filed_on <= :on
UNION ALL
SELECT DISTINCT c.visit_id, 'plan', greatest((p.created_at AT TIME ZONE z.zone)::date, v.first_statement_on),
       coalesce(p.ended_on, (p.state_at AT TIME ZONE z.zone)::date, :on),
       CASE WHEN p.state = 'defaulted' THEN coalesce(p.ended_on, (p.state_at AT TIME ZONE z.zone)::date) END
  FROM plans p CROSS JOIN z
  JOIN plan_versions s ON s.plan_id = p.id AND s.number = p.current_version
  JOIN plan_lines l ON l.version_id = s.id
  JOIN charges c ON c.id = l.charge_id
  JOIN visits v ON v.id = c.visit_id
 WHERE c.visit_id = ANY (:visits) AND p.state IN ('defaulted', 'canceled')
   AND v.first_statement_on IS NOT NULL) s
UNION ALL
SELECT 'proof', p.guarantor_account_id, jsonb_build_object(
         'visit_id', p.visit_id, 'kind', p.kind, 'happened_on', p.happened_on, 'facts', p.facts)
  FROM collection_proofs p
 WHERE p.guarantor_account_id = ANY (:accounts) AND p.happened_on <= :on
   AND NOT EXISTS (SELECT 1 FROM proofs_revoked r WHERE r.proof_id = p.id)
UNION ALL
-- Our own books were asked whether help is presumed; while what they presume waits for a decision, it counts for nothing.
SELECT 'proof', s.guarantor_account_id, jsonb_build_object(
         'visit_id', NULL, 'kind', 'screening', 'happened_on', max(s.screened_on), 'facts', NULL)
  FROM assistance_screenings s
 WHERE s.guarantor_account_id = ANY (:accounts) AND s.screened_on <= :on
   AND NOT EXISTS (SELECT 1 FROM work_items w WHERE w.guarantor_account_id = s.guarantor_account_id
                      AND w.kind = 'assistance_presumed' AND w.closed_at IS NULL)
 GROUP BY s.guarantor_account_id
UNION ALL
SELECT 'cleared', guarantor_account_id, jsonb_build_object('condition', condition, 'action', action)
  FROM gate_clearances
 WHERE guarantor_account_id = ANY (:accounts) AND ended_at IS NULL
   AND (until_on IS NULL OR until_on >= :on)
UNION ALL
SELECT DISTINCT 'state', h.id, to_jsonb(h.state) FROM (
  SELECT g.id, upper(trim(g.state)) AS state FROM guarantor_accounts g WHERE g.id = ANY (:accounts)
  UNION
  SELECT v.guarantor_account_id, upper(trim(p.state)) FROM visits v JOIN patients p ON p.id = v.patient_id
   WHERE v.id = ANY (:visits) AND p.state <> '') h
"""  # noqa: S608 (our own words only)
)


_DAYS = frozenset(
    {
        "service_on",
        "responsible_on",
        "first_statement_on",
        "assistance_asked_on",
        "last_paid_on",
        "told",
        "began",
        "ended",
        "over_on",
        "happened_on",
    }
)


def gate_facts(
    session: Session,
    *,
    on: date,
    account_ids: Collection[int],
    visit_ids: Collection[int] | None = None,
) -> dict[int, GateFacts]:
    """By account, for the bills on which something is owed; of these, only `visit_ids` where it is given.

    An account without such a bill has facts without episodes, which no action passes.
    """
    found = balances(session, on=on, account_ids=list(account_ids))
    owing = {
        one.guarantor_account_id: tuple(
            v for v in one.visits
            if v.patient_due > ZERO and (visit_ids is None or v.visit_id in visit_ids)
        )
        for one in found
    }  # fmt: skip
    visits = [v.visit_id for bills in owing.values() for v in bills]
    asked = {"on": on, "accounts": list(account_ids), "visits": visits}
    books = _books(session, asked)
    law, settings = law_and_settings(session, on)
    floor = settings.money(Key.STATEMENT_FLOOR)
    facts: dict[int, GateFacts] = {}
    for one in found:
        account_id = one.guarantor_account_id
        mine = books["proof", account_id]
        bills = owing[account_id]
        episodes = tuple(
            _episode(
                bill, books["visit", bill.visit_id][0], books["still", bill.visit_id], mine, on
            )
            for bill in bills
        )
        due = total_of(bill.patient_due for bill in bills)
        extra = {Condition.BELOW_FLOOR} if ZERO < due < floor else set()
        base = _with_law(law, books["state", account_id], on)
        facts[account_id] = replace(
            base,
            conditions=_of_account(one) | frozenset(extra),
            clearances=frozenset(
                (Condition(one["condition"]), Action(one["action"]))
                for one in books["cleared", account_id]
            ),
            episodes=episodes,
            oral_attempts=tuple(
                sorted(one["happened_on"] for one in mine if one["kind"] == "oral_attempt")
            ),
            screened_on=_last(mine, "screening"),
            plan_offered_on=_last(mine, "plan_offer"),
            affidavit_on=_last(mine, "affidavit"),
        )
    return facts


def own_episodes(session: Session, account: AccountBalance, *, on: date) -> tuple[Episode, ...]:
    """Of one account, the bills on which something is owed, without the law: for whoever owes them. One statement."""
    owing = [v for v in account.visits if v.patient_due > ZERO]
    account_id = account.guarantor_account_id
    asked = {"on": on, "accounts": [account_id], "visits": [v.visit_id for v in owing]}
    if not owing:
        return ()
    books = _books(session, asked)
    return tuple(
        _episode(
            bill,
            books["visit", bill.visit_id][0],
            books["still", bill.visit_id],
            books["proof", account_id],
            on,
        )
        for bill in owing
    )


def _books(session: Session, asked: Mapping[str, Any]) -> dict[tuple[str, int], list[Any]]:
    """By part and whose it is; days are dates again."""
    found: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for part, key, facts in session.execute(_BOOKS, asked):
        if isinstance(facts, dict):
            days = {name: _day(value) for name, value in facts.items() if name in _DAYS}
            facts = {**facts, **days}  # noqa: PLW2901 (the same row, its days read)
        found[part, key].append(facts)
    for proofs in (rows for (part, _), rows in found.items() if part == "proof"):
        proofs.sort(key=lambda one: one["happened_on"])
    return found


def _day(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(date.fromisoformat(one) for one in value)
    return date.fromisoformat(value) if value else None


def _of_account(one: AccountBalance) -> frozenset[Condition]:
    return one.conditions | (
        frozenset({Condition.CREDIT_BALANCE}) if one.in_credit else frozenset()
    )


def _last(proofs: Sequence[Mapping[str, Any]], kind: str) -> date | None:
    return max((one["happened_on"] for one in proofs if one["kind"] == kind), default=None)


def _episode(
    bill: VisitBalance,
    row: Mapping[str, Any],
    still: Sequence[Mapping[str, Any]],
    proofs: Sequence[Mapping[str, Any]],
    on: date,
) -> Episode:
    notices = tuple(
        FinalNotice(
            sent_on=p["happened_on"],
            deadline_on=date.fromisoformat(p["facts"]["deadline_on"]),
            names=frozenset(p["facts"].get("names", ())),
            encloses_summary=bool(p["facts"].get("encloses_summary")),
            not_reported_in_bold=bool(p["facts"].get("not_reported_in_bold")),
        )
        for p in proofs
        if p["kind"] == "final_notice" and p["visit_id"] in {None, bill.visit_id}
    )
    over: dict[str, list[date]] = defaultdict(list)
    for span in still:
        if span["over_on"]:
            over[span["kind"]].append(span["over_on"])
    return Episode(
        visit_id=bill.visit_id,
        clocks=Clocks(
            service_on=row["service_on"],
            responsible_on=row["responsible_on"],
            first_statement_on=row["first_statement_on"],
            assistance_asked_on=row["assistance_asked_on"],
            last_paid_on=row["last_paid_on"],
        ),
        balance=bill.patient_due,
        conditions=bill.conditions,
        statements=row["told"],
        notices=notices,
        held_days=_days([(span["began"], span["ended"]) for span in still], on),
        dispute_ended_on=max(over.get("disputed", ()), default=None),
        plan_defaulted_on=max(over.get("plan", ()), default=None),
    )


def _days(spans: Sequence[tuple[date, date]], on: date) -> int:
    """Days that lie in any of the spans, each once; the day on which one ends counts as free again."""
    total, reached = 0, date.min
    for start, end in sorted(spans):
        first, last = max(start, reached), min(end, on)
        total += max(0, (last - first).days)
        reached = max(reached, last)
    return total


def _with_law(law: Law, homes: Sequence[str], on: date) -> GateFacts:
    lives = sorted({home for home in homes if home}) or [""]
    rows: dict[str, StateRule] = {}
    for home in lives:
        binding = rules_for(
            STATE_RULES,
            patient_state=home,
            facility_states=law.facilities,
            on=on,
            who=law.organisation,
        )
        rows |= {row.key: row for row in binding}
    terms = strictest(row.terms for row in rows.values())
    return GateFacts(
        organisation=law.organisation,
        terms=terms,
        terms_rules=_whose(terms, rows.values()),
        unreviewed_rows=unreviewed(
            STATE_RULES, states={*lives, *law.facilities}, reviewed=law.reviewed
        ),
    )


def _whose(terms: Terms, rows: Collection[StateRule]) -> Mapping[str, str]:
    """The row whose value became the strictest, by field."""
    plain = Terms()
    return {
        f.name: next(r.rule for r in rows if getattr(r.terms, f.name) == getattr(terms, f.name))
        for f in fields(Terms)
        if getattr(terms, f.name) != getattr(plain, f.name)
    }
