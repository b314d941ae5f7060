"""The e-mails about a visit: who gets them, what they keep to themselves, and the file that leaves with them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest
from icalendar import Calendar
from sqlalchemy import select

from portal.adapters.email import SmtpEmail
from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount
from portal.models.confidential import ConfidentialRequest
from portal.models.identity import Login
from portal.models.messages import OutboundMessage
from portal.services.appointment_actor import Actor
from portal.services.cancel_appointment import cancel_appointment
from portal.services.hold_slot import Holder, hold_slot
from portal.services.mail_visit import visit_file
from portal.services.move_appointment import move_appointment
from tests.booking_world import TUESDAY, BookingWorld, open_booking

URL = "https://bills.example.com"


@pytest.fixture
def world(database_url: str, now: datetime) -> BookingWorld:
    return open_booking(now)


def mails() -> list[OutboundMessage]:
    with read_only() as session:
        return list(
            session.scalars(
                select(OutboundMessage)
                .where(OutboundMessage.channel == "email")
                .order_by(OutboundMessage.id)
            )
        )


def entry(message: OutboundMessage, now: datetime) -> dict[str, object]:
    with read_only() as session:
        found = visit_file(session, message, now=now)
    assert found is not None
    [event] = Calendar.from_ical(found.data).walk("VEVENT")
    return event  # type: ignore[return-value]


def test_MSG_18_booked_moved_and_canceled_are_each_told_with_a_file_and_no_word_of_care(
    world: BookingWorld, now: datetime
) -> None:
    visit_id = world.book(reason="injury")
    actor = Actor(world.login_id, "portal", public_url=URL)
    moving = UUID(int=5)
    hold_slot(
        appointment_id=moving,
        start=world.start(TUESDAY),
        holder=Holder(patient_id=world.patient_id, login_id=world.login_id),
        now=now,
        moving=visit_id,
    )
    move_appointment(appointment_id=visit_id, hold_id=moving, actor=actor, now=now)
    cancel_appointment(
        appointment_id=visit_id, side="practice", reason="provider_away", actor=actor, now=now
    )
    booked, moved, canceled = mails()
    assert [one.template for one in (booked, moved, canceled)] == [
        "visit_booked",
        "visit_moved",
        "visit_canceled",
    ]
    assert "Monday, March 9 at 9:00 am" in booked.body
    assert f"{URL}/visits/{visit_id}" in moved.body
    for one in (booked, moved, canceled):
        assert one.recipient == "booking@example.com"
        assert not {"Ada", "doctor", "East", "injury"} & set(one.body.split())
    last = entry(canceled, now)
    assert (last["SUMMARY"], last["STATUS"], last["SEQUENCE"]) == (
        "Visit at Sample Family Health",
        "CANCELLED",
        2,
    )
    assert "LOCATION" not in last


def test_HIPAA_10_a_confidential_request_says_where_it_goes_or_that_it_goes_nowhere(
    world: BookingWorld, now: datetime
) -> None:
    with transaction() as session:
        session.add(
            ConfidentialRequest(
                login_id=world.login_id,
                account_ids=[world.account_id],
                no_email=True,
                source="page",
                asked_by_id=world.login_id,
                asked_at=now,
            )
        )
    world.book()
    assert mails() == []


def test_who_has_no_sign_in_is_told_at_the_address_on_file_and_in_spanish(
    world: BookingWorld, now: datetime
) -> None:
    with transaction() as session:
        session.get_one(Login, world.login_id).active = False
        account = session.get_one(GuarantorAccount, world.account_id)
        account.email, account.language = "file@example.com", "es"
    world.book()
    [one] = mails()
    assert one.recipient == "file@example.com"
    assert "Su cita es el lunes 9 de marzo a las 9:00 am." in " ".join(one.body.split())
    assert entry(one, now)["SUMMARY"] == "Consulta en Sample Family Health"


def test_the_file_is_a_part_of_the_mail_that_calendars_read(
    world: BookingWorld, now: datetime
) -> None:
    world.book()
    [one] = mails()
    with read_only() as session:
        found = visit_file(session, one, now=now)
    assert found is not None
    sender = SmtpEmail(url="smtp://localhost", sender="office@example.com")
    mail = sender._message(
        to="testa@example.com", subject="A", body="B\n", message_id="m", attachment=found
    )
    [part] = mail.iter_attachments()
    assert (part.get_content_type(), part.get_param("method")) == ("text/calendar", "PUBLISH")
    assert part.get_filename() == "visit.ics"
