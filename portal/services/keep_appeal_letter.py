"""Save a new version of a letter that appeals start from; what was sent keeps the version it was made from."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, text

from billing.appeal_letter import check_fields
from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.denials import AppealTemplate
from portal.queries.appeal_letters import letters
from portal.queries.viewer import StaffViewer
from portal.services.move_denial import SomebodyElse
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound


def keep_appeal_letter(
    *, key: str, version: int, title: str, body: str, staff: StaffViewer, now: datetime
) -> int:
    """The number of the new version.

    Raises UnknownField (which one), SomebodyElse, CardNumberRefused or NotFound.
    """
    title, body = check_free_text(title), check_free_text(body)
    check_fields(body)
    with transaction() as session:
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext('kindbill.appeal_letters'))"))
        before = letters(session).get(key)
        if before is None:
            raise NotFound
        if before.version != version:
            raise SomebodyElse("Somebody saved this letter since you opened it. Look at it again.")
        last = session.scalar(
            select(func.max(AppealTemplate.version)).where(AppealTemplate.key == key)
        )
        number = (last or 0) + 1
        session.add(
            AppealTemplate(
                key=key,
                version=number,
                category=before.category,
                title=title,
                body=body,
                made_by_id=staff.login_id,
                made_at=now,
            )
        )
        add_staff_act(
            session,
            staff,
            action="update",
            object_type="appeal_letter",
            object_id=key,
            reason=f"version {number}",
            now=now,
        )
    return number
