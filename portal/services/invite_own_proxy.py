"""A patient asks somebody to help with their account (HIPAA-9)."""

from __future__ import annotations

from datetime import datetime

from portal.db import transaction
from portal.models.accounts import Patient
from portal.queries.proxies_page import own_patients
from portal.queries.viewer import PatientViewer
from portal.services.invite_proxy import ProxyOffer, invite_proxy
from portal.services.practice_date import practice_date
from portal.services.record_access import Access, add_access
from portal.services.refusal import NotFound


def invite_own_proxy(
    *, viewer: PatientViewer, patient_id: int, offer: ProxyOffer, public_url: str, now: datetime
) -> int:
    """Invite for the viewer's own, grown-up patient record; the grant's id. Raises NotFound, ProxyRefused."""
    with transaction() as session:
        on = practice_date(session, now)
        if patient_id not in {one.id for one in own_patients(session, viewer, on=on)}:
            raise NotFound
        patient = session.get_one(Patient, patient_id)
        grant = invite_proxy(
            session,
            patient,
            offer,
            granted_by_id=viewer.login_id,
            of_minor=False,
            on=on,
            public_url=public_url,
            now=now,
        )
        invited = Access(
            face="patient",
            login_id=viewer.login_id,
            action="invite",
            object_type="proxy_grant",
            object_id=str(grant.id),
            account_ids=(patient.guarantor_account_id,),
            patient_ids=(patient_id,),
        )
        add_access(session, invited, now=now)
        return grant.id
