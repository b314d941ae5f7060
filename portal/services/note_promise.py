"""Write down what somebody said that they will pay, and take it back; while it stands, nothing that presses is sent (COLL-13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from billing.free_text import check_free_text
from billing.holds import Condition
from billing.money import ZERO, Money, total_of
from billing.promises import PromiseState, refusal
from portal.db import transaction
from portal.models.accounts import AccountCondition
from portal.models.promises import Promise
from portal.queries.balances import balances
from portal.queries.viewer import StaffViewer
from portal.services.practice_date import practice_date
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal
from portal.services.start_call import lock_for_call


class PromiseRefused(Refusal):
    """It cannot be written down so; the message says why."""

    title = "The promise was not kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """What was said, and by whom."""

    amount: Money
    pay_by: date
    by: str
    note: str = ""


def note_promise(
    *, staff: StaffViewer, promise_id: UUID, account_id: int, promised: Promised, now: datetime
) -> None:
    """Keep it, and hold what presses until its day; no money moves. The same page twice is one promise.

    Raises PromiseRefused, NotFound or CardNumberRefused.
    """
    by, note = check_free_text(promised.by), check_free_text(promised.note)
    if not staff.may("collections.work") or not by:
        raise PromiseRefused("Say who promised it. Your role must be allowed to work on cases.")
    with transaction() as session:
        lock_for_call(session, account_id)
        if session.get(Promise, promise_id) is not None:
            return
        on = practice_date(session, now)
        why = refusal(
            promised.amount, promised.pay_by, owed=owed_on(session, account_id, on), today=on
        )
        if why:
            raise PromiseRefused(why)
        if _standing(session, account_id) is not None:
            raise PromiseRefused("There is a promise already. Take it back first.")
        session.add(
            Promise(
                id=promise_id,
                guarantor_account_id=account_id,
                amount=promised.amount,
                pay_by=promised.pay_by,
                promised_by=by,
                note=note,
                made_on=on,
                made_at=now,
                taken_by_id=staff.login_id,
                state=PromiseState.OPEN.value,
            )
        )
        session.add(
            AccountCondition(
                guarantor_account_id=account_id,
                kind=Condition.PROMISED.value,
                since=now,
                source=source_of(promise_id),
                note=f"{promised.amount} by {promised.pay_by:%m/%d/%Y}",
                until_on=promised.pay_by,
                set_by_id=staff.login_id,
            )
        )
        _note(session, staff, account_id, promise_id, action="create", now=now)


def withdraw_promise(
    *, staff: StaffViewer, account_id: int, promise_id: UUID, reason: str, now: datetime
) -> None:
    """It was written down wrongly, or they took it back. Raises PromiseRefused or NotFound."""
    reason = check_free_text(reason)
    if not staff.may("collections.work") or not reason:
        raise PromiseRefused("Say why. Your role must be allowed to work on cases.")
    with transaction() as session:
        lock_for_call(session, account_id)
        row = session.get(Promise, promise_id)
        if row is None or row.guarantor_account_id != account_id:
            raise NotFound
        if row.state != PromiseState.OPEN:
            return
        end_promise(session, row, PromiseState.WITHDRAWN, reason=reason, by=staff.login_id, now=now)
        _note(session, staff, account_id, promise_id, action="revoke", now=now)


def end_promise(
    session: Session,
    row: Promise,
    state: PromiseState,
    *,
    reason: str,
    by: int | None,
    now: datetime,
) -> None:
    """Its end, and that of its hold, in the caller's transaction."""
    row.state, row.ended_at, row.ended_by_id, row.end_reason = state.value, now, by, reason
    session.execute(
        update(AccountCondition)
        .where(
            AccountCondition.source == source_of(row.id),
            AccountCondition.ended_at.is_(None),
        )
        .values(ended_at=now, ended_by_id=by, end_reason=f"promise {state.value}")
    )


def owed_on(session: Session, account_id: int, on: date) -> Money:
    """What the account owes now."""
    [account] = balances(session, on=on, account_ids=[account_id])
    return total_of(bill.patient_due for bill in account.visits if bill.patient_due > ZERO)


def source_of(promise_id: UUID) -> str:
    """What its hold says of where it came from."""
    return f"promise:{promise_id}"


def _standing(session: Session, account_id: int) -> UUID | None:
    return session.scalar(
        select(Promise.id).where(
            Promise.guarantor_account_id == account_id,
            Promise.state == PromiseState.OPEN.value,
        )
    )


def _note(
    session: Session,
    staff: StaffViewer,
    account_id: int,
    promise_id: UUID,
    *,
    action: str,
    now: datetime,
) -> None:
    add_staff_act(
        session,
        staff,
        action=action,
        object_type="promise",
        object_id=promise_id,
        account_ids=(account_id,),
        now=now,
    )
