"""Staff put a hold on an account, a patient or a visit, and end it, each with a reason (CORE-6, COLL-17, COLL-24 to 27)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from billing.free_text import check_free_text
from billing.holds import MATRIX, NEEDED, Action, Condition, Effect
from portal.db import transaction
from portal.models.accounts import AccountCondition, GuarantorAccount
from portal.models.gate import GateClearance
from portal.queries.viewer import StaffViewer
from portal.services.end_at_once import end_at_once
from portal.services.post_return import AGENCY
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal

# What a person may say of an account. Every other condition comes from the books or from a request.
BY_HAND = (
    Condition.BANKRUPTCY,
    Condition.DECEASED,
    Condition.ATTORNEY,
    Condition.SCRA,
    Condition.DO_NOT_CONTACT,
    Condition.GFE_DISPUTE,
    Condition.APPEAL_OPEN,
    Condition.UNREACHABLE,
    Condition.MEDICAID_QMB,
    Condition.WORKERS_COMP,
    Condition.VETERANS_AFFAIRS,
)
STAFF = (
    "staff:"  # of holds that a person set here; these a person ends here, and those of an agency
)


class CannotHold(Refusal):
    """The kind is none for a person to set, the reason is missing, or the role may not."""

    title = "Nothing was changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldAsked:
    """One hold as somebody writes it down. Without a visit it holds the whole account."""

    kind: Condition
    visit_id: int | None = None
    until_on: date | None = None  # when somebody looks again; it does not end by itself
    reason: str
    evidence: str = ""


def set_hold(*, staff: StaffViewer, account_id: int, asked: HoldAsked, now: datetime) -> int:
    """Hold it from this moment, and answer the hold's id; what may never go on stops in the same transaction.

    The same hold set again keeps the first. Raises CannotHold, NotFound or CardNumberRefused.
    """
    reason, evidence = check_free_text(asked.reason), check_free_text(asked.evidence)
    if not staff.may("holds.set"):
        raise CannotHold("Your role cannot put a hold on an account.")
    if asked.kind not in BY_HAND or not reason:
        raise CannotHold("Choose a kind of hold, and say why.")
    with transaction() as session:
        _lock(session, account_id)
        standing = session.scalars(_open(account_id, asked)).first()
        if standing is not None:
            return standing.id
        row = AccountCondition(
            guarantor_account_id=account_id,
            visit_id=asked.visit_id,
            kind=asked.kind.value,
            since=now,
            source=f"{STAFF}{staff.login_id}",
            note=reason,
            until_on=asked.until_on,
            evidence=evidence,
            set_by_id=staff.login_id,
        )
        session.add(row)
        session.flush()
        end_at_once(session, account_id=account_id, kind=asked.kind, now=now)
        words = f"{asked.kind.value}: {reason}"
        _note(session, staff, account_id, action="hold", reason=words, now=now)
        return row.id


def end_hold(
    *, staff: StaffViewer, account_id: int, hold_id: int, reason: str, now: datetime
) -> None:
    """End a hold that a person set; those of files and requests end where they came from."""
    reason = check_free_text(reason)
    if not staff.may("holds.set") or not reason:
        raise CannotHold("Say why it ends. Your role must be allowed to set holds.")
    with transaction() as session:
        _lock(session, account_id)
        row = session.get(AccountCondition, hold_id, with_for_update=True)
        if row is None or row.guarantor_account_id != account_id:
            raise NotFound
        if row.ended_at is not None:
            return
        if not row.source.startswith((STAFF, AGENCY)):
            raise CannotHold("This hold ends by itself when what caused it is settled.")
        row.ended_at, row.ended_by_id, row.end_reason = now, staff.login_id, reason
        words = f"{row.kind}: {reason}"
        _note(session, staff, account_id, action="end_hold", reason=words, now=now)


def clear_cell(
    *,
    staff: StaffViewer,
    account_id: int,
    condition: Condition,
    action: Action,
    reason: str,
    until_on: date | None,
    now: datetime,
) -> None:
    """A manager records what one cell of the matrix waits for (`billing.holds.NEEDED`)."""
    reason = check_free_text(reason)
    if not staff.may("holds.decide"):
        raise CannotHold("Only a manager decides this.")
    if (condition, action) not in NEEDED or MATRIX[condition][action] is not Effect.UNTIL:
        raise CannotHold("Nothing that is on record can open this.")
    if not reason:
        raise CannotHold("Say what is on record.")
    with transaction() as session:
        _lock(session, account_id)
        session.add(
            GateClearance(
                guarantor_account_id=account_id,
                condition=condition.value,
                action=action.value,
                reason=reason,
                until_on=until_on,
                by_login_id=staff.login_id,
                at=now,
            )
        )
        words = f"{condition.value}, {action.value}: {reason}"
        _note(session, staff, account_id, action="clear_hold", reason=words, now=now)


def _lock(session: Session, account_id: int) -> None:
    found = session.scalar(
        select(GuarantorAccount.id).where(GuarantorAccount.id == account_id).with_for_update()
    )
    if found is None:
        raise NotFound


def _open(account_id: int, asked: HoldAsked) -> Select[AccountCondition]:
    return select(AccountCondition).where(
        AccountCondition.guarantor_account_id == account_id,
        AccountCondition.kind == asked.kind.value,
        AccountCondition.visit_id == asked.visit_id
        if asked.visit_id
        else AccountCondition.visit_id.is_(None),
        AccountCondition.patient_id.is_(None),
        AccountCondition.ended_at.is_(None),
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
        object_type="hold",
        object_id=account_id,
        account_ids=(account_id,),
        reason=reason,
        now=now,
    )
