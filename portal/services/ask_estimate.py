"""Somebody asks what care will cost, without a booked visit: an estimate is owed within three business days (NSA-2)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from billing.estimates import due_when_asked
from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.accounts import Patient
from portal.models.estimates import GoodFaithEstimate
from portal.services.keep_estimate import owe
from portal.services.practice_date import practice_date
from portal.services.record_access import Access, add_access
from portal.services.refusal import NotFound, Refusal

LONGEST = 200


class CannotAsk(Refusal):
    """Nothing, or too much, was said of the care."""

    title = "Nothing was asked"


def ask_estimate(
    *, patient_id: int, about: str, login_id: int, now: datetime, face: str = "patient"
) -> int:
    """The id of the estimate that is owed; the same asked again while it is owed is the same one."""
    about = check_free_text(about)
    if not 0 < len(about) <= LONGEST:
        raise CannotAsk("Say in a few words which care you want to know the price of.")
    with transaction() as session:
        patient = session.get(Patient, patient_id, with_for_update=True)
        if patient is None:
            raise NotFound
        standing = session.scalar(
            select(GoodFaithEstimate.id).where(
                GoodFaithEstimate.patient_id == patient_id,
                GoodFaithEstimate.state == "due",
                GoodFaithEstimate.about == about,
            )
        )
        if standing is not None:
            return standing
        on = practice_date(session, now)
        row = GoodFaithEstimate(
            patient_id=patient_id,
            about=about,
            why="asked",
            asked_on=on,
            due_on=due_when_asked(on),
            created_at=now,
        )
        owe(session, row, now=now)
        access = Access(
            face=face,
            login_id=login_id,
            action="ask",
            object_type="estimate",
            object_id=str(row.id),
            account_ids=(patient.guarantor_account_id,),
            patient_ids=(patient.id,),
        )
        add_access(session, access, now=now)
        return row.id
