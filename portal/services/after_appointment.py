"""What follows when something happened to an appointment: one flat list, in the transaction of what happened."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.models.appointments import Appointment
from portal.services.appointment_actor import Actor
from portal.services.count_missed import count_missed
from portal.services.keep_estimate import keep_estimate
from portal.services.mail_visit import mail_visit
from portal.services.offer_other_times import offer_other_times, take_offered_time
from portal.services.open_slot import open_slot
from portal.services.settle_opening import settle_opening
from portal.services.stop_unverified import stop_unverified
from portal.services.tend_prepayments import release_prepayment
from portal.services.text_visit_news import text_visit_news
from portal.services.visit_tasks import keep_tasks


def after_appointment(
    session: Session,
    *,
    appointment: Appointment,
    kind: str,
    actor: Actor,
    now: datetime,
) -> None:
    """`kind` is that of its event: held, expired, booked, moved, confirmed, canceled, arrived, in_room, done, no_show, undone.

    Each call looks at the kind itself and does nothing for the others.
    """
    stop_unverified(session, appointment=appointment, kind=kind, now=now)
    keep_tasks(session, appointment=appointment, kind=kind, now=now)
    keep_estimate(session, appointment=appointment, kind=kind, now=now)
    count_missed(session, appointment=appointment, kind=kind, now=now)
    settle_opening(session, appointment=appointment, kind=kind, actor=actor, now=now)
    open_slot(session, appointment=appointment, kind=kind, now=now)
    release_prepayment(session, appointment=appointment, kind=kind, now=now)
    text_visit_news(session, appointment=appointment, kind=kind, actor=actor, now=now)
    offer_other_times(session, appointment=appointment, kind=kind, now=now)
    take_offered_time(session, appointment=appointment, kind=kind, now=now)
    mail_visit(session, appointment=appointment, kind=kind, actor=actor, now=now)
