"""A bill far above its estimate goes out only after two people looked, or once its charges are corrected (NSA-6)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.duties import Duty, same_person
from billing.estimates import ProviderSum, compared
from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.claims import Visit
from portal.models.estimates import EstimateCheck
from portal.queries.estimate_sums import estimates_of_days, same_day_sums
from portal.queries.viewer import StaffViewer
from portal.services.close_work import close_work
from portal.services.compare_estimates import work_key
from portal.services.decide_alone import Alone, decide_alone
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal


class CannotRelease(Refusal):
    """Nobody reviewed it, the same person did, the role may not, or it is still too far above."""

    title = "The bill stays on hold"


def review_check(*, staff: StaffViewer, check_id: int, finding: str, now: datetime) -> None:
    """The first person says why the bill is right; it stays held."""
    finding = check_free_text(finding)
    if not staff.may("tasks.work") or not finding:
        raise CannotRelease("Say what you found. Your role must be allowed to work on tasks.")
    with transaction() as session:
        row = _open(session, check_id)
        if row.reviewed_at is not None:
            raise CannotRelease("Somebody reviewed it before. Another person decides now.")
        row.finding, row.reviewed_at, row.reviewed_by_id = finding, now, staff.login_id
        _note(session, staff, row, action="review", reason=finding, now=now)


def release_check(*, staff: StaffViewer, check_id: int, now: datetime) -> None:
    """A second person, who may decide on holds, lets the bill go out with the words about the right to dispute it.

    Where there is no second one, the same person may, and it stands on the owner's review log (OPS-13).
    """
    if not staff.may("holds.decide"):
        raise CannotRelease("Only a manager lets this bill go out.")
    with transaction() as session:
        row = _open(session, check_id)
        if row.reviewed_at is None:
            raise CannotRelease("First somebody reviews it and says why the bill is right.")
        if same_person(Duty.ESTIMATE, row.reviewed_by_id, staff.login_id):
            about = _about(session, row)
            row.alone_log_id = decide_alone(session, Duty.ESTIMATE, about, staff=staff, now=now)
            if row.alone_log_id is None:
                raise CannotRelease("You reviewed it. Another person has to let it go out.")
        _end(session, staff, row, outcome="released", action="release", now=now)


def correct_check(*, staff: StaffViewer, check_id: int, now: datetime) -> None:
    """Compare again: corrected down by adjustments to less than $400 above, the bill is held no more."""
    if not staff.may("tasks.work"):
        raise CannotRelease("Your role cannot do this.")
    with transaction() as session:
        row = _open(session, check_id)
        sums = sums_now(session, row)
        if any(one.too_far for one in sums):
            raise CannotRelease(
                "A provider is still $400.00 or more above the estimate. Take off the part that is"
                " too much first: open the account and adjust the lines."
            )
        _end(session, staff, row, outcome="corrected", action="correct", now=now)


def sums_now(session: Session, row: EstimateCheck) -> tuple[ProviderSum, ...]:
    """The two sides as they are after what was written off since; nothing once the estimate was found to be of other care."""
    visit = session.get_one(Visit, row.visit_id)
    day = (visit.patient_id, visit.service_on)
    if not estimates_of_days(session, [day]):
        return ()
    return compared(*same_day_sums(session, *day))


def _about(session: Session, row: EstimateCheck) -> Alone:
    visit = session.get_one(Visit, row.visit_id)
    return Alone(
        what="Bill far above its estimate",
        object_type="estimate_check",
        object_id=str(row.id),
        account_id=visit.guarantor_account_id,
        amount=row.over,
    )


def _open(session: Session, check_id: int) -> EstimateCheck:
    row = session.scalar(
        select(EstimateCheck).where(EstimateCheck.id == check_id).with_for_update()
    )
    if row is None:
        raise NotFound
    if row.outcome:
        raise CannotRelease("It was decided meanwhile.")
    return row


def _end(
    session: Session,
    staff: StaffViewer,
    row: EstimateCheck,
    *,
    outcome: str,
    action: str,
    now: datetime,
) -> None:
    row.outcome, row.ended_at, row.ended_by_id = outcome, now, staff.login_id
    close_work(
        session,
        work_key(row.visit_id),
        by=staff.login_id,
        outcome="adjusted" if outcome == "corrected" else "right_as_posted",
        now=now,
    )
    _note(session, staff, row, action=action, reason=row.finding, now=now)


def _note(
    session: Session,
    staff: StaffViewer,
    row: EstimateCheck,
    *,
    action: str,
    reason: str,
    now: datetime,
) -> None:
    visit = session.get_one(Visit, row.visit_id)
    add_staff_act(
        session,
        staff,
        action=action,
        object_type="estimate_check",
        object_id=row.id,
        account_ids=(visit.guarantor_account_id,),
        patient_ids=(visit.patient_id,),
        reason=reason,
        now=now,
    )
