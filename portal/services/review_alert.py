"""Judge an alert of the audit trail, and sign a month of them off (HIPAA-4)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.audit_rules import Finding
from billing.duties import Duty, same_person
from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.audit import AuditAlert, AuditSeal, AuditSignOff
from portal.queries.audit_alerts import first_of_next
from portal.queries.viewer import StaffViewer
from portal.services.practice_date import practice_date
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal


class CannotReview(Refusal):
    """It is about oneself, judged already, or not yet due."""

    title = "Nothing was changed"


def review_alert(
    *, staff: StaffViewer, alert_id: int, finding: Finding, note: str, now: datetime
) -> None:
    """Keep who judged it and how; once, and never by the person that it is about (OPS-13)."""
    note = _checked(staff, note)
    if not note:
        raise CannotReview("Say in a few words what you found.")
    with transaction() as session:
        alert = session.scalar(
            select(AuditAlert).where(AuditAlert.id == alert_id).with_for_update()
        )
        if alert is None:
            raise NotFound
        if alert.reviewed_at is not None:
            raise CannotReview("Somebody else has judged this already. Open it again to see how.")
        if same_person(Duty.ALERT, alert.login_id, staff.login_id):
            raise CannotReview("It is about you: somebody else judges it.")
        alert.reviewed_at, alert.reviewed_by_id = now, staff.login_id
        alert.outcome, alert.note = finding.value, note
        _note(session, staff, kind="audit_alert", row_id=str(alert.id), now=now)


def sign_off_month(*, staff: StaffViewer, month: date, note: str, now: datetime) -> None:
    """Sign that every alert of a month that is over was judged. Raises CannotReview while one is open."""
    note, month = _checked(staff, note), month.replace(day=1)
    with transaction() as session:
        if first_of_next(month) > practice_date(session, now):
            raise CannotReview("The month is not over yet.")
        in_month = (AuditAlert.day >= month, AuditAlert.day < first_of_next(month))
        alerts, still_open = session.execute(
            select(func.count(), func.count().filter(AuditAlert.reviewed_at.is_(None))).where(
                *in_month
            )
        ).one()
        if still_open:
            raise CannotReview(f"{still_open} alerts of this month are still to be judged.")
        if session.scalar(select(AuditSignOff.id).where(AuditSignOff.month == month)):
            raise CannotReview("This month is signed off already.")
        digest = session.scalar(select(AuditSeal.digest).order_by(AuditSeal.id.desc()).limit(1))
        session.add(
            AuditSignOff(
                month=month,
                login_id=staff.login_id,
                at=now,
                alerts=alerts,
                last_seal_digest=digest or "",
                note=note,
            )
        )
        _note(session, staff, kind="audit_month", row_id=month.isoformat()[:7], now=now)


def _checked(staff: StaffViewer, note: str) -> str:
    if not staff.may("audit.review"):
        raise CannotReview("Your role does not judge alerts.")
    return check_free_text(note)


def _note(session: Session, staff: StaffViewer, *, kind: str, row_id: str, now: datetime) -> None:
    add_staff_act(session, staff, action="approve", object_type=kind, object_id=row_id, now=now)
