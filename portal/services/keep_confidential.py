"""Keep one visit of a 12- to 17-year-old to themselves: it moves to an account that is theirs alone (HIPAA-9)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.free_text import check_free_text
from billing.proxy_access import ADULT_YEARS
from portal.db import transaction
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.claims import Visit
from portal.queries.viewer import StaffViewer
from portal.services.match_person import age_on
from portal.services.move_visits import move_visit
from portal.services.own_account import own_account
from portal.services.part_dependant import is_paying, told_of
from portal.services.practice_date import practice_date
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal
from portal.services.share_accounts import SHARED_UNTIL


class NotKept(Refusal):
    """It cannot be hidden cleanly; the message says why."""

    title = "This visit was not moved"


def keep_confidential(
    *, account_id: int, visit_id: int, reason: str, staff: StaffViewer, now: datetime
) -> int:
    """Move the visit with every cent to the patient's own confidential account; that account's id.

    The account bears the patient's name and no address, phone or e-mail of the family: until the patient gives a safe
    one, a statement waits for staff. No grant opens it. Raises NotKept, NotFound or CardNumberRefused.
    """
    noted = check_free_text(reason)
    with transaction() as session:
        on = practice_date(session, now)
        ordinary = session.scalar(
            select(GuarantorAccount).where(GuarantorAccount.id == account_id).with_for_update()
        )
        visit = session.scalar(
            select(Visit).where(Visit.id == visit_id, Visit.guarantor_account_id == account_id)
        )
        if ordinary is None or visit is None:
            raise NotFound
        patient = session.get_one(Patient, visit.patient_id)
        _check_age(patient, visit, on)
        _check_untold(session, visit)
        own_id = own_account(session, patient, ordinary).id
        visit.confidential = True
        move_visit(session, visit, to_account_id=own_id, source=f"staff:{staff.login_id}", on=on)
        add_staff_act(
            session,
            staff,
            action="keep_confidential",
            object_type="visit",
            object_id=visit_id,
            # Never the ordinary account's: who may read its trail must not learn of the visit there.
            account_ids=(own_id,),
            patient_ids=(patient.id,),
            reason=noted,
            now=now,
        )
        return own_id


def _check_age(patient: Patient, visit: Visit, on: date) -> None:
    if age_on(patient.birth_on, on) >= ADULT_YEARS:
        raise NotKept("The patient is 18 or older: only they see their account.")
    if age_on(patient.birth_on, visit.service_on) < SHARED_UNTIL:
        raise NotKept("The patient was not yet 12 on the day of the visit.")
    if visit.confidential:
        raise NotKept("This visit is kept confidential already.")


def _check_untold(session: Session, visit: Visit) -> None:
    """What was told to the ordinary account cannot be taken back, and must not seem so."""
    stated, paid, asked = told_of(session, visit)
    if stated:
        raise NotKept("A statement has told the family of this visit. It can no longer be hidden.")
    if paid:
        raise NotKept("The family has paid for this visit here, and has the receipt.")
    if is_paying(session, visit.guarantor_account_id):
        raise NotKept("A payment of this account is under way. Try again when it is over.")
    if asked:
        raise NotKept("The family has written to us about this visit.")
