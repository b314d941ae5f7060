"""Who may sign in as staff: the list that is looked over each quarter, and one colleague of it (ID-13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from billing.settings import Key
from portal.db import read_only
from portal.models.identity import AccessReview, Login, LoginSession
from portal.queries.day_summary import practice_day_of
from portal.queries.settings import settings_on

INVITATION_LIFE = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One sign-in of the staff's face."""

    login_id: int
    name: str
    email: str
    role: str
    location: str
    trained_on: date | None
    active: bool
    state: str  # in words
    last_signed_in_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """The newest look over the list."""

    at: datetime
    by: str
    people: int
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersPage:
    """Everybody, those who may sign in first."""

    members: tuple[Member, ...]
    review: Review | None


def members_page(*, now: datetime) -> MembersPage:
    """The whole list: an office has tens of people, and a review wants all of them on one page."""
    with read_only() as session:
        rows = session.execute(_MEMBERS.order_by(Login.active.desc(), Login.name, Login.email))
        members = tuple(_member(row, now) for row in rows)
        return MembersPage(members=members, review=_review(session, now))


def review_overdue(session: Session, *, now: datetime) -> bool:
    """Whether nobody has looked over who may sign in for a quarter, or ever."""
    review = _review(session, now)
    return review is None or review.overdue


def member(login_id: int, *, now: datetime) -> Member | None:
    """One colleague; None when there is no such sign-in of staff."""
    with read_only() as session:
        row = session.execute(_MEMBERS.where(Login.id == login_id)).one_or_none()
    return _member(row, now) if row else None


_MEMBERS = select(
    Login.id,
    Login.name,
    Login.email,
    Login.role,
    Login.location,
    Login.trained_on,
    Login.active,
    Login.password.is_not(None).label("joined"),
    Login.invited_at,
    select(func.max(LoginSession.started_at))
    .where(LoginSession.login_id == Login.id)
    .scalar_subquery()
    .label("last_signed_in_at"),
).where(Login.face == "staff")


def _member(row: Row[*tuple[Any, ...]], now: datetime) -> Member:
    return Member(
        login_id=row.id,
        name=row.name or row.email,
        email=row.email,
        role=row.role,
        location=row.location,
        trained_on=row.trained_on,
        active=row.active,
        state=_state(row, now),
        last_signed_in_at=row.last_signed_in_at,
    )


def _state(row: Row[*tuple[Any, ...]], now: datetime) -> str:
    if not row.active:
        return "Switched off"
    if row.joined:
        return "May sign in"
    open_still = row.invited_at and now - row.invited_at <= INVITATION_LIFE
    return "Invited" if open_still else "Invitation ran out"


def _review(session: Session, now: datetime) -> Review | None:
    row = session.execute(
        select(AccessReview.at, AccessReview.people, Login.name, Login.email)
        .join(Login, Login.id == AccessReview.reviewer_id)
        .order_by(AccessReview.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    every = settings_on(session, practice_day_of(session, now)).span(Key.ACCESS_REVIEW_DAYS)
    overdue = now - row.at > every
    return Review(at=row.at, by=row.name or row.email, people=row.people, overdue=overdue)
