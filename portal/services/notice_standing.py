"""What keeps a letter from leaving now: the gate's rules, figures that have moved, a last day that came too near (CORE-5, COLL-4)."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from billing.holds import Action, Condition, Denied
from billing.money import Money, total_of
from billing.notices import DEADLINE_AFTER, HANDOFF_AFTER, WARNINGS, NoticeKind, action_of, that_bar
from portal.models.notices import Notice
from portal.queries.balances import balances
from portal.queries.conditions import conditions
from portal.services.ask_gate import ask_gate
from portal.services.ask_to_collect import ask_to_collect

OVERTAKEN = "STMT-12"
ASKED_BY = "notice"
# Where it goes is asked by the sender; these are no reason for a letter itself.
_OF_CHANNELS = frozenset({Condition.NO_SMS_CONSENT, Condition.NO_ESTATEMENT_CONSENT})


def kept_back(session: Session, notice: Notice, *, on: date) -> tuple[str, ...]:
    """The rules, or none; the caller holds the account's lock, so that nothing moves before the letter is gone."""
    kind = NoticeKind(notice.kind)
    if kind in WARNINGS:
        return _of_warning(session, notice, on)
    book = conditions(session, on=on, account_ids=[notice.guarantor_account_id])
    account_id = notice.guarantor_account_id
    held = set(book.of(account_id).kinds)
    for visit_id in notice.visit_ids:
        held |= book.of(account_id, visit_id).kinds
    answer = ask_gate(
        session,
        that_bar(kind, held - _OF_CHANNELS),
        action_of(kind),
        asked_by=ASKED_BY,
        account_id=account_id,
    )
    return answer.rule_ids if isinstance(answer, Denied) else ()


def _of_warning(session: Session, notice: Notice, on: date) -> tuple[str, ...]:
    rules: set[str] = set()
    answer = ask_to_collect(
        session,
        Action.FINAL_NOTICE,
        account_id=notice.guarantor_account_id,
        on=on,
        asked_by=ASKED_BY,
        visit_ids=notice.visit_ids or None,
        login_id=notice.made_by_id,
    )
    if isinstance(answer, Denied):
        rules |= set(answer.rule_ids)
    if _owed(session, notice, on) != Money(notice.facts["amount"]):
        rules.add(OVERTAKEN)
    if notice.deadline_on is None or notice.deadline_on < on + DEADLINE_AFTER:
        rules.add("COLL-4")
    if (by := notice.facts.get("email_no_by")) and date.fromisoformat(by) < on + HANDOFF_AFTER:
        rules.add("COLL-20")
    return tuple(sorted(rules))


def _owed(session: Session, notice: Notice, on: date) -> Money:
    found = balances(session, on=on, account_ids=[notice.guarantor_account_id])
    return total_of(
        visit.patient_due
        for one in found
        for visit in one.visits
        if not notice.visit_ids or visit.visit_id in notice.visit_ids
    )
