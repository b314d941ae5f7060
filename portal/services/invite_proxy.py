"""Invite somebody to act for a patient: by the patient, or for a minor by the office (HIPAA-9)."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from billing.proxy_access import ADULT_YEARS, MONTHS_AT_MOST, birthday, included, months_later
from portal.models.accounts import Patient
from portal.models.identity import AccountAccess, Login
from portal.models.proxies import ProxyGrant
from portal.services import access_letters, letters
from portal.services.queue_letter import queue_letter
from portal.services.refusal import Refusal
from portal.services.start_session import session_hash


class ProxyRefused(Refusal):
    """This person cannot get access so; the message says why."""

    title = "This person was not invited"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyOffer:
    """Who is asked, and what they may do until when (the first day without access)."""

    email: str
    relationship: str
    scopes: Collection[str]
    ends_on: date


def latest_end(patient_birth_on: date, on: date, *, of_minor: bool) -> date:
    """The longest that access may last: a minor's 18th birthday, else 24 months."""
    if of_minor:
        return birthday(patient_birth_on, ADULT_YEARS)
    return months_later(on, MONTHS_AT_MOST)


def invite_proxy(
    session: Session,
    patient: Patient,
    offer: ProxyOffer,
    *,
    granted_by_id: int,
    of_minor: bool,
    on: date,
    public_url: str,
    now: datetime,
    checked: str = "",
) -> ProxyGrant:
    """Write the invitation and mail its link, which says nothing and works once within 14 days.

    An unanswered one to the same address is replaced. Raises ProxyRefused.
    """
    email = offer.email.strip().lower()
    # Two invitations at once to one address wait for each other here.
    session.execute(select(Patient.id).where(Patient.id == patient.id).with_for_update())
    if not on < offer.ends_on <= latest_end(patient.birth_on, on, of_minor=of_minor):
        raise ProxyRefused("Access can last 24 months at most. Choose an earlier end.")
    if not offer.scopes:
        raise ProxyRefused("Choose what this person may do.")
    if _reads_account(session, patient, email):
        raise ProxyRefused("This e-mail address signs in to the account already.")
    if _has_access(session, patient, email, on):
        raise ProxyRefused("This person has access already. End it first to change it.")
    _withdraw_unanswered(session, patient, email, by=granted_by_id, now=now)
    token = secrets.token_urlsafe(32)
    grant = ProxyGrant(
        patient_id=patient.id,
        granted_by_id=granted_by_id,
        email=email,
        token_hash=session_hash(token),
        relationship=offer.relationship,
        scopes=sorted(included(offer.scopes)),
        of_minor=of_minor,
        checked=checked,
        invited_at=now,
        ends_on=offer.ends_on,
    )
    session.add(grant)
    session.flush()
    head = letters.letterhead(session, public_url=public_url)
    link = f"{public_url}/access/invitation/{token}"
    queue_letter(
        session, to=email, letter=access_letters.proxy_invitation(head, link=link), now=now
    )
    return grant


def _reads_account(session: Session, patient: Patient, email: str) -> bool:
    reading = (
        select(Login.id)
        .join(AccountAccess, AccountAccess.login_id == Login.id)
        .where(
            Login.face == "patient",
            func.lower(Login.email) == email,
            AccountAccess.guarantor_account_id == patient.guarantor_account_id,
            AccountAccess.ended_at.is_(None),
        )
    )
    return session.scalar(reading.limit(1)) is not None


def _has_access(session: Session, patient: Patient, email: str, on: date) -> bool:
    mine = and_(
        ProxyGrant.patient_id == patient.id,
        ProxyGrant.accepted_at.is_not(None),
        ProxyGrant.ended_at.is_(None),
        or_(
            ProxyGrant.email == email,
            ProxyGrant.proxy_login_id.in_(
                select(Login.id).where(Login.face == "patient", func.lower(Login.email) == email)
            ),
        ),
    )
    return session.scalar(select(ProxyGrant.id).where(mine, ProxyGrant.ends_on > on)) is not None


def _withdraw_unanswered(
    session: Session, patient: Patient, email: str, *, by: int, now: datetime
) -> None:
    session.execute(
        update(ProxyGrant)
        .where(
            ProxyGrant.patient_id == patient.id,
            ProxyGrant.email == email,
            ProxyGrant.accepted_at.is_(None),
            ProxyGrant.declined_at.is_(None),
            ProxyGrant.ended_at.is_(None),
        )
        .values(ended_at=now, ended_by_id=by, ended_reason="replaced", token_hash=None)
    )
