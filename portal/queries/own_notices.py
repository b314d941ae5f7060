"""What the overview has to say to its reader: an e-mail that came back, a card to show, a draft, the next visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from billing.money import Money
from billing.proxy_access import ProxyScope
from portal.models.drafts import Draft
from portal.models.identity import Login
from portal.queries.among import listed
from portal.queries.holds_told import HoldTold, holds_column, read_holds
from portal.queries.insurance_page import any_asked, known_plans
from portal.queries.own_appointments import next_visit
from portal.queries.viewer import AccountViewer, GuestViewer


@dataclass(frozen=True, slots=True)
class NextVisit:
    """The visit that comes next, by the wall clock of its place."""

    appointment_id: UUID
    local_start: datetime


@dataclass(frozen=True, slots=True)
class OwnNotices:
    """Whether our last e-mail came back, whether we ask for somebody's insurance card, and what is drawn next."""

    email_failed: bool = False
    card_asked: bool = False
    draft: tuple[date, Money] | None = None  # told already: the day and the most it will be
    next_visit: NextVisit | None = None
    holds: tuple[HoldTold, ...] = ()


@cache
def _query() -> Select[*tuple[Any, ...]]:
    coming = (
        select(func.json_build_array(Draft.due_on, Draft.amount))
        .where(
            listed(Draft.guarantor_account_id, "account_ids"),
            Draft.state.in_(("scheduled", "noticed")),
        )
        .order_by(Draft.due_on)
        .limit(1)
        .scalar_subquery()
    )
    return select(
        Login.email_failed_at.is_not(None), known_plans(), coming, next_visit(), holds_column()
    ).where(Login.id == bindparam("login_id"))


def own_notices(session: Session, viewer: AccountViewer, on: date) -> OwnNotices:
    """In one question; to somebody who acts for another nothing of what only its owner sees."""
    if isinstance(viewer, GuestViewer):
        return OwnNotices()  # has no sign-in, no e-mail with us, and no page to show a card on
    own = session.execute(
        _query(),
        {
            "login_id": viewer.login_id,
            "account_ids": list(viewer.account_ids),
            "hold_accounts": list(viewer.account_ids),
            "acting_for": viewer.acting_for.patient_id if viewer.acting_for else None,
            "on": on,
        },
    ).one_or_none()
    if own is None:
        return OwnNotices()
    draft = None
    if own[2] is not None and viewer.acting_for is None:
        draft = (date.fromisoformat(own[2][0]), Money(own[2][1]))
    visit = _next(own[3]) if viewer.may(ProxyScope.BOOK) else None
    holds = read_holds(own[4], viewer)
    return OwnNotices(own[0], any_asked(own[1], on=on), draft, visit, holds)


def _next(found: dict[str, str] | None) -> NextVisit | None:
    if found is None:
        return None
    at = datetime.fromisoformat(found["at"]).astimezone(ZoneInfo(found["zone"]))
    return NextVisit(UUID(found["id"]), at)
