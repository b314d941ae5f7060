"""The demo's told visits: one that was reminded of and answered by text, people who wait for an earlier time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from portal import queue
from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.calendar import VisitType
from portal.models.identity import Login
from portal.models.messages import ThreadMessage
from portal.queries.free_times import Slot, Wish, free_times
from portal.queries.permissions import ROLES
from portal.queries.text_consents import TextCategory
from portal.queries.viewer import StaffViewer
from portal.services.answer_thread import answer_thread
from portal.services.appointment_actor import Actor
from portal.services.appointment_time import Start
from portal.services.book_appointment import Booking, book_appointment
from portal.services.hold_slot import Holder, hold_slot
from portal.services.join_waitlist import Waits, WaitsFor, join_waitlist
from portal.services.queue_visit_reminders import queue_visit_reminders
from portal.services.receive_text import RECEIVED
from portal.services.record_text_consent import Said, grant_texts
from portal.wiring import Gateways
from tools.demo_practice import ZONE, at

BOOKED_DAYS_AGO = 9
QUESTION = "Do I have to bring my old X-ray?"
ANSWER = "No, we have your pictures here. See you soon."
WAITING = ("testa", "two_plans", "decided_again")


def agree_to_visit_texts(*, now: datetime) -> None:
    """Whoever gave the desk a mobile number wants to be reminded there; to texts about bills fewer said yes."""
    with transaction() as session:
        for account in session.scalars(
            select(GuarantorAccount).where(GuarantorAccount.mobile != "")
        ).all():
            grant_texts(
                session,
                phone=account.mobile,
                category=TextCategory.VISITS,
                guarantor_account_id=account.id,
                said=Said(source="paper", wording_version="2026-1", wording="desk form"),
                now=now,
            )


def tell_visits(people: Mapping[str, Any], *, office: Gateways, url: str, now: datetime) -> None:
    """Visita's visit comes soon; she was reminded yesterday, confirmed, and asked something."""
    yesterday = now.astimezone(ZONE).date() - timedelta(days=1)
    at_ten = at(yesterday, 10)
    patient, login_id, phone = _person(people["visits"])
    _book(
        patient, login_id, now=at(yesterday - timedelta(days=BOOKED_DAYS_AGO), 9), reminded=at_ten
    )
    queue_visit_reminders(on=yesterday, now=at_ten, public_url=office.public_url)
    _work_off(url, office, at_ten)
    for minutes, words in ((4, "C"), (6, QUESTION)):
        _text(phone, words, at_ten + timedelta(minutes=minutes))
        _work_off(url, office, at_ten + timedelta(minutes=minutes))
    desk = _desk()
    answer_thread(
        account_id=patient.guarantor_account_id,
        text=ANSWER,
        form_id=uuid4(),
        staff=desk,
        public_url=office.public_url,
        now=at_ten + timedelta(minutes=30),
    )
    _work_off(url, office, at_ten + timedelta(hours=1))
    _wait(people, now=now)


def _work_off(url: str, office: Gateways, now: datetime) -> None:
    if queue.run_due(url, office, now=now):
        raise RuntimeError("a job of the demo's visits failed")


def _person(person: Mapping[str, Any]) -> tuple[Patient, int, str]:
    with read_only() as session:
        patient = session.scalars(
            select(Patient).where(Patient.practice_patient_id == person["practice_patient_id"])
        ).one()
        login_id = session.scalars(
            select(Login.id).where(Login.face == "patient", Login.email == person["email"])
        ).one()
        account = session.get_one(GuarantorAccount, patient.guarantor_account_id)
        return patient, login_id, account.mobile


def _book(patient: Patient, login_id: int, *, now: datetime, reminded: datetime) -> None:
    """A time three days after the reminder, or the next one that is free."""
    with read_only() as session:
        slot = _free(session, "office", after=reminded + timedelta(days=2, hours=20), now=now)
    appointment_id, actor = uuid4(), Actor(login_id, "portal")
    hold_slot(
        appointment_id=appointment_id,
        start=Start(
            visit_type_id=slot.visit_type_id,
            provider_id=slot.provider_id,
            location_id=slot.location_id,
            starts_at=slot.starts_at,
        ),
        holder=Holder(patient_id=patient.id, login_id=login_id),
        now=now,
    )
    book_appointment(
        appointment_id=appointment_id,
        booking=Booking(patient_id=patient.id, coverage_intent="insurance", reason="follow_up"),
        actor=actor,
        now=now,
    )


def _free(session: Any, code: str, *, after: datetime, now: datetime) -> Slot:
    kind = session.scalars(select(VisitType.id).where(VisitType.code == code)).one()
    day = after.astimezone(ZONE).date()
    wish = Wish(
        visit_type_id=kind, first_day=day, last_day=day + timedelta(days=10), not_before=time(9)
    )
    return next(slot for slot in free_times(session, wish, now=now) if slot.starts_at > after)


def _text(phone: str, body: str, now: datetime) -> None:
    """As the carrier hands it over; her phone is in the sandbox's inbox."""
    with transaction() as session:
        row = ThreadMessage(
            author="patient",
            channel="sms",
            phone=phone,
            kind=RECEIVED,
            body=body,
            provider_id=f"SM{uuid4().hex}",
            at=now,
        )
        session.add(row)
        session.flush()
        queue.enqueue(session, "handle_text", message_id=row.id, answered=False)


def _desk() -> StaffViewer:
    with read_only() as session:
        login_id = session.scalars(
            select(Login.id).where(Login.face == "staff", Login.role == "manager")
        ).one()
    return StaffViewer(login_id, "manager", ROLES["manager"])


def _wait(people: Mapping[str, Any], *, now: datetime) -> None:
    """The office wrote down three who want to come sooner, the second one urgently."""
    today = now.astimezone(ZONE).date()
    with read_only() as session:
        kind = session.scalars(select(VisitType.id).where(VisitType.code == "office")).one()
        patients = [
            session.scalars(
                select(Patient.id).where(
                    Patient.practice_patient_id == people[key]["practice_patient_id"]
                )
            ).one()
            for key in WAITING
        ]
    for days, patient_id in enumerate(patients, start=1):
        join_waitlist(
            entry_id=uuid4(),
            who=WaitsFor(patient_id=patient_id),
            waits=Waits(
                visit_type_id=kind, first_day=today, last_day=today + timedelta(days=20 * days)
            ),
            now=now - timedelta(days=days),
        )
