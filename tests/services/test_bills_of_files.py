"""A visit that was booked is tied to its bill by the very import that brings the bill: claims, and charges."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest

from portal.db import transaction
from portal.models.accounts import Patient
from portal.models.appointments import Appointment
from portal.models.claims import Visit
from portal.services.set_practice import set_practice
from tests.services.practice_files import SETTINGS, only, take, take_claims
from tests.services.visit_world import Calendar


@pytest.fixture(autouse=True)
def _known(database_url: str) -> None:
    set_practice(toml=SETTINGS)
    take("contacts")


def came(practice_patient_id: str, on: date) -> UUID:
    """Somebody whom the office booked, and who came."""
    starts_at = datetime.combine(on, time(15), UTC)
    patient = only(Patient, practice_patient_id=practice_patient_id)
    with transaction() as session:
        book = Calendar(session, counter=900)
        book.calendar()
        set_at = starts_at - timedelta(days=9)
        return book.booked(patient, starts_at, set_at=set_at, state="done")


def test_a_charges_file_names_the_bill_on_the_visit():
    visit = came("P-4", date(2026, 1, 15))
    take("charges")
    assert only(Appointment, id=visit).visit_id == only(Visit, control_number="S-1").id


def test_a_claims_file_names_the_bill_on_the_visit():
    visit = came("P-1", date(2026, 1, 12))
    take_claims()
    assert only(Appointment, id=visit).visit_id == only(Visit, control_number="V1001").id
