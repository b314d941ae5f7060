"""The visits to come and past of an account's people, for the first page of the account: two questions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case
from sqlalchemy.orm import Session

from billing.booking_rules import missed_since
from portal.db import read_only
from portal.models.appointments import Appointment
from portal.queries.appointment_row import AppointmentFacts, appointment_facts
from portal.queries.missed_visits import MissedVisits, missed_visits
from portal.queries.viewer import StaffViewer

SHOWN = 5
ASKED = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountVisits:
    """The next ones first, then the last ones; and how many were missed in twelve months."""

    coming: tuple[AppointmentFacts, ...]
    past: tuple[AppointmentFacts, ...]
    missed: int
    late_canceled: int


def account_visits(
    viewer: StaffViewer, patient_ids: Collection[int], *, on: date, now: datetime
) -> AccountVisits | None:
    """None for roles that see no calendar."""
    if not viewer.may("calendar.view"):
        return None
    with read_only() as session:
        is_past = case((Appointment.starts_at <= now, 1), else_=0)
        rows = appointment_facts(
            session,
            Appointment.patient_id.in_(patient_ids),
            Appointment.state.not_in(("held", "expired")),
            order_by=(
                is_past,
                case((Appointment.starts_at > now, Appointment.starts_at)).asc(),
                Appointment.starts_at.desc(),
            ),
            limit=ASKED,
        )
        counts = _counts(session, patient_ids, rows, on=on)
    coming = [row for row in rows if row.starts_at > now and row.state != "canceled"]
    return AccountVisits(
        coming=tuple(coming[:SHOWN]),
        past=tuple(row for row in rows if row not in coming)[:SHOWN],
        missed=counts.missed,
        late_canceled=counts.late_canceled,
    )


def _counts(
    session: Session,
    patient_ids: Collection[int],
    rows: Collection[AppointmentFacts],
    *,
    on: date,
) -> MissedVisits:
    """Asked of the database only where not every visit is at hand."""
    if len(rows) == ASKED:
        found = missed_visits(session, patient_ids, on=on).values()
        return MissedVisits(
            sum(one.missed for one in found), sum(one.late_canceled for one in found)
        )
    lately = [row for row in rows if row.starts_on >= missed_since(on)]
    return MissedVisits(
        sum(row.state == "no_show" for row in lately), sum(row.late_cancel for row in lately)
    )
