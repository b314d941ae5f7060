"""An application came in: its day is kept, it is acknowledged, and a clear case is decided at once (FA-8, FA-9, COLL-8)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.models.assistance import AssistanceApplication
from portal.models.assistance_decisions import AssistanceDecision
from portal.queries.assistance_case import CaseFacts, means_of
from portal.queries.assistance_cases import load_case
from portal.queries.assistance_measure import measure
from portal.services.assistance_clock import start_assistance_clock
from portal.services.assistance_notices import notice_decided, notice_received
from portal.services.decide_clear import decide_clear
from portal.services.move_application import note_event, put_state
from portal.services.tell_of_assistance import tell_of_assistance

SELF_ATTESTED_UP_TO = (
    200  # percent of the poverty line: without papers a signature is enough (FA-7)
)


def receive_application(
    session: Session,
    application: AssistanceApplication,
    *,
    received_on: date,
    login_id: int,
    public_url: str,
    on: date,
    now: datetime,
) -> AssistanceDecision | None:
    """From here on its bills wait. What was decided at once, or None where a person decides.

    In the caller's transaction, which holds the accounts. A paper may have come before today.
    """
    application.received_on = received_on
    start_assistance_clock(session, application.id, received_on=received_on)
    put_state(application, "received", now=now)
    note_event(session, application, "received", on=received_on, now=now, login_id=login_id)
    tell_of_assistance(
        session,
        application.guarantor_account_id,
        about="received",
        key=str(application.id),
        public_url=public_url,
        on=on,
        now=now,
    )
    notice_received(session, application, public_url=public_url, on=on, now=now)
    application.acknowledged_on = on
    note_event(session, application, "acknowledged", on=on, now=now)
    return look_again(session, application, public_url=public_url, on=on, now=now)


def look_again(
    session: Session,
    application: AssistanceApplication,
    *,
    public_url: str,
    on: date,
    now: datetime,
) -> AssistanceDecision | None:
    """Whether it is complete by itself, and clear: asked when it comes in, and whenever a paper is added."""
    case = load_case(session, application)
    if not is_complete(session, case, on=on):
        return None
    if application.complete_on is None:
        application.complete_on = on
        put_state(application, "complete", now=now)
        note_event(session, application, "complete", on=on, now=now)
    made, why = decide_clear(session, load_case(session, application), on=on, now=now)
    if made is None:
        note_event(session, application, "for_a_person", on=on, now=now, why=why)
        return None
    close_application(
        session, application, made, login_id=None, public_url=public_url, on=on, now=now
    )
    return made


def close_application(
    session: Session,
    application: AssistanceApplication,
    made: AssistanceDecision,
    *,
    login_id: int | None,
    public_url: str,
    on: date,
    now: datetime,
) -> None:
    """It has its answer: bills go on, and they are told."""
    put_state(application, "decided", now=now)
    application.decided_on = on
    note_event(
        session,
        application,
        "decided",
        on=on,
        now=now,
        login_id=login_id,
        decision=str(made.id),
        outcome=made.outcome,
    )
    tell_of_assistance(
        session,
        application.guarantor_account_id,
        about="decided",
        key=str(made.id),
        public_url=public_url,
        on=on,
        now=now,
    )
    notice_decided(session, made, public_url=public_url, on=on, now=now)


def is_complete(session: Session, case: CaseFacts, *, on: date) -> bool:
    """A program's letter, or a signature with an income low enough to be believed; else a person says so (FA-7)."""
    if case.verified or case.complete_on is not None:
        return True
    if case.presumed is not None:
        return case.proven
    if not case.attested or case.doubts:
        return False
    found = measure(session, means_of(case), on=on)
    return found.terms.percent <= SELF_ATTESTED_UP_TO * 100
