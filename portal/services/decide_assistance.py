"""A person answers an application, or its appeal: with the scale's own figures, or with a no by a line of the policy (FA-8..11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.assistance_clock import ANSWER_WITHIN, may_appeal
from billing.assistance_reasons import ReasonRefused, check_reason
from billing.duties import Duty, same_person
from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.assistance import PENDING, AssistanceApplication
from portal.models.assistance_decisions import AssistanceDecision
from portal.queries.assistance_case import CaseFacts, means_of
from portal.queries.assistance_cases import load_case
from portal.queries.assistance_measure import measure
from portal.queries.viewer import StaffViewer
from portal.services.assistance_refusals import CannotDecideAssistance
from portal.services.grant_presumed import tell_audit
from portal.services.make_decision import Answer, Subject, make_decision, outcome_of
from portal.services.move_application import held_application, note_event, put_state
from portal.services.practice_date import practice_date
from portal.services.receive_application import close_application
from portal.services.refusal import NotFound

GRANT, DENY = "grant", "deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """`what` is grant or deny; a no names a line of the policy."""

    what: str
    policy_line: str = ""
    note: str = ""


def decide_assistance(
    *,
    decision_id: UUID,
    application_id: UUID,
    wish: Wish,
    staff: StaffViewer,
    public_url: str,
    on: date,
    now: datetime,
) -> str:
    """The state of the decision: made, or waiting for a second person. The same form again is the same decision.

    Raises CannotDecideAssistance, CardNumberRefused or NotFound.
    """
    note = check_free_text(wish.note)
    if not staff.may("assistance.decide"):
        raise CannotDecideAssistance("Your role does not decide about assistance.")
    with transaction() as session:
        application = held_application(session, application_id)
        known = session.get(AssistanceDecision, decision_id)
        if known is not None:
            return known.state
        if application.state not in PENDING:
            raise CannotDecideAssistance("It has its answer, or was withdrawn.")
        before = last_decision(session, application_id)
        _check_before(before, staff)
        case = load_case(session, application)
        measured = measure(session, means_of(case), on=on)
        outcome = _outcome(
            wish, case, discount=measured.terms.discount, helps=measured.terms.helps, on=on
        )
        answers = before.id if before is not None and before.appealed_on is not None else None
        made = make_decision(
            session,
            decision_id,
            Subject(
                account_ids=case.account_ids, application_id=application_id, answers_id=answers
            ),
            measured,
            Answer(
                outcome=outcome, policy_line=wish.policy_line, note=note, login_id=staff.login_id
            ),
            on=on,
            now=now,
        )
        if application.complete_on is None:
            application.complete_on = on  # nothing more was needed, or its days are over
        tell_audit(session, made, staff, action="create", now=now)
        if made.state == "made":
            close_application(
                session, application, made, login_id=staff.login_id,
                public_url=public_url, on=on, now=now,
            )  # fmt: skip
        else:
            note_event(
                session, application, "second_person", on=on, now=now, login_id=staff.login_id
            )
        return made.state


def appeal_assistance(
    *,
    decision_id: UUID,
    words: str,
    received_on: date,
    login_id: int,
    now: datetime,
) -> bool:
    """The patient asks us to look again, within 30 days: bills wait, and another person decides (FA-10).

    False when it was appealed before. Raises CannotDecideAssistance, CardNumberRefused or NotFound.
    """
    words = check_free_text(words)
    with transaction() as session:
        application_id = session.scalar(
            select(AssistanceDecision.application_id).where(AssistanceDecision.id == decision_id)
        )
        if application_id is None:
            raise NotFound
        application = held_application(session, application_id)
        row = session.get_one(AssistanceDecision, decision_id, with_for_update=True)
        if row.appealed_on is not None:
            return False
        newest = last_decision(session, application_id)
        if row.state != "made" or newest is None or newest.id != row.id:
            raise CannotDecideAssistance("This is not the answer that stands.")
        if not may_appeal(decided_on(session, row), received_on):
            raise CannotDecideAssistance("The 30 days to appeal are over. They can apply anew.")
        keep_appeal(
            session, application, row, words=words, on=received_on, login_id=login_id, now=now
        )
    return True


def decided_on(session: Session, row: AssistanceDecision) -> date:
    """The day that its letter names: of the second person, where one had to agree."""
    return practice_date(session, row.second_at or row.made_at)


def keep_appeal(
    session: Session,
    application: AssistanceApplication,
    row: AssistanceDecision,
    *,
    words: str,
    on: date,
    login_id: int | None,
    now: datetime,
) -> None:
    """In the caller's transaction, which holds the application: bills wait again. No sign-in: it came by the code."""
    row.appealed_on, row.appeal_words = on, words
    put_state(application, "complete", now=now)
    application.complete_on = on
    note_event(
        session, application, "appealed", on=on, now=now, login_id=login_id, decision=str(row.id)
    )


def last_decision(session: Session, application_id: UUID) -> AssistanceDecision | None:
    """The newest that was not sent back."""
    return session.scalar(
        select(AssistanceDecision)
        .where(
            AssistanceDecision.application_id == application_id,
            AssistanceDecision.state != "sent_back",
        )
        .order_by(AssistanceDecision.made_at.desc(), AssistanceDecision.id)
        .limit(1)
    )


def _check_before(before: AssistanceDecision | None, staff: StaffViewer) -> None:
    if before is None:
        return
    if before.state == "waiting":
        raise CannotDecideAssistance("A decision waits for a second person.")
    if before.appealed_on is not None:
        for person in (before.made_by_id, before.second_id):
            if same_person(Duty.ASSISTANCE_APPEAL, person, staff.login_id):
                raise CannotDecideAssistance(
                    "You took part in the decision that is appealed, so another person decides."
                )


def _outcome(wish: Wish, case: CaseFacts, *, discount: int, helps: bool, on: date) -> str:
    if wish.what == GRANT:
        if not helps:
            raise CannotDecideAssistance(
                "The scale, the states’ floors and hardship give nothing here. Say no by a line of"
                " the policy, or correct what was read."
            )
        return outcome_of(discount)
    asked = case.asked_on is not None and on > case.asked_on + ANSWER_WITHIN
    try:
        check_reason("denied", wish.policy_line, asked=asked)
    except ReasonRefused as refused:
        raise CannotDecideAssistance(str(refused)) from refused
    return "denied"
