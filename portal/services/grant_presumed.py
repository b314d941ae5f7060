"""Give everything to somebody whom our own books presume to have assistance, without an application (FA-8, COLL-10)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from billing.assistance import Means, Presumed
from billing.free_text import check_free_text
from billing.money import ZERO
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.assistance_decisions import AssistanceDecision, AssistanceScreening
from portal.models.work import WorkItem
from portal.queries.assistance_measure import measure, practice_state, states_of
from portal.queries.screening import NONE
from portal.queries.viewer import StaffViewer
from portal.services.assistance_notices import notice_decided
from portal.services.assistance_refusals import CannotDecideAssistance
from portal.services.lock_posting import lock_accounts
from portal.services.make_decision import Answer, Subject, make_decision
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound
from portal.services.screen_assistance import PRESUMED
from portal.services.tell_of_assistance import tell_of_assistance


def grant_presumed(
    *,
    decision_id: UUID,
    account_id: int,
    staff: StaffViewer,
    note: str,
    public_url: str,
    on: date,
    now: datetime,
) -> str:
    """The state of the decision: made, or waiting for a second person. The same form again is the same decision.

    Raises CannotDecideAssistance, CardNumberRefused or NotFound.
    """
    note = check_free_text(note)
    if not staff.may("assistance.decide"):
        raise CannotDecideAssistance("Your role does not decide about assistance.")
    with transaction() as session:
        lock_accounts(session, {account_id})
        known = session.get(AssistanceDecision, decision_id)
        if known is not None:
            return known.state
        account = session.get(GuarantorAccount, account_id)
        if account is None:
            raise NotFound
        screening = _newest(session, account_id)
        if screening is None or screening.result == NONE:
            raise CannotDecideAssistance("Our books presume nothing. Enter an application instead.")
        means = Means(
            household=1,
            income=ZERO,
            states=states_of(account.state, practice_state(session)),
            applied_on=on,
            presumed=Presumed(screening.result),
        )
        row = make_decision(
            session,
            decision_id,
            Subject(account_ids=(account_id,), screening_id=screening.id),
            measure(session, means, on=on),
            Answer(outcome="approved", note=note, login_id=staff.login_id),
            on=on,
            now=now,
        )
        _close(session, account_id, staff, now)
        if row.state == "made":
            tell_presumed(session, row, public_url=public_url, on=on, now=now)
        tell_audit(session, row, staff, action="create", now=now)
        return row.state


def tell_presumed(
    session: Session, row: AssistanceDecision, *, public_url: str, on: date, now: datetime
) -> None:
    """They did not apply, so the letter says what was given and why (COLL-10)."""
    for account_id in row.account_ids:
        tell_of_assistance(
            session, account_id, about="decided", key=str(row.id),
            public_url=public_url, on=on, now=now,
        )  # fmt: skip
    notice_decided(session, row, public_url=public_url, on=on, now=now)


def tell_audit(
    session: Session,
    row: AssistanceDecision,
    staff: StaffViewer | None,
    *,
    action: str,
    now: datetime,
) -> None:
    """Who moved a decision, in the transaction that moves it (HIPAA-3)."""
    add_staff_act(
        session,
        staff,
        action=action,
        object_type="assistance_decision",
        object_id=row.id,
        account_ids=tuple(row.account_ids),
        reason=row.outcome,
        now=now,
    )


def _newest(session: Session, account_id: int) -> AssistanceScreening | None:
    return session.scalar(
        select(AssistanceScreening)
        .where(AssistanceScreening.guarantor_account_id == account_id)
        .order_by(AssistanceScreening.screened_at.desc(), AssistanceScreening.id.desc())
        .limit(1)
    )


def _close(session: Session, account_id: int, staff: StaffViewer, now: datetime) -> None:
    session.execute(
        update(WorkItem)
        .where(
            WorkItem.kind == PRESUMED,
            WorkItem.guarantor_account_id == account_id,
            WorkItem.closed_at.is_(None),
        )
        .values(closed_at=now, closed_by_id=staff.login_id, outcome="granted")
    )
