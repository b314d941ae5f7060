"""Mail whoever reads the account that a visit was booked, moved or canceled, with its calendar file (MSG-17, MSG-18).

It goes beside a text, for a text carries no file. A confidential request says where to, or that it goes nowhere.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.visit_ics import CalendarVisit, visit_ics
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.appointments import Appointment
from portal.models.calendar import Location
from portal.models.identity import Login
from portal.models.messages import OutboundMessage
from portal.models.practice import Practice
from portal.ports import Attachment
from portal.queries.account_readers import reader_emails
from portal.queries.reach import mailbox
from portal.services.appointment_actor import Actor
from portal.services.letters import letterhead
from portal.services.queue_letter import queue_letter
from portal.services.reminder_letters import When
from portal.services.visit_letters import BOOKED, CALLED_OFF, GIVEN_BACK, MOVED, WORDS, visit_letter

SUMMARY = {"en": "Visit at {practice}", "es": "Consulta en {practice}"}


def mail_visit(
    session: Session, *, appointment: Appointment, kind: str, actor: Actor, now: datetime
) -> None:
    """In the transaction of what happened; once for each time that it happens."""
    template = _template(appointment, kind)
    if template is None or appointment.starts_at <= now:
        return
    account, language, addresses = _readers(session, appointment)
    if not addresses:
        return
    zone = session.execute(
        select(Location.time_zone).where(Location.id == appointment.location_id)
    ).scalar_one()
    page = f"/visits/{appointment.id}" if template != GIVEN_BACK else "/visits/book"
    letter = visit_letter(
        template,
        letterhead(session, public_url=actor.public_url),
        When(appointment.starts_at.astimezone(ZoneInfo(zone))),
        page=page,
        language=language,
    )
    for address in addresses:
        queue_letter(
            session,
            to=address,
            letter=letter,
            now=now,
            guarantor_account_id=account.id if account else None,
            appointment_id=appointment.id,
            dedupe_key=f"{template}:{appointment.id}:{appointment.calendar_sequence}:{address}",
        )


def visit_file(session: Session, message: OutboundMessage, *, now: datetime) -> Attachment | None:
    """The calendar file that leaves with one of these, as the visit stands at that moment; of another message none.

    It names neither the place nor the person: an e-mail may be read by others (MSG-18).
    """
    if message.template not in WORDS or message.appointment_id is None:
        return None
    row, zone, practice, language = session.execute(
        select(Appointment, Location.time_zone, Practice, GuarantorAccount.language)
        .join(Location, Location.id == Appointment.location_id)
        .join(Practice, Practice.id == 1)
        .outerjoin(GuarantorAccount, GuarantorAccount.id == message.guarantor_account_id)
        .where(Appointment.id == message.appointment_id)
    ).one()
    summary = SUMMARY.get(language or row.language, SUMMARY["en"])
    visit = CalendarVisit(
        visit_id=row.id,
        sequence=row.calendar_sequence,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        zone=zone,
        summary=summary.format(practice=practice.name),
        organizer=practice.email,
        canceled=row.state == "canceled",
    )
    method = "CANCEL" if visit.canceled else "PUBLISH"
    return Attachment(
        name="visit.ics",
        kind="text/calendar",
        data=visit_ics(visit, written_at=now),
        parameters={"charset": "utf-8", "method": method},
    )


def _template(appointment: Appointment, kind: str) -> str | None:
    if kind == "canceled":
        return CALLED_OFF if appointment.canceled_side == "practice" else GIVEN_BACK
    return {"booked": BOOKED, "moved": MOVED}.get(kind)


def _readers(
    session: Session, appointment: Appointment
) -> tuple[GuarantorAccount | None, str, tuple[str, ...]]:
    """The account, its language, and the mailboxes; without a sign-in the address in the practice's file."""
    if appointment.patient_id is None:
        email = session.scalar(select(Login.email).where(Login.id == appointment.newcomer_id))
        to = mailbox(session, email, account_id=None) if email else ""
        return None, appointment.language, (to,) if to else ()
    account = session.scalars(
        select(GuarantorAccount)
        .join(Patient, Patient.guarantor_account_id == GuarantorAccount.id)
        .where(Patient.id == appointment.patient_id)
    ).one()
    found = reader_emails(session, account_id=account.id)
    if not found and account.email:
        to = mailbox(session, account.email, account_id=account.id)
        found = (to,) if to else ()
    return account, account.language, found
