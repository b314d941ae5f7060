"""Somebody asks what care will cost, without a booked visit: an estimate is owed within three business days (NSA-2)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.estimates import due_when_asked
from billing.free_text import check_free_text
from portal.db import transaction
from portal.models.accounts import Patient
from portal.models.estimates import GoodFaithEstimate
from portal.models.identity import Login
from portal.services.keep_estimate import owe
from portal.services.practice_date import practice_date
from portal.services.record_access import Access, add_access
from portal.services.refusal import NotFound, Refusal

LONGEST = 200


class CannotAsk(Refusal):
    """Nothing, or too much, was said of the care."""

    title = "Nothing was asked"


def ask_estimate(
    *,
    patient_id: int | None = None,
    newcomer_id: int | None = None,
    about: str,
    login_id: int,
    now: datetime,
) -> int:
    """The id of the estimate that is owed; the same asked again while it is owed is the same one.

    Without a patient it is for the sign-in itself, which has no record yet (ID-1).
    """
    about = check_free_text(about)
    if not 0 < len(about) <= LONGEST:
        raise CannotAsk("Say in a few words which care you want to know the price of.")
    with transaction() as session:
        account_id = _account(session, patient_id, newcomer_id)
        standing = session.scalar(
            select(GoodFaithEstimate.id).where(
                GoodFaithEstimate.patient_id.is_not_distinct_from(patient_id),
                GoodFaithEstimate.newcomer_id.is_not_distinct_from(newcomer_id),
                GoodFaithEstimate.state == "due",
                GoodFaithEstimate.about == about,
            )
        )
        if standing is not None:
            return standing
        on = practice_date(session, now)
        row = GoodFaithEstimate(
            patient_id=patient_id,
            newcomer_id=newcomer_id,
            asked_via="portal",
            about=about,
            why="asked",
            asked_on=on,
            due_on=due_when_asked(on),
            created_at=now,
        )
        owe(session, row, now=now)
        access = Access(
            face="patient",
            login_id=login_id,
            action="ask",
            object_type="estimate",
            object_id=str(row.id),
            account_ids=(account_id,) if account_id is not None else (),
            patient_ids=(patient_id,) if patient_id is not None else (),
        )
        add_access(session, access, now=now)
        return row.id


def _account(session: Session, patient_id: int | None, newcomer_id: int | None) -> int | None:
    """Whoever asks twice at once waits here."""
    if patient_id is None:
        if newcomer_id is None or session.get(Login, newcomer_id, with_for_update=True) is None:
            raise NotFound
        return None
    patient = session.get(Patient, patient_id, with_for_update=True)
    if patient is None:
        raise NotFound
    return patient.guarantor_account_id
