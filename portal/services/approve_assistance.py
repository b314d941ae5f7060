"""A second person agrees to a decision above the limit, which posts it, or sends it back (FA-11, OPS-13)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.duties import Duty, same_person
from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.assistance import AssistanceApplication
from portal.models.assistance_decisions import AssistanceDecision
from portal.queries.award_plan import award_plan
from portal.queries.viewer import StaffViewer
from portal.services.assistance_refusals import CannotDecideAssistance
from portal.services.decide_alone import Alone, decide_alone
from portal.services.grant_presumed import tell_audit, tell_presumed
from portal.services.lock_posting import lock_accounts
from portal.services.make_decision import granting_of, post_decision, put_figures
from portal.services.receive_application import close_application
from portal.services.refusal import NotFound

OWN = "You decided it, so somebody else must approve it."


def approve_assistance(
    *, decision_id: UUID, staff: StaffViewer, public_url: str, on: date, now: datetime
) -> bool:
    """Post it, by what the lines owe today; false when this person approved it before.

    Raises CannotDecideAssistance or NotFound.
    """
    with transaction() as session:
        row = held_decision(session, decision_id)
        if row.state == "made" and row.second_id == staff.login_id:
            return False
        _may(row, staff)
        if same_person(Duty.ASSISTANCE, row.made_by_id, staff.login_id):
            row.alone_log_id = decide_alone(
                session, Duty.ASSISTANCE, about_decision(row, "Assistance above the limit"),
                staff=staff, now=now,
            )  # fmt: skip
            if row.alone_log_id is None:
                raise CannotDecideAssistance(OWN)
        plan = award_plan(session, row.account_ids, granting_of(row), on=on)
        put_figures(row, plan)
        row.state, row.second_id, row.second_at = "made", staff.login_id, now
        session.flush()
        post_decision(session, row, plan, on=on, now=now)
        if row.application_id is not None:
            application = session.get_one(AssistanceApplication, row.application_id)
            close_application(
                session, application, row, login_id=staff.login_id,
                public_url=public_url, on=on, now=now,
            )  # fmt: skip
        else:
            tell_presumed(session, row, public_url=public_url, on=on, now=now)
        tell_audit(session, row, staff, action="approve", now=now)
    return True


def send_back_assistance(
    *, decision_id: UUID, note: str, staff: StaffViewer, now: datetime
) -> bool:
    """Nothing posts: whoever decided reads why and decides anew. False when it was sent back before.

    Raises CannotDecideAssistance, CardNumberRefused or NotFound.
    """
    note = check_free_text(note)
    if not note:
        raise CannotDecideAssistance("Say why: whoever decided reads it.")
    with transaction() as session:
        row = held_decision(session, decision_id)
        if row.state == "sent_back":
            return False
        _may(row, staff)
        if same_person(Duty.ASSISTANCE, row.made_by_id, staff.login_id):
            raise CannotDecideAssistance(OWN)  # sending back to oneself decides nothing
        row.state, row.second_id, row.second_at = "sent_back", staff.login_id, now
        row.second_note = note
        tell_audit(session, row, staff, action="decline", now=now)
    return True


def held_decision(session: Session, decision_id: UUID) -> AssistanceDecision:
    """The decision, its accounts held first. Raises NotFound."""
    accounts = session.scalar(
        select(AssistanceDecision.account_ids).where(AssistanceDecision.id == decision_id)
    )
    if accounts is None:
        raise NotFound
    lock_accounts(session, accounts)
    return session.get_one(AssistanceDecision, decision_id, with_for_update=True)


def about_decision(row: AssistanceDecision, what: str) -> Alone:
    """What the owner's review log keeps of it."""
    return Alone(
        what=what,
        object_type="assistance_decision",
        object_id=str(row.id),
        account_id=row.account_ids[0] if row.account_ids else None,
        amount=row.granted,
    )


def _may(row: AssistanceDecision, staff: StaffViewer) -> None:
    if not staff.may("assistance.approve"):
        raise CannotDecideAssistance("Your role does not approve decisions. Ask a manager.")
    if row.state != "waiting":
        raise CannotDecideAssistance("Somebody decided meanwhile, or it needs no second person.")
