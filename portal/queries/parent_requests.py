"""Parents who ask to see a child's account: their own requests, the office's queue, and the children they may mean (HIPAA-9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from billing.proxy_access import ADULT_YEARS, birthday
from portal.db import read_only
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.identity import Login
from portal.models.proxies import ParentRequest
from portal.queries.name_keys import begins, words_of
from portal.queries.paging import Page, limits, page_of
from portal.queries.person_names import Likeness, Name, likeness
from portal.queries.proxies_page import RELATIONSHIP_WORDS
from portal.queries.proxy_grants import is_shared
from portal.queries.viewer import PatientViewer

MOST = 20
PAPERS = {
    "birth_certificate": "A birth certificate",
    "court_paper": "A paper from a court",
    "other": "Something else, or I am not sure",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentRow:
    """One request: whom it is about, in the words of whoever asked."""

    id: int
    child: str
    relationship: str
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildOnFile:
    """A minor whom a request may mean, and what speaks against giving access."""

    id: int
    name: str
    birth_on: date
    account_id: int
    account_number: str
    guarantor: str
    guarantor_email: str
    likeness: Likeness
    same_birth: bool
    same_email: bool  # the parent signs in with the address on file
    bar: str  # why no access can be given; empty otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentRequestPage:
    """What one parent said, and whom they may mean."""

    id: int
    child: str
    birth_on: date
    relationship: str
    paper: str
    login_email: str  # proven by a code
    asked_at: datetime
    state: str
    decided_at: datetime | None
    decided_by: str
    note: str
    children: tuple[ChildOnFile, ...]

    @property
    def waits(self) -> bool:
        return self.state == "waiting"

    @property
    def open(self) -> tuple[ChildOnFile, ...]:
        """Those whose account can be shown to a parent."""
        return tuple(one for one in self.children if not one.bar)


def own_requests(viewer: PatientViewer) -> tuple[ParentRow, ...]:
    """What the viewer asked and nobody has answered; never what is on file (ID-4)."""
    query = select(ParentRequest).where(
        ParentRequest.login_id == viewer.login_id, ParentRequest.state == "waiting"
    )
    with read_only() as session:
        return tuple(_row(one) for one in session.scalars(query.order_by(ParentRequest.id)))


def waiting_parents(session: Session) -> int:
    """How many wait."""
    waits = select(func.count(ParentRequest.id)).where(ParentRequest.state == "waiting")
    return session.scalars(waits).one()


def parent_queue(*, number: int = 1) -> Page[ParentRow]:
    """Those who wait, the longest first."""
    offset, limit = limits(number)
    query = (
        select(ParentRequest)
        .where(ParentRequest.state == "waiting")
        .order_by(ParentRequest.asked_at, ParentRequest.id)
    )
    with read_only() as session:
        rows = [_row(one) for one in session.scalars(query.offset(offset).limit(limit))]
    return page_of(rows, number)


def parent_request_page(request_id: int, *, on: date) -> ParentRequestPage | None:
    """One request beside the minors that it may mean; None when there is none by this id."""
    with read_only() as session:
        request = session.get(ParentRequest, request_id)
        if request is None:
            return None
        email = session.get_one(Login, request.login_id).email
        decider = session.get(Login, request.decided_by_id) if request.decided_by_id else None
        children = _children(session, request, email, on)
        row = _row(request)
    return ParentRequestPage(
        id=row.id,
        child=row.child,
        birth_on=request.birth_on,
        relationship=row.relationship,
        paper=PAPERS[request.paper],
        login_email=email,
        asked_at=row.asked_at,
        state=request.state,
        decided_at=request.decided_at,
        decided_by=(decider.name or decider.email) if decider else "",
        note=request.note,
        children=children,
    )


def _row(request: ParentRequest) -> ParentRow:
    return ParentRow(
        id=request.id,
        child=f"{request.first_name} {request.last_name}",
        relationship=RELATIONSHIP_WORDS[request.relationship],
        asked_at=request.asked_at,
    )


def _children(
    session: Session, request: ParentRequest, email: str, on: date
) -> tuple[ChildOnFile, ...]:
    """Minors of that birth date or name, the likeliest first."""
    words = [word for part in (request.last_name, request.first_name) for word in words_of(part)]
    meant = [Patient.birth_on == request.birth_on]
    if words:
        meant.append(begins(Patient.last_name, Patient.first_name, words))
    rows = session.execute(
        select(Patient, GuarantorAccount, is_shared().label("shared"))
        .join(GuarantorAccount, GuarantorAccount.id == Patient.guarantor_account_id)
        .where(
            or_(*meant),
            Patient.merged_into_id.is_(None),
            Patient.birth_on > birthday(on, -ADULT_YEARS),
        )
        .limit(MOST * 5)
    ).all()
    asked = Name(request.last_name, request.first_name)
    found = [
        ChildOnFile(
            id=patient.id,
            name=f"{patient.first_name} {patient.last_name}".strip(),
            birth_on=patient.birth_on,
            account_id=account.id,
            account_number=account.number,
            guarantor=account.display_name,
            guarantor_email=account.email,
            likeness=likeness(Name(patient.last_name, patient.first_name, patient.suffix), asked),
            same_birth=patient.birth_on == request.birth_on,
            same_email=bool(account.email) and account.email.strip().lower() == email.lower(),
            bar=_bar(patient, shared=shared),
        )
        for patient, account, shared in rows
    ]
    likely = (one for one in found if one.likeness or one.same_email)
    ranked = sorted(
        likely, key=lambda one: (-one.likeness, not one.same_birth, not one.same_email, one.id)
    )
    return tuple(ranked[:MOST])


def _bar(patient: Patient, *, shared: bool) -> str:
    if patient.confidential:
        return "Asked for an account that nobody else sees"
    return "Others are treated on this account too" if shared else ""
