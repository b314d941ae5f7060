"""Decide a case that is clear, at once and only for the applicant; anything else waits for a person (FA-8)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.assistance_clear import Case, Clear, decide_clear_case
from billing.settings import Key
from portal.models.assistance_decisions import AssistanceDecision
from portal.queries.assistance_case import CaseFacts, means_of
from portal.queries.assistance_measure import measure
from portal.queries.award_plan import award_plan
from portal.services.make_decision import Answer, Subject, make_decision

_OF_RULE = UUID("5b2c1d3e-0f64-5a8e-9a52-6d1d2f4f7c11")


def decide_clear(
    session: Session, case: CaseFacts, *, on: date, now: datetime
) -> tuple[AssistanceDecision | None, str]:
    """The decision where the case is clear, and why; or none, and what a person should look at.

    In the caller's transaction, which holds the accounts. The same application is decided once.
    """
    decision_id = uuid5(_OF_RULE, str(case.application_id))
    known = session.get(AssistanceDecision, decision_id)
    if known is not None:
        return known, known.by_rule
    before = select(AssistanceDecision.id).where(
        AssistanceDecision.application_id == case.application_id
    )
    if session.scalar(before.limit(1)) is not None:
        return None, "a person decided it before"
    means = means_of(case)
    measured = measure(session, means, on=on)
    open_now = award_plan(session, case.account_ids, measured.granting, on=on).before
    answer = decide_clear_case(
        Case(
            means=means,
            proven=case.proven,
            attested=case.attested,
            open_amount=open_now,
            doubts=case.doubts,
        ),
        measured.scale.scale,
        up_to=measured.settings.money(Key.ASSISTANCE_CLEAR_UP_TO),
        income_up_to=measured.settings.count(Key.ASSISTANCE_CLEAR_INCOME) // 100,
    )
    if not isinstance(answer, Clear):
        return None, answer.why
    made = make_decision(
        session,
        decision_id,
        Subject(account_ids=case.account_ids, application_id=case.application_id),
        measured,
        Answer(outcome="approved", by_rule=answer.why),
        on=on,
        now=now,
    )
    return made, answer.why
