"""A manager restricts an account, or lifts it: then who opens it without special access gives a reason (HIPAA-3)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.audit_rules import Restriction
from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.audit import RestrictedAccount
from portal.queries.viewer import StaffViewer
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal


class CannotRestrict(Refusal):
    """The reason is missing, the role may not, or somebody else was quicker."""

    title = "Nothing was changed"


def restrict_account(
    *,
    staff: StaffViewer,
    account_id: int,
    kind: Restriction,
    staff_login_id: int | None,
    reason: str,
    now: datetime,
) -> None:
    """Restrict it from now on; restricted already is refused. `staff_login_id`: whose own record it is."""
    reason = _checked(staff, reason)
    with transaction() as session:
        if _live(session, account_id) is not None:
            raise CannotRestrict("This account is restricted already.")
        session.add(
            RestrictedAccount(
                guarantor_account_id=account_id,
                kind=kind.value,
                staff_login_id=staff_login_id if kind is Restriction.STAFF else None,
                reason=reason,
                set_by_id=staff.login_id,
                set_at=now,
            )
        )
        _note(session, staff, account_id, action="restrict", reason=reason, now=now)


def lift_restriction(*, staff: StaffViewer, account_id: int, reason: str, now: datetime) -> None:
    """Open it to every role again; the restriction stays on record."""
    reason = _checked(staff, reason)
    with transaction() as session:
        row = _live(session, account_id)
        if row is None:
            raise CannotRestrict("This account is not restricted.")
        row.ended_at, row.ended_by_id, row.end_reason = now, staff.login_id, reason
        _note(session, staff, account_id, action="unrestrict", reason=reason, now=now)


def _checked(staff: StaffViewer, reason: str) -> str:
    reason = check_free_text(reason)
    if not staff.may("accounts.restrict"):
        raise CannotRestrict("Your role cannot restrict accounts. Ask a manager.")
    if not reason:
        raise CannotRestrict("Say why: the reason stays on record.")
    return reason


def _live(session: Session, account_id: int) -> RestrictedAccount | None:
    locked = session.scalar(
        select(GuarantorAccount.id).where(GuarantorAccount.id == account_id).with_for_update()
    )
    if locked is None:
        raise NotFound
    return session.scalar(
        select(RestrictedAccount).where(
            RestrictedAccount.guarantor_account_id == account_id,
            RestrictedAccount.ended_at.is_(None),
        )
    )


def _note(
    session: Session,
    staff: StaffViewer,
    account_id: int,
    *,
    action: str,
    reason: str,
    now: datetime,
) -> None:
    add_staff_act(
        session,
        staff,
        action=action,
        object_type="account",
        object_id=account_id,
        account_ids=(account_id,),
        reason=reason,
        now=now,
    )
