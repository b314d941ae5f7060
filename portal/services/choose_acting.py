"""Choose on whose behalf a signed-in browser acts (HIPAA-9)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from portal.db import transaction
from portal.models.identity import LoginSession
from portal.queries.proxy_grants import grant_standing
from portal.services.record_access import Access, add_access
from portal.services.refusal import NotFound


def choose_acting(*, login_id: int, session_id: int, grant_id: int | None, now: datetime) -> None:
    """Keep the choice in the session's row; None is one's own account again.

    Raises NotFound for a grant that is somebody else's or opens nothing now.
    """
    with transaction() as session:
        if grant_id is not None:
            found = grant_standing(session, grant_id, login_id=login_id, now=now)
            if found is None:
                raise NotFound
            begun = Access(
                face="patient",
                login_id=login_id,
                action="act_for",
                object_type="proxy_grant",
                object_id=str(grant_id),
                account_ids=(found.account_id,),
                patient_ids=(found.patient_id,),
                acting_for=grant_id,
            )
            add_access(session, begun, now=now)
        session.execute(
            update(LoginSession)
            .where(LoginSession.id == session_id, LoginSession.login_id == login_id)
            .values(acting_grant_id=grant_id)
        )
