"""The calendar's day: each step that became due for an account is written down once, and given to a person (STMT-10, COLL-3 to 5).

A statement has its own run (`cut_statements`). A step and its item of work are one transaction of one account:
a process that dies has done both or neither, and the next run finds what is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.dunning import Due, Step, bundle_due
from billing.gate import GateFacts, missing_for_placement
from billing.gate_words import Lack, lacks
from billing.holds import Action, Denied, allowed
from billing.money import ZERO, total_of
from billing.settings import Key
from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount
from portal.models.gate import DunningStep
from portal.queries.dunning_candidates import dunning_candidates, steps_found
from portal.queries.gate_facts import gate_facts
from portal.queries.settings import setting
from portal.services.warn_finally import warn_finally
from portal.services.write_remittance import add_work_items

AT_ONCE = 500
KINDS = {
    Step.SCREENING: ("screen_for_help", "Ask whether help with this bill fits", Action.CALL),
    Step.ORAL_ATTEMPT: ("tell_of_help", "Call and tell of help with bills", Action.CALL),
    Step.FINAL_NOTICE: ("final_notice", "The final notice is due", Action.FINAL_NOTICE),
    Step.GATE_OPEN: ("gate_open", "Every step of the calendar is taken", None),
}
NEXT = {
    Step.SCREENING: "Screen the account for help with bills, and record the result.",
    Step.ORAL_ATTEMPT: "Call, tell of help with bills, and record the day, number and outcome.",
    Step.FINAL_NOTICE: "Send the final notice from the account's case.",
    Step.GATE_OPEN: "Look at the account once more. Offer help or a plan before anything else.",
}
READY = "A placement may be asked for"


@dataclass(frozen=True, slots=True)
class Walked:
    """How many steps the day found, by name."""

    found: tuple[tuple[int, Step], ...] = ()  # account, step

    def lines(self) -> Iterator[str]:
        """The result as the command prints it."""
        for step in KINDS:
            if count := sum(1 for _, one in self.found if one is step):
                yield f"{count} accounts: {KINDS[step][1].lower()}"


def walk_dunning(*, on: date, now: datetime, public_url: str) -> Walked:
    """Find every step that is due on this day; a second run of the day finds none."""
    found: list[tuple[int, Step]] = []
    with read_only() as session:
        candidates = dunning_candidates(session, on)
    for start in range(0, len(candidates), AT_ONCE):
        with read_only() as session:
            ids = candidates[start : start + AT_ONCE]
            facts = gate_facts(session, on=on, account_ids=ids)
            due = _fresh(session, facts, on)
        for account_id in due:
            found += [
                (account_id, step) for step in _write_down(account_id, public_url, on=on, now=now)
            ]
    return Walked(tuple(found))


def _fresh(session: Session, facts: Mapping[int, GateFacts], on: date) -> list[int]:
    """Accounts with a step that is due and was not found before; only these are locked and looked at again."""
    cycle = setting(session, Key.STATEMENT_CYCLE_DAYS, on)
    kept = steps_found(session, facts.keys())
    return [
        account_id
        for account_id, one in facts.items()
        if any(
            (account_id, due.step.value, _started(one)) not in kept
            for due in _steps(one, on, cycle_days=cycle)
        )
    ]


def _steps(facts: GateFacts, on: date, *, cycle_days: int) -> tuple[Due, ...]:
    return tuple(
        due
        for due in bundle_due(facts, on, cycle_days=cycle_days)
        if due.step in KINDS and not _held(facts, due.step)
    )


def _held(facts: GateFacts, step: Step) -> bool:
    """A step that the matrix forbids now is not given to anybody; it is found on the day after the hold."""
    action = KINDS[step][2] or Action.PLACEMENT
    answer = allowed(facts.all_conditions, action, cleared=facts.cleared(action), unproven=())
    return isinstance(answer, Denied)


def _write_down(account_id: int, public_url: str, *, on: date, now: datetime) -> Sequence[Step]:
    """One account, locked and looked at again: each step once for each start of its clock."""
    with transaction() as session:
        session.execute(
            select(GuarantorAccount.id).where(GuarantorAccount.id == account_id).with_for_update()
        )
        facts = gate_facts(session, on=on, account_ids=[account_id])[account_id]
        start, cycle = _started(facts), setting(session, Key.STATEMENT_CYCLE_DAYS, on)
        fresh = [
            due
            for due in _steps(facts, on, cycle_days=cycle)
            if start is not None and _keep(session, account_id, due, start, now)
        ]
        amount = total_of(one.balance for one in facts.episodes if one.balance > ZERO)
        # What a letter does by itself needs nobody.
        warned = any(
            due.step is Step.FINAL_NOTICE
            and warn_finally(
                session,
                account_id,
                key=f"dunning:{account_id}:final_notice:{start}",
                public_url=public_url,
                on=on,
                now=now,
            )
            for due in fresh
        )
        left = [due for due in fresh if not (warned and due.step is Step.FINAL_NOTICE)]
        missing = lacks(missing_for_placement(facts, on))
        add_work_items(
            session,
            [_item(account_id, due, amount, missing, start=start, now=now) for due in left],
        )
        return [due.step for due in fresh]


def _started(facts: GateFacts) -> date | None:
    """From when on each step is taken once: the D0 that counts, or the day on which a plan was lost after it."""
    if facts.latest_start is None:
        return None
    return max(facts.latest_start, *(e.plan_defaulted_on or date.min for e in facts.episodes))


def _keep(session: Session, account_id: int, due: Due, start: date, now: datetime) -> bool:
    kept = session.scalar(
        insert(DunningStep)
        .values(
            guarantor_account_id=account_id,
            step=due.step.value,
            started_on=start,
            due_on=due.due_on,
            found_at=now,
        )
        .on_conflict_do_nothing()
        .returning(DunningStep.id)
    )
    return kept is not None


def _item(
    account_id: int,
    due: Due,
    amount: Any,
    missing: Sequence[Lack],
    *,
    start: date | None,
    now: datetime,
) -> dict[str, Any]:
    kind, reason, _ = KINDS[due.step]
    reasons, next_step = [reason], NEXT[due.step]
    if due.step is Step.GATE_OPEN and not missing:
        reasons.append(READY)
    elif due.step is Step.GATE_OPEN:
        # What is missing is no step of the calendar: no other item asks somebody for it.
        reasons += [f"Still missing: {one.what} ({one.rule})" for one in missing]
        steps = (*(one.next for one in missing), next_step, "The case says what is missing now.")
        next_step = " ".join(dict.fromkeys(steps))
    return {
        "dedupe_key": f"dunning:{account_id}:{due.step.value}:{start}",
        "kind": kind,
        "reasons": reasons,
        "next_step": next_step,
        "amount": amount,
        "guarantor_account_id": account_id,
        "holds_bill": False,
        "opened_at": now,
        "due_on": due.due_on,
        "outcome": "",
    }
