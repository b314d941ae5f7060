"""Take an award back, for fraud alone and only with a notice (FA-11): entries that undo it, never an edit."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.duties import Duty, same_person
from billing.entries import undo
from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.assistance_decisions import AssistanceAward, AssistanceDecision
from portal.queries.prior_decisions import load_entries
from portal.queries.viewer import StaffViewer
from portal.services.approve_assistance import about_decision, held_decision
from portal.services.assistance_refusals import CannotDecideAssistance
from portal.services.decide_alone import decide_alone
from portal.services.grant_presumed import tell_audit
from portal.services.post_entry import post_entry
from portal.services.tell_of_assistance import tell_of_assistance


def reverse_assistance(
    *,
    decision_id: UUID,
    fraud: bool,
    reason: str,
    staff: StaffViewer,
    public_url: str,
    on: date,
    now: datetime,
) -> bool:
    """What was taken off is due again, and they are told why. False when it was taken back before.

    Raises CannotDecideAssistance, CardNumberRefused or NotFound.
    """
    reason = check_free_text(reason)
    if not staff.may("assistance.approve"):
        raise CannotDecideAssistance("Your role does not take awards back. Ask a manager.")
    if not fraud or not reason:
        raise CannotDecideAssistance(
            "An award is taken back for fraud alone. Say what was found: they are told."
        )
    with transaction() as session:
        row = held_decision(session, decision_id)
        if row.state == "reversed":
            return False
        if row.state != "made":
            raise CannotDecideAssistance("It grants nothing yet.")
        if same_person(Duty.ASSISTANCE, row.made_by_id, staff.login_id):
            about = about_decision(row, "Assistance taken back")
            log_id = decide_alone(session, Duty.ASSISTANCE, about, staff=staff, now=now)
            if log_id is None:
                raise CannotDecideAssistance("You decided it, so somebody else must take it back.")
        _undo(session, row, reason, on)
        row.state, row.reversed_at = "reversed", now
        row.reversed_by_id, row.reversed_why = staff.login_id, reason
        for account_id in row.account_ids:
            tell_of_assistance(
                session, account_id, about="reversed", key=str(row.id),
                public_url=public_url, on=on, now=now,
            )  # fmt: skip
        tell_audit(session, row, staff, action="reverse", now=now)
    return True


def _undo(session: Session, row: AssistanceDecision, reason: str, on: date) -> None:
    posted = session.scalars(
        select(AssistanceAward.entry_id)
        .where(AssistanceAward.decision_id == row.id, AssistanceAward.entry_id.is_not(None))
        .distinct()
    ).all()
    ids = [entry_id for entry_id in posted if entry_id is not None]
    for entry_id, entry in load_entries(session, ids).items():
        post_entry(
            session,
            undo(
                entry,
                entry_id=entry_id,
                source_ref=f"assistance:{row.id}:{entry_id}:reversed",
                occurred_on=on,
                memo=f"FA: assistance taken back: {reason}",
            ),
        )
