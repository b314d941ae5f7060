"""Text who agreed to it that the practice moved or called off their visit, in the transaction that did (MSG-7).

The e-mail about it is a letter of its own beside this; who agreed to no text gets that one alone.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.visit_texts import VISIT_CANCELED, VISIT_MOVED
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.appointments import Appointment
from portal.queries.notice_channel import About, Channel, told_by
from portal.queries.reach import text_number
from portal.queries.text_consents import TextCategory
from portal.services.appointment_actor import Actor
from portal.services.send_message import queue_row


def text_visit_news(
    session: Session, *, appointment: Appointment, kind: str, actor: Actor, now: datetime
) -> None:
    """Only of what the practice did; a person who did it themself knows. Judged again when it leaves."""
    template = _template(appointment, kind, actor)
    if template is None or appointment.patient_id is None or appointment.starts_at <= now:
        return
    account = session.scalars(
        select(GuarantorAccount)
        .join(Patient, Patient.guarantor_account_id == GuarantorAccount.id)
        .where(Patient.id == appointment.patient_id)
    ).one()
    phone = text_number(session, account)
    if told_by(session, account, about=About.VISITS, number=phone) is not Channel.TEXT:
        return
    queue_row(
        session,
        channel="sms",
        recipient=phone,
        category=TextCategory.VISITS.value,
        template=template,
        body="",  # worded when it leaves
        dedupe_key=f"{template}:{appointment.id}:{appointment.calendar_sequence}",
        guarantor_account_id=account.id,
        appointment_id=appointment.id,
        created_at=now,
    )


def _template(appointment: Appointment, kind: str, actor: Actor) -> str | None:
    if kind == "canceled" and appointment.canceled_side == "practice":
        return VISIT_CANCELED
    return VISIT_MOVED if kind == "moved" and actor.is_staff else None
