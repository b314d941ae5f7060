"""Which submissions are a viewer's own."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_, select

from portal.models.accounts import Patient
from portal.models.insurance import InsuranceSubmission
from portal.queries.viewer import PatientViewer


def is_own(viewer: PatientViewer) -> ColumnElement[bool]:
    """Begun by this sign-in, about itself or about a patient of the accounts that it may see now.

    Who acts for somebody sees nothing there of what they sent about themselves.
    """
    patients = select(Patient.id).where(Patient.guarantor_account_id.in_(viewer.account_ids))
    about: ColumnElement[bool] = InsuranceSubmission.patient_id.in_(patients)
    if viewer.acting_for is None:
        about = or_(InsuranceSubmission.patient_id.is_(None), about)
    return and_(InsuranceSubmission.login_id == viewer.login_id, about)
