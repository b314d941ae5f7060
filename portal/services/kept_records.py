"""The record that stands for each of some patients: another one, where two were merged (ID-5)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.accounts import Patient
from portal.queries.among import among


def kept_records(session: Session, patients: Sequence[Patient]) -> dict[int, Patient]:
    """By patient id, themselves or the record they were merged into: files find that one instead."""
    away = {p.merged_into_id for p in patients if p.merged_into_id is not None}
    found: dict[int, Patient] = {}
    if away:  # rare: most files meet nobody who was merged
        kept = session.scalars(select(Patient).where(among(Patient.id, sorted(away))))
        found = {patient.id: patient for patient in kept}
    return {p.id: found[p.merged_into_id] if p.merged_into_id else p for p in patients}
