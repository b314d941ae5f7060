"""The office gives a parent or guardian access to a minor's account, after checking who they are (HIPAA-9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from billing.free_text import check_free_text
from billing.proxy_access import ADULT_YEARS, birthday
from portal.db import transaction
from portal.models.accounts import Patient
from portal.models.proxies import ProxyGrant
from portal.queries.proxies_page import is_shared_account
from portal.queries.viewer import StaffViewer
from portal.services.invite_proxy import ProxyOffer, ProxyRefused, invite_proxy
from portal.services.practice_date import practice_date
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound

RELATIONSHIPS = ("parent", "guardian")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Whom the office checked, what they may do, and which paper was seen."""

    email: str
    relationship: str
    scopes: tuple[str, ...]
    seen: str


def grant_minor_proxy(
    *,
    account_id: int,
    patient_id: int,
    checked: Checked,
    staff: StaffViewer,
    public_url: str,
    now: datetime,
) -> int:
    """Mail the parent a link to accept; the grant's id. Access ends by itself on the 18th birthday.

    Raises NotFound, ProxyRefused or CardNumberRefused.
    """
    with transaction() as session:
        patient = session.get(Patient, patient_id)
        if patient is None or patient.guarantor_account_id != account_id:
            raise NotFound
        return give_minor_proxy(
            session, patient_id, checked, staff=staff, public_url=public_url, now=now
        ).id


def give_minor_proxy(
    session: Session,
    patient_id: int,
    checked: Checked,
    *,
    staff: StaffViewer,
    public_url: str,
    now: datetime,
) -> ProxyGrant:
    """The same for whichever account the patient has."""
    seen = check_free_text(checked.seen)
    on = practice_date(session, now)
    patient = session.get(Patient, patient_id)
    if patient is None:
        raise NotFound
    ends_on = birthday(patient.birth_on, ADULT_YEARS)
    if on >= ends_on:
        raise ProxyRefused("The patient is 18 or older: they invite somebody themselves.")
    if patient.confidential:
        raise ProxyRefused("The patient asked for an account that nobody else sees.")
    if is_shared_account(session, patient_id):
        raise ProxyRefused(
            "Others are treated on this account too. Its guarantor can invite somebody to it."
        )
    grant = invite_proxy(
        session,
        patient,
        ProxyOffer(
            email=checked.email,
            relationship=checked.relationship,
            scopes=checked.scopes,
            ends_on=ends_on,
        ),
        granted_by_id=staff.login_id,
        of_minor=True,
        on=on,
        public_url=public_url,
        now=now,
        checked=seen,
    )
    add_staff_act(
        session,
        staff,
        action="grant",
        object_type="proxy_grant",
        object_id=grant.id,
        account_ids=(patient.guarantor_account_id,),
        patient_ids=(patient_id,),
        reason=seen,
        now=now,
    )
    return grant
