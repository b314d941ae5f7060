"""What was decided alone in a practice of fewer than three, and the months that the owner signed or owes (OPS-13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.duties import Duty, may_stand_alone
from billing.money import Money
from portal.db import read_only
from portal.models.accounts import GuarantorAccount
from portal.models.alone import AloneDecision, OwnerSignOff
from portal.models.identity import Login
from portal.queries.audit_alerts import first_of_next
from portal.queries.paging import Page, limits, page_of
from portal.queries.viewer import StaffViewer

KIND = "owner_review"  # the work of a month that nobody signed
MONTHS_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class AloneRow:
    """One decision of one person."""

    what: str
    amount: Money | None
    by: str
    at: datetime
    account_id: int | None
    account_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AloneMonth:
    """One month with such decisions: signed, running, or due."""

    month: date
    decisions: int
    over: bool
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerReview:
    """The log's page."""

    rows: Page[AloneRow]
    months: tuple[AloneMonth, ...]
    active_staff: int

    @property
    def account_ids(self) -> set[int]:
        return {one.account_id for one in self.rows.rows if one.account_id}

    @property
    def alone(self) -> bool:
        """Whether decisions may be taken alone today."""
        return may_stand_alone(Duty.REFUND, self.active_staff)


def count_active_staff(session: Session) -> int:
    """How many sign-ins of staff are switched on: counted, never typed."""
    counted = select(func.count()).where(Login.face == "staff", Login.active)
    return session.scalar(counted) or 0


def may_decide_alone(staff: StaffViewer, duty: Duty) -> bool:
    """Whether this person may take the second step too, for a page that offers it."""
    if not staff.may("alone.decide"):
        return False
    with read_only() as session:
        return may_stand_alone(duty, count_active_staff(session))


def owner_review(*, on: date, number: int = 1) -> OwnerReview:
    """What was decided alone, the newest first, and the months."""
    offset, limit = limits(number)
    with read_only() as session:
        rows = session.execute(
            select(AloneDecision, Login.name, Login.email, GuarantorAccount.number)
            .join(Login, Login.id == AloneDecision.login_id)
            .outerjoin(GuarantorAccount, GuarantorAccount.id == AloneDecision.guarantor_account_id)
            .order_by(AloneDecision.id.desc())
            .offset(offset)
            .limit(limit)
        )
        found = [
            AloneRow(
                what=row.what,
                amount=row.amount,
                by=name or email,
                at=row.at,
                account_id=row.guarantor_account_id,
                account_number=account or "",
            )
            for row, name, email, account in rows
        ]
        return OwnerReview(
            rows=page_of(found, number),
            months=alone_months(session, on=on)[:MONTHS_SHOWN],
            active_staff=count_active_staff(session),
        )


def alone_months(session: Session, *, on: date) -> tuple[AloneMonth, ...]:
    """Every month that has such decisions, the newest first."""
    month = func.date_trunc("month", AloneDecision.day)
    counted = session.execute(
        select(month.label("month"), func.count().label("many"))
        .group_by(month)
        .order_by(month.desc())
    ).all()
    signed = {
        row.month: (name or email, row.at)
        for row, name, email in session.execute(
            select(OwnerSignOff, Login.name, Login.email).join(
                Login, Login.id == OwnerSignOff.login_id
            )
        )
    }
    found = []
    for row in counted:
        first = row.month.date()
        by, at = signed.get(first, ("", None))
        found.append(
            AloneMonth(
                month=first, decisions=row.many, over=first_of_next(first) <= on, by=by, at=at
            )
        )
    return tuple(found)
