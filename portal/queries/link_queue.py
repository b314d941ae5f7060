"""People who wait to be linked to their record, and one of them beside what is on file (ID-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from portal.db import read_only
from portal.models.identity import Login
from portal.models.linking import LinkRequest
from portal.models.profiles import Profile
from portal.queries.link_candidates import Asked, Candidate, asked_of, likely_candidates
from portal.queries.paging import Page, limits, page_of

UNUSED_AFTER = timedelta(minutes=10)  # the life of a code
REASONS = {
    "no_match": "Nobody on file answers to all of it",
    "several": "More than one record answers",
    "not_guarantor": "A patient on another person’s account",
    "protected": "Confidential, deceased, not to be contacted, or a minor’s",
    "linked_before": "Somebody can open this account already",
    "no_contact": "No phone or e-mail on file that can be reached",
    "too_many_codes": "Ten codes went to this record today",
    "wrong_codes": "Five wrong codes",
    "asked_for_help": "They asked us to look",
    "": "The code that we sent was not used",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """One who waits."""

    id: int
    name: str
    reason: str
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRequestPage:
    """What one person said, and whom they may mean."""

    id: int
    asked: Asked
    reason: str
    asked_at: datetime
    waits: bool
    state: str
    login_email: str  # proven by a code
    mobile: str  # of their profile
    mobile_proven: bool
    failures: int
    candidates: tuple[Candidate, ...]
    decided_at: datetime | None
    decided_by: str
    note: str

    @property
    def account_ids(self) -> tuple[int, ...]:
        return tuple(sorted({one.account_id for one in self.candidates}))

    @property
    def patient_ids(self) -> tuple[int, ...]:
        return tuple(sorted({one.patient_id for one in self.candidates if one.patient_id}))


def waits(now: datetime) -> ColumnElement[bool]:
    """True of a request that a person should look at; a code that nobody used in time is one too."""
    unused = and_(LinkRequest.state == "code_sent", LinkRequest.code_sent_at < now - UNUSED_AFTER)
    return or_(LinkRequest.state == "waiting", unused)


def waiting_links(session: Session, *, now: datetime) -> int:
    """How many wait."""
    return session.scalars(select(func.count(LinkRequest.id)).where(waits(now))).one()


def link_queue(*, now: datetime, number: int = 1) -> Page[LinkRow]:
    """Those who wait, the longest first."""
    offset, limit = limits(number)
    with read_only() as session:
        requests = session.scalars(
            select(LinkRequest)
            .where(waits(now))
            .order_by(LinkRequest.asked_at, LinkRequest.id)
            .offset(offset)
            .limit(limit)
        )
        rows = [
            LinkRow(
                id=one.id,
                name=f"{one.first_name} {one.last_name} {one.suffix}".strip(),
                reason=REASONS[one.reason],
                asked_at=one.asked_at,
            )
            for one in requests
        ]
    return page_of(rows, number)


def link_request_page(request_id: int, *, now: datetime) -> LinkRequestPage | None:
    """One request beside the records that it may mean; None when there is none by this id."""
    with read_only() as session:
        row = session.execute(
            select(
                LinkRequest,
                Login.email,
                Profile.mobile,
                Profile.mobile_proven_at,
                waits(now).label("waits"),
            )
            .join(Login, Login.id == LinkRequest.login_id)
            .outerjoin(Profile, Profile.login_id == LinkRequest.login_id)
            .where(LinkRequest.id == request_id)
        ).one_or_none()
        if row is None:
            return None
        request: LinkRequest = row.LinkRequest
        asked = asked_of(request)
        decider = session.get(Login, request.decided_by_id) if request.decided_by_id else None
        candidates = likely_candidates(session, asked)
    return LinkRequestPage(
        id=request.id,
        asked=asked,
        reason=REASONS[request.reason],
        asked_at=request.asked_at,
        waits=row.waits,
        state=request.state,
        login_email=row.email,
        mobile=row.mobile or "",
        mobile_proven=row.mobile_proven_at is not None,
        failures=request.failures,
        candidates=candidates,
        decided_at=request.decided_at,
        decided_by=(decider.name or decider.email) if decider else "",
        note=request.note,
    )
