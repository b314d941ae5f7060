"""The day on which help with a bill was first asked for: one of its five clocks, set once (CORE-3, COLL-6)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.models.assistance import AssistanceCovered
from portal.models.claims import Visit


def start_assistance_clock(session: Session, application_id: UUID, *, received_on: date) -> None:
    """Of every bill of the application's accounts that has no such day yet; the database keeps the first."""
    accounts = select(AssistanceCovered.guarantor_account_id).where(
        AssistanceCovered.application_id == application_id
    )
    session.execute(
        update(Visit)
        .where(Visit.guarantor_account_id.in_(accounts), Visit.assistance_asked_on.is_(None))
        .values(assistance_asked_on=received_on)
        .execution_options(synchronize_session=False)
    )
