"""End somebody's access to a patient's account: the patient, the proxy, or the office (HIPAA-9)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.accounts import Patient
from portal.models.proxies import ProxyGrant
from portal.queries.proxies_page import may_revoke
from portal.queries.viewer import LoginViewer, StaffViewer
from portal.services.practice_date import practice_date
from portal.services.record_access import Access, add_access
from portal.services.refusal import NotFound
from portal.services.tell_proxies import tell_proxies


def end_proxy(
    *,
    viewer: LoginViewer,
    grant_id: int,
    public_url: str,
    now: datetime,
    account_id: int | None = None,
    reason: str = "",
) -> None:
    """Over from now on, an invitation as well as access; once ended it stays so. Raises NotFound.

    A payment that the proxy starts at this moment is either begun before, or refused.
    """
    with transaction() as session:
        grant = session.scalar(
            select(ProxyGrant).where(ProxyGrant.id == grant_id).with_for_update()
        )
        if grant is None:
            raise NotFound
        patient = session.get_one(Patient, grant.patient_id)
        if isinstance(viewer, StaffViewer):
            allowed = viewer.may("proxies.grant") and patient.guarantor_account_id == account_id
        else:
            on = practice_date(session, now)
            mine = grant.proxy_login_id == viewer.login_id
            allowed = mine or may_revoke(session, viewer, patient.id, on=on)
        if not allowed:
            raise NotFound
        if grant.ended_at is not None or grant.declined_at is not None:
            return
        grant.ended_at, grant.ended_by_id, grant.token_hash = now, viewer.login_id, None
        grant.ended_reason = check_free_text(reason)
        role = viewer.role if isinstance(viewer, StaffViewer) else ""
        ended = Access(
            face="staff" if role else "patient",
            login_id=viewer.login_id,
            role=role,
            action="revoke",
            object_type="proxy_grant",
            object_id=str(grant_id),
            account_ids=(patient.guarantor_account_id,),
            patient_ids=(patient.id,),
        )
        add_access(session, ended, now=now)
        tell_proxies(session, grant, patient, what="ended", public_url=public_url, now=now)
