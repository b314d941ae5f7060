"""Open one restricted account for a while by giving a reason (HIPAA-3): written down, told the next day, seen by the patient."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from billing.audit_rules import GLASS_WORDS, GlassReason
from billing.free_text import check_free_text
from billing.settings import Key
from portal.db import transaction
from portal.models.audit import BreakGlass, RestrictedAccount
from portal.queries.settings import settings_on
from portal.queries.viewer import StaffViewer
from portal.services.practice_date import practice_date
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal


class GlassRefused(Refusal):
    """No reason, no glass."""

    title = "The account stays closed"


def break_glass(
    *, staff: StaffViewer, account_id: int, code: GlassReason, reason: str, now: datetime
) -> datetime:
    """Until when it is open to this sign-in. Raises GlassRefused without a reason, NotFound when it is not restricted."""
    reason = check_free_text(reason)
    if not reason:
        raise GlassRefused("Say in a few words why you need it.")
    with transaction() as session:
        restricted = session.scalar(
            select(RestrictedAccount.id).where(
                RestrictedAccount.guarantor_account_id == account_id,
                RestrictedAccount.ended_at.is_(None),
            )
        )
        if restricted is None:
            raise NotFound
        settings = settings_on(session, practice_date(session, now))
        ends_at = now + settings.span(Key.BREAK_GLASS_MINUTES)
        session.add(
            BreakGlass(
                guarantor_account_id=account_id,
                login_id=staff.login_id,
                role=staff.role,
                reason_code=code.value,
                reason=reason,
                opened_at=now,
                ends_at=ends_at,
            )
        )
        add_staff_act(
            session,
            staff,
            action="break_glass",
            object_type="account",
            object_id=account_id,
            account_ids=(account_id,),
            reason=f"{GLASS_WORDS[code]}: {reason}",
            now=now,
        )
    return ends_at
