"""Where a picture of a card is kept, for those who may see it: its sender, and staff who work with coverages."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from portal.db import read_only
from portal.models.accounts import Patient
from portal.models.insurance import CardImage, InsuranceSubmission
from portal.queries.own_submissions import is_own
from portal.queries.viewer import PatientViewer, StaffViewer


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPicture:
    """The key of the picture in the DocumentStore, and whose card it is."""

    stored_as: str
    patient_id: int | None
    account_id: int | None


def card_picture(
    viewer: PatientViewer | StaffViewer, submission_id: int, side: str
) -> CardPicture | None:
    """One side as it is now; nobody else's is found, nor one that is to be deleted."""
    query = (
        select(CardImage.stored_as, Patient.id, Patient.guarantor_account_id)
        .join(InsuranceSubmission, InsuranceSubmission.id == CardImage.submission_id)
        .outerjoin(Patient, Patient.id == InsuranceSubmission.patient_id)
        .where(
            CardImage.submission_id == submission_id,
            CardImage.side == side,
            CardImage.removed_at.is_(None),
        )
    )
    if isinstance(viewer, PatientViewer):
        query = query.where(is_own(viewer))
    else:  # staff see what was sent, not what somebody is still typing
        query = query.where(InsuranceSubmission.sent_at.is_not(None))
    with read_only() as session:
        row = session.execute(query).one_or_none()
    if row is None or not row.stored_as:
        return None
    return CardPicture(
        stored_as=row.stored_as, patient_id=row.id, account_id=row.guarantor_account_id
    )
