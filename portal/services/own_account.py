"""The account that is one patient's alone, in their own name, where they stand on one that others read (HIPAA-9, HIPAA-10)."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.models.accounts import GuarantorAccount, Patient
from portal.models.appointments import Appointment
from portal.models.claims import Visit
from portal.models.estimates import GoodFaithEstimate
from portal.models.notices import Notice
from portal.services.open_account import fresh_numbers


def own_account(session: Session, patient: Patient, ordinary: GuarantorAccount) -> GuarantorAccount:
    """That of earlier confidential visits or estimates, or a new one without an address, phone or e-mail of the others."""
    visit = (
        select(Visit.guarantor_account_id)
        .where(
            Visit.patient_id == patient.id,
            Visit.confidential,
            Visit.guarantor_account_id != patient.guarantor_account_id,
        )
        .limit(1)
    )
    estimate = (
        select(Notice.guarantor_account_id)
        .join(GoodFaithEstimate, GoodFaithEstimate.notice_id == Notice.id)
        .join(GuarantorAccount, GuarantorAccount.id == Notice.guarantor_account_id)
        .outerjoin(Appointment, Appointment.id == GoodFaithEstimate.appointment_id)
        .where(
            (GoodFaithEstimate.patient_id == patient.id) | (Appointment.patient_id == patient.id),
            # Theirs alone: not one on which they stood with others once.
            GuarantorAccount.last_name == patient.last_name,
            GuarantorAccount.first_name == patient.first_name,
            GuarantorAccount.birth_on == patient.birth_on,
            ~exists().where(Patient.guarantor_account_id == GuarantorAccount.id),
        )
        .limit(1)
    )
    earlier = session.scalar(visit) or session.scalar(estimate)
    if earlier is not None:
        return session.get_one(GuarantorAccount, earlier)
    [number] = fresh_numbers(session, 1)
    own = GuarantorAccount(
        number=number,
        named=True,
        last_name=patient.last_name,
        first_name=patient.first_name,
        middle_name=patient.middle_name,
        suffix=patient.suffix,
        birth_on=patient.birth_on,
        language=ordinary.language,
    )
    session.add(own)
    session.flush()
    return own
