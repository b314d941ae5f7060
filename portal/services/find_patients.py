"""Find the patients that a practice's own file speaks of, all rows in one statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import or_, select, tuple_
from sqlalchemy.orm import Session

from portal.models.accounts import Patient
from portal.services.kept_records import kept_records
from portal.services.match_person import match_name


@dataclass(slots=True)
class PatientFinder:
    """Patients by the practice's own id, else by folded name and birth date."""

    by_practice_id: dict[str, Patient] = field(default_factory=dict)
    by_name: dict[tuple[str, date], list[Patient]] = field(default_factory=dict)

    def add(self, patient: Patient, kept: Patient | None = None) -> None:
        """Let a new patient be found by later rows; `kept` is the record that it was merged into."""
        kept = kept or patient
        if patient.practice_patient_id:
            self.by_practice_id[patient.practice_patient_id] = kept
        namesakes = self.by_name.setdefault((patient.match_name, patient.birth_on), [])
        if kept not in namesakes:
            namesakes.append(kept)

    def namesakes(self, last: str, first: str, birth_on: date) -> list[Patient]:
        return self.by_name.get((match_name(last, first), birth_on), [])


def find_patients(
    session: Session,
    *,
    practice_ids: Iterable[str],
    people: Iterable[tuple[str, str, date]] = (),
) -> PatientFinder:
    """Everyone with one of these ids, or of one of these names (last, first, birth date)."""
    named = [(match_name(last, first), birth_on) for last, first, birth_on in people]
    found = session.scalars(
        select(Patient)
        .where(
            or_(
                Patient.practice_patient_id.in_(list(practice_ids)),
                tuple_(Patient.match_name, Patient.birth_on).in_(named),
            )
        )
        .order_by(Patient.id)
    )
    finder, spelled = PatientFinder(), list(found)
    kept = kept_records(session, spelled)
    for patient in spelled:
        finder.add(patient, kept[patient.id])
    return finder
