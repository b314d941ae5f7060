"""A patient tells us that a bill is wrong (DISP-1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.claims import Visit
from portal.queries.viewer import PatientViewer
from portal.services.open_dispute import Filing, open_dispute
from portal.services.refusal import NotFound
from portal.services.tell_of_dispute import GOT_IT, tell_of_dispute


def file_dispute(
    *, viewer: PatientViewer, filing: Filing, form_id: UUID, public_url: str, now: datetime
) -> UUID:
    """The dispute's id; held and acknowledged when this returns. The same form twice is one dispute.

    Raises NotFound for another's bill, AlreadyDisputed, CardNumberRefused (PCI-5).
    """
    filing = replace(filing, words=check_free_text(filing.words))
    with transaction() as session:
        owner = session.scalar(
            select(Visit.guarantor_account_id).where(Visit.id == filing.visit_id)
        )
        if owner not in viewer.account_ids:
            raise NotFound
        row = open_dispute(
            session, filing, dispute_id=form_id, by_id=viewer.login_id, face="patient", now=now
        )
        if row.filed_at == now:
            tell_of_dispute(session, row, words=GOT_IT, by_id=None, public_url=public_url, now=now)
        return row.id
