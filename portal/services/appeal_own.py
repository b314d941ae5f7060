"""Whoever applied asks us to look again, with a sign-in or by the code (FA-10)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.assistance_clock import may_appeal
from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.assistance import AssistanceApplication
from portal.queries.viewer import PatientViewer
from portal.services.decide_assistance import decided_on, keep_appeal, last_decision
from portal.services.guest_application import tell_guest
from portal.services.guest_papers import tied_guest
from portal.services.own_application import CannotApply, seen_application, tell_own_change

OVER = "The 30 days to ask us to look again are over. You can apply again at any time."


def appeal_own(
    *, viewer: PatientViewer, application_id: UUID, words: str, on: date, now: datetime
) -> bool:
    """Bills wait again, and another person decides. False when somebody asked before.

    Raises NotFound, CardNumberRefused; CannotApply when its days are over.
    """
    said = check_free_text(words)
    with transaction() as session:
        row = seen_application(session, viewer, application_id)
        asked = _ask(session, row, said, login_id=viewer.login_id, on=on, now=now)
        if asked:
            tell_own_change(session, row, viewer, action="update", reason="appealed", now=now)
    return asked


def appeal_as_guest(guest_id: UUID, *, words: str, on: date, now: datetime) -> bool:
    """The same by the code. Raises as `appeal_own`."""
    said = check_free_text(words)
    with transaction() as session:
        guest, row = tied_guest(session, guest_id)
        asked = _ask(session, row, said, login_id=None, on=on, now=now)
        if asked:
            account_id = row.guarantor_account_id
            tell_guest(session, guest, "update", now, reason="appealed", account_id=account_id)
    return asked


def _ask(
    session: Session,
    application: AssistanceApplication,
    words: str,
    *,
    login_id: int | None,
    on: date,
    now: datetime,
) -> bool:
    row = last_decision(session, application.id)
    if row is None or row.state != "made" or application.state != "decided":
        return False
    if not may_appeal(decided_on(session, row), on):
        raise CannotApply(OVER)
    keep_appeal(session, application, row, words=words, on=on, login_id=login_id, now=now)
    return True
