"""Which submissions are a viewer's own."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_, select

from portal.models.accounts import Patient
from portal.models.insurance import InsuranceSubmission
from portal.queries.viewer import PatientViewer


def is_own(viewer: PatientViewer) -> ColumnElement[bool]:
    """Begun by this sign-in, about itself or about a patient of the accounts that it may see now."""
    patients = select(Patient.id).where(Patient.guarantor_account_id.in_(viewer.account_ids))
    return and_(
        InsuranceSubmission.login_id == viewer.login_id,
        or_(
            InsuranceSubmission.patient_id.is_(None),
            InsuranceSubmission.patient_id.in_(patients),
        ),
    )
