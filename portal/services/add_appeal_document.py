"""Take in a paper for the appeals of a claim: made harmless first, kept encrypted, found again by its hash."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from billing.free_text import check_free_text
from portal.db import read_only, transaction
from portal.models.claims import Claim, Visit
from portal.models.denials import AppealDocument, Denial
from portal.office_ports import PaperDesk, UnusablePaper
from portal.ports import DocumentStore
from portal.queries.viewer import StaffViewer
from portal.services.move_denial import DenialRefused
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound


def add_appeal_document(
    *,
    denial_id: int,
    title: str,
    content: bytes,
    papers: PaperDesk,
    store: DocumentStore,
    staff: StaffViewer,
    now: datetime,
) -> bool:
    """Keep it for the denial's claim; False when the very same paper was there before.

    Raises DenialRefused with the reason, CardNumberRefused or NotFound.
    """
    title = check_free_text(title)
    if not title:
        raise DenialRefused("Say what paper it is: the payer reads it on the cover sheet.")
    with read_only() as session:
        row = session.execute(
            select(Claim.id, Visit.guarantor_account_id, Visit.patient_id)
            .join(Denial, Denial.claim_id == Claim.id)
            .join(Visit, Visit.id == Claim.visit_id)
            .where(Denial.id == denial_id)
        ).one_or_none()
    if row is None:
        raise NotFound
    try:
        paper = papers.clean(content)
    except UnusablePaper as refused:
        raise DenialRefused(f"{refused} Nothing was saved.") from refused
    key = store.put(paper.content)
    with transaction() as session:
        added = session.scalar(
            insert(AppealDocument)
            .values(
                claim_id=row.id,
                title=title,
                stored_as=key,
                sha256=sha256(content).hexdigest(),
                pages=paper.pages,
                added_by_id=staff.login_id,
                added_at=now,
            )
            .on_conflict_do_nothing()
            .returning(AppealDocument.id)
        )
        if added is not None:
            add_staff_act(
                session,
                staff,
                action="create",
                object_type="appeal_document",
                object_id=added,
                account_ids=(row.guarantor_account_id,),
                patient_ids=(row.patient_id,),
                now=now,
            )
    if added is None:
        store.delete(key)
    return added is not None
