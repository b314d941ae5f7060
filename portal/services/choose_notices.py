"""How a patient wants to hear of bills, and how much a text may say (MSG-9)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from billing.text_templates import Grade
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.queries.viewer import PatientViewer
from portal.services.refusal import NotFound
from portal.services.register_patients import revise

CHANNELS = ("text", "email", "paper")


def choose_notices(
    *, viewer: PatientViewer, account_id: int, bill_notices: str, grade: Grade, now: datetime
) -> None:
    """Keep the choice; what stood there before stays on record. Raises NotFound."""
    if account_id not in viewer.account_ids or bill_notices not in CHANNELS:
        raise NotFound
    with transaction() as session:
        account = session.scalars(
            select(GuarantorAccount).where(GuarantorAccount.id == account_id).with_for_update()
        ).one()
        wanted = {"bill_notices": bill_notices, "text_grade": grade.value}
        revise(session, account, wanted, source=f"login:{viewer.login_id}", now=now)
