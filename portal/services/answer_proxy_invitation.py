"""The invited person says yes or no to acting for a patient (HIPAA-9)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.db import transaction
from portal.models.accounts import Patient
from portal.models.proxies import ProxyGrant
from portal.queries.proxies_page import open_invitation
from portal.queries.viewer import PatientViewer
from portal.services.practice_date import practice_date
from portal.services.record_access import Access, add_access
from portal.services.refusal import NotFound
from portal.services.start_session import session_hash
from portal.services.tell_proxies import tell_proxies


def answer_proxy_invitation(
    *, viewer: PatientViewer, token: str, accepts: bool, public_url: str, now: datetime
) -> int:
    """Spend the link; the grant's id. Raises NotFound for one that is used, old, withdrawn or another's."""
    with transaction() as session:
        on = practice_date(session, now)
        hashed = session_hash(token)
        session.execute(
            select(ProxyGrant.id).where(ProxyGrant.token_hash == hashed).with_for_update()
        )
        offer = open_invitation(session, viewer, token_hash=hashed, on=on, now=now)
        if offer is None:
            raise NotFound
        grant = session.get_one(ProxyGrant, offer.grant_id)
        grant.token_hash = None
        if accepts:
            _close_outdated(session, grant, viewer, now)
            grant.accepted_at, grant.proxy_login_id = now, viewer.login_id
        else:
            grant.declined_at = now
        patient = session.get_one(Patient, grant.patient_id)
        answered = Access(
            face="patient",
            login_id=viewer.login_id,
            action="accept" if accepts else "decline",
            object_type="proxy_grant",
            object_id=str(grant.id),
            account_ids=(patient.guarantor_account_id,),
            patient_ids=(patient.id,),
        )
        add_access(session, answered, now=now)
        tell_proxies(session, grant, patient, what="answered", public_url=public_url, now=now)
        return grant.id


def _close_outdated(
    session: Session, grant: ProxyGrant, viewer: PatientViewer, now: datetime
) -> None:
    """A former grant of the same two people gives way, in whichever way it ran out."""
    session.execute(
        update(ProxyGrant)
        .where(
            ProxyGrant.patient_id == grant.patient_id,
            ProxyGrant.proxy_login_id == viewer.login_id,
            ProxyGrant.ended_at.is_(None),
        )
        .values(ended_at=now, ended_reason="replaced")
    )
