"""Move a denial along its table, and write down who did what: every step of it is a row that stays."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from billing.denial_states import DENIAL, UNFINISHED, DenialEvent, DenialState
from billing.money import ZERO, Money
from billing.transitions import Refused, next_state
from portal.models.claims import Claim, Visit
from portal.models.denials import Denial, DenialEventRow
from portal.models.work import WorkItem
from portal.queries.viewer import StaffViewer
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal

DEADLINE_KIND = "denial_deadline"
ITEM_OUTCOMES = {
    DenialState.WRITTEN_OFF: "adjusted",
    DenialState.BILLED: "right_as_posted",
}


class DenialRefused(Refusal):
    """This cannot be done with the denial now; the message says why."""

    title = "Nothing was changed"


class SomebodyElse(DenialRefused):
    """Another person changed it since the page was shown."""

    title = "Somebody was quicker"


def lock_denial(session: Session, denial_id: int, *, version: int) -> Denial:
    """The row, held until the caller's transaction ends, as the page showed it.

    Raises SomebodyElse or NotFound.
    """
    denial = session.scalar(select(Denial).where(Denial.id == denial_id).with_for_update())
    if denial is None:
        raise NotFound
    if denial.version != version:
        raise SomebodyElse(
            "Somebody changed this denial since you opened it. Nothing of yours was saved;"
            " look at it again."
        )
    return denial


def move_denial(
    session: Session,
    denial: Denial,
    event: DenialEvent,
    *,
    now: datetime,
    staff: StaffViewer | None = None,
    note: str = "",
    amount: Money = ZERO,
) -> None:
    """Take one step; DenialRefused where the table has none. A denial that ends closes its work."""
    following = check_step(denial, event)
    denial.state = following.value
    if staff is not None and denial.first_touch_at is None:
        denial.first_touch_at = now
    if following not in UNFINISHED:
        denial.closed_at, denial.deadline_on = now, None
    tell_denial(session, denial, event.value, now=now, staff=staff, note=note, amount=amount)
    session.flush()
    if denial.closed_at is not None:
        _close_work(session, denial, now=now, staff=staff)


def check_step(denial: Denial, event: DenialEvent) -> DenialState:
    """Where the step leads; DenialRefused where the table has none."""
    following = next_state(DENIAL, DenialState(denial.state), event)
    if isinstance(following, Refused):
        raise DenialRefused(_why_not(DenialState(denial.state)))
    return following


def tell_denial(
    session: Session,
    denial: Denial,
    what: str,
    *,
    now: datetime,
    staff: StaffViewer | None = None,
    note: str = "",
    amount: Money = ZERO,
) -> None:
    """Write what happened, in its history and, where a person did it, in the audit trail (HIPAA-3)."""
    denial.version += 1
    session.add(
        DenialEventRow(
            denial_id=denial.id,
            what=what,
            note=note,
            amount=amount,
            login_id=staff.login_id if staff else None,
            at=now,
        )
    )
    if staff is None:
        return
    account_id, patient_id = session.execute(
        select(Visit.guarantor_account_id, Visit.patient_id)
        .join(Claim, Claim.visit_id == Visit.id)
        .where(Claim.id == denial.claim_id)
    ).one()
    add_staff_act(
        session,
        staff,
        action="update",
        object_type="denial",
        object_id=denial.id,
        account_ids=(account_id,),
        patient_ids=(patient_id,),
        reason=what,
        now=now,
    )


def _why_not(state: DenialState) -> str:
    if state not in UNFINISHED:
        return "This denial is closed. What the payer decides from now on opens a new one."
    if state is DenialState.LOST:
        return "It was given up. Write it off, or appeal once more."
    return "It is with the payer. Record the payer's answer first."


def _close_work(
    session: Session, denial: Denial, *, now: datetime, staff: StaffViewer | None
) -> None:
    """Its alerts end; the queue's item of the decision ends with the last of its denials."""
    ended = {"closed_at": now, "closed_by_id": staff.login_id if staff else None}
    outcome = ITEM_OUTCOMES.get(DenialState(denial.state), "corrected")
    session.execute(
        update(WorkItem)
        .where(
            WorkItem.kind == DEADLINE_KIND,
            WorkItem.closed_at.is_(None),
            WorkItem.dedupe_key.like(f"{DEADLINE_KIND}:{denial.id}:%"),
        )
        .values(**ended, outcome=outcome)
    )
    left = select(Denial.id).where(
        Denial.remittance_claim_id == denial.remittance_claim_id, Denial.closed_at.is_(None)
    )
    session.execute(
        update(WorkItem)
        .where(
            WorkItem.kind == "denial",
            WorkItem.closed_at.is_(None),
            WorkItem.remittance_claim_id == denial.remittance_claim_id,
            ~left.exists(),
        )
        .values(**ended, outcome=outcome)
    )
