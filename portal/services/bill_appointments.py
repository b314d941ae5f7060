"""A visit that was booked finds its bill when the claim or the charges of that day arrive."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from billing.payment_choice import Scope
from portal.db import transaction
from portal.models.appointments import Appointment
from portal.models.claims import Visit
from portal.models.payments import Payment
from portal.queries.among import among
from portal.services.tend_prepayments import apply_prepayments

_CAME = ("booked", "arrived", "in_room", "done")  # or nobody marked it, and they came all the same


def bill_appointments(session: Session, fresh: Sequence[Visit], *, on: date) -> None:
    """Name each new bill on the one appointment of its patient and day, where there is just one of both.

    Two bills of one day, or two visits, are left for people to tell apart. One statement for the whole file, and what
    was paid before these visits becomes credit of their bills (SCH-12).
    """
    if not fresh:
        return
    session.flush()
    patients = sorted({visit.patient_id for visit in fresh})
    days = sorted({visit.service_on for visit in fresh})
    bills = (
        select(Visit.patient_id, Visit.service_on, func.min(Visit.id).label("visit_id"))
        .where(among(Visit.patient_id, patients), Visit.service_on.in_(days))
        .group_by(Visit.patient_id, Visit.service_on)
        .having(func.count() == 1)
        .subquery()
    )
    booked = (
        select(Appointment.patient_id, Appointment.starts_on)
        .where(
            among(Appointment.patient_id, patients),
            Appointment.starts_on.in_(days),
            Appointment.state.in_(_CAME),
        )
        .group_by(Appointment.patient_id, Appointment.starts_on)
        .having(func.count() == 1)
        .subquery()
    )
    named = session.scalars(
        update(Appointment)
        .where(
            Appointment.visit_id.is_(None),
            Appointment.state.in_(_CAME),
            Appointment.patient_id == bills.c.patient_id,
            Appointment.starts_on == bills.c.service_on,
            booked.c.patient_id == bills.c.patient_id,
            booked.c.starts_on == bills.c.service_on,
            bills.c.visit_id.in_([visit.id for visit in fresh]),
        )
        .values(visit_id=bills.c.visit_id)
        .returning(Appointment.id)
        .execution_options(synchronize_session=False)
    ).all()
    if named:
        apply_prepayments(session, appointment_ids=list(named), on=on)


def bill_prepaid(*, on: date) -> None:
    """Look again for the bills of visits that were paid before: undone marks and merged records may name them now."""
    with transaction() as session:
        waiting = session.scalars(
            select(Visit)
            .join(
                Appointment,
                (Appointment.patient_id == Visit.patient_id)
                & (Appointment.starts_on == Visit.service_on),
            )
            .join(Payment, Payment.appointment_id == Appointment.id)
            .where(Appointment.visit_id.is_(None), Payment.scope == Scope.PREPAY)
            .distinct()
        ).all()
        bill_appointments(session, waiting, on=on)
