"""Who can see a patient's account, and whose account somebody may act for (HIPAA-9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import Session

from billing.proxy_access import ADULT_YEARS, ProxyScope, birthday, opened
from portal.db import read_only
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.identity import Login
from portal.models.proxies import ProxyGrant
from portal.queries.proxy_grants import (
    ActingFor,
    acting_for,
    grants,
    is_own_account,
    is_shared,
    is_standing,
)
from portal.queries.viewer import PatientViewer

INVITATION_LIFE = timedelta(days=14)
SCOPE_WORDS = {
    ProxyScope.BILLS: "See bills and statements",
    ProxyScope.PAY: "Pay bills",
    ProxyScope.BOOK: "See, book, move and cancel visits",
    ProxyScope.INSURANCE: "Send us insurance cards",
    ProxyScope.FULL: "All of this, and messages with our office",
}
MESSAGES = "Read and write messages with our office"
OFFERED = tuple(ProxyScope)
RELATIONSHIP_WORDS = {
    "spouse": "Husband, wife or partner",
    "caregiver": "Caregiver",
    "parent": "Parent",
    "guardian": "Legal guardian",
    "other": "Somebody else",
}


@dataclass(frozen=True, slots=True)
class OwnPatient:
    """A grown-up's own patient record, which they may share."""

    id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Helper:
    """Somebody who has access to a patient's account, or is asked to."""

    grant_id: int
    patient_name: str
    email: str
    relationship: str
    rights: tuple[str, ...]
    ends_on: date
    answered: bool
    by_office: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What an invited person is asked."""

    grant_id: int
    patient_id: int
    account_id: int
    patient_name: str
    rights: tuple[str, ...]
    ends_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxiesPage:
    """Both directions: who helps me, and whom I help."""

    own: tuple[OwnPatient, ...]
    helpers: tuple[Helper, ...]
    helped: tuple[ActingFor, ...]


def own_patients(session: Session, viewer: PatientViewer, *, on: date) -> tuple[OwnPatient, ...]:
    """The patients who are the viewer: those of 18 or more who owe for themselves."""
    if viewer.acting_for is not None:
        return ()
    rows = session.execute(
        select(Patient.id, Patient.first_name, Patient.last_name, Patient.birth_on)
        .join(GuarantorAccount, GuarantorAccount.id == Patient.guarantor_account_id)
        .where(
            Patient.guarantor_account_id.in_(viewer.account_ids),
            Patient.merged_into_id.is_(None),
            is_own_account(),
        )
        .order_by(Patient.id)
    )
    return tuple(
        OwnPatient(row.id, f"{row.first_name} {row.last_name}".strip())
        for row in rows
        if birthday(row.birth_on, ADULT_YEARS) <= on
    )


def may_revoke(session: Session, viewer: PatientViewer, patient_id: int, *, on: date) -> bool:
    """Whether the viewer is that patient, grown up: only they end what was given over their account."""
    return patient_id in {one.id for one in own_patients(session, viewer, on=on)}


def proxies_page(viewer: PatientViewer, *, on: date, now: datetime) -> ProxiesPage:
    """The viewer's helpers and whom the viewer helps; what is over is not shown."""
    with read_only() as session:
        own = own_patients(session, viewer, on=on)
        rows = session.execute(
            _read()
            .where(
                ProxyGrant.ended_at.is_(None),
                ProxyGrant.declined_at.is_(None),
                or_(
                    ProxyGrant.patient_id.in_([one.id for one in own]),
                    ProxyGrant.proxy_login_id == viewer.login_id,
                ),
            )
            .order_by(ProxyGrant.id)
        ).all()
    mine = {one.id for one in own}
    return ProxiesPage(
        own=own,
        helpers=tuple(
            _helper(row, on)
            for row in rows
            if row.patient_id in mine and _is_told(row, on=on, now=now)
        ),
        helped=tuple(
            found
            for row in rows
            if row.proxy_login_id == viewer.login_id
            and (found := acting_for(row, now=now)) is not None
        ),
    )


def is_shared_account(session: Session, patient_id: int) -> bool:
    """Whether a grant for this patient would show others' bills: then it opens nothing."""
    return bool(
        session.scalar(
            select(is_shared())
            .select_from(Patient)
            .join(GuarantorAccount, GuarantorAccount.id == Patient.guarantor_account_id)
            .where(Patient.id == patient_id)
        )
    )


def helpers_of(session: Session, account_id: int, *, on: date, now: datetime) -> tuple[Helper, ...]:
    """Everybody who may act on an account, for staff."""
    rows = session.execute(
        _read()
        .where(
            Patient.guarantor_account_id == account_id,
            ProxyGrant.ended_at.is_(None),
            ProxyGrant.declined_at.is_(None),
        )
        .order_by(ProxyGrant.id)
    )
    return tuple(_helper(row, on) for row in rows if _is_told(row, on=on, now=now))


def proxy_offer(viewer: PatientViewer, *, token_hash: str, on: date, now: datetime) -> Offer | None:
    """What the link asks this sign-in; None when it is used, old, withdrawn, or another's."""
    with read_only() as session:
        return open_invitation(session, viewer, token_hash=token_hash, on=on, now=now)


def open_invitation(
    session: Session, viewer: PatientViewer, *, token_hash: str, on: date, now: datetime
) -> Offer | None:
    """The same in the caller's transaction. Only the address that was invited may answer."""
    row = session.execute(
        _read().where(
            ProxyGrant.token_hash == token_hash,
            ProxyGrant.accepted_at.is_(None),
            ProxyGrant.declined_at.is_(None),
            ProxyGrant.ended_at.is_(None),
            ProxyGrant.invited_at > now - INVITATION_LIFE,
            ProxyGrant.email
            == select(func.lower(Login.email)).where(Login.id == viewer.login_id).scalar_subquery(),
        )
    ).one_or_none()
    if row is None or not is_standing(row, on, if_accepted=True):
        return None
    return Offer(
        grant_id=row.grant_id,
        patient_id=row.patient_id,
        account_id=row.account_id,
        patient_name=_name(row),
        rights=_rights(row, on),
        ends_on=row.ends_on,
    )


def _rights(row: Row[Any], on: date) -> tuple[str, ...]:
    """What a grant lets its proxy do on this day, one line each."""
    may = opened(row.scopes, of_minor=row.of_minor, birth_on=row.patient_born, on=on)
    named = tuple(words for scope, words in SCOPE_WORDS.items() if scope in may - {ProxyScope.FULL})
    return (*named, MESSAGES) if ProxyScope.FULL in may else named


def _read() -> Any:
    return grants().add_columns(
        ProxyGrant.proxy_login_id,
        ProxyGrant.email,
        ProxyGrant.relationship,
        ProxyGrant.invited_at,
    )


def _is_told(row: Row[Any], *, on: date, now: datetime) -> bool:
    """Access that stands, or an invitation that can still be answered."""
    if row.accepted_at is not None:
        return is_standing(row, on)
    return bool(row.invited_at > now - INVITATION_LIFE)


def _helper(row: Row[Any], on: date) -> Helper:
    return Helper(
        grant_id=row.grant_id,
        patient_name=_name(row),
        email=row.email,
        relationship=RELATIONSHIP_WORDS[row.relationship],
        rights=_rights(row, on),
        ends_on=row.ends_on,
        answered=row.accepted_at is not None,
        by_office=row.of_minor,
    )


def _name(row: Row[Any]) -> str:
    return f"{row.patient_first} {row.patient_last}".strip()
