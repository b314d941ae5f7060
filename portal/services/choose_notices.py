"""How a patient wants to hear of visits, bills and payments, and how much a text may say (MSG-9)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from billing.text_templates import Grade
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.queries.notice_channel import OFFERED, About, Channel
from portal.queries.record_words import FIELDS
from portal.queries.viewer import PatientViewer
from portal.services.record_access import Access, add_access
from portal.services.refusal import NotFound
from portal.services.revise import revise


def choose_notices(
    *,
    viewer: PatientViewer,
    account_id: int,
    channels: Mapping[About, Channel],
    grade: Grade,
    now: datetime,
) -> None:
    """Keep the choice; the audit trail says what stood there before, and what does now. Raises NotFound."""
    if account_id not in viewer.account_ids:
        raise NotFound
    if any(channel not in OFFERED[about] for about, channel in channels.items()):
        raise NotFound
    wanted = {about.value: channel.value for about, channel in channels.items()}
    wanted["text_grade"] = grade.value
    with transaction() as session:
        account = session.scalars(
            select(GuarantorAccount).where(GuarantorAccount.id == account_id).with_for_update()
        ).one()
        changed = [
            f"{FIELDS[name]} {getattr(account, name)}, now {value}"
            for name, value in wanted.items()
            if getattr(account, name) != value
        ]
        if not revise(session, account, wanted, source=f"login:{viewer.login_id}", now=now):
            return
        add_access(
            session,
            Access(
                face="patient",
                login_id=viewer.login_id,
                role="patient",
                action="update",
                object_type="contact",
                object_id=str(account_id),
                account_ids=(account_id,),
                reason="; ".join(changed),
            ),
            now=now,
        )
