"""One appointment as the office sees it: its facts, what happened to it, what was sent about it, what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.transitions import APPOINTMENT, AppointmentState, AppointmentStep
from billing.visit_reasons import CANCEL_WORDS, CancelReason, reason_words
from portal.db import read_only
from portal.models.appointments import Appointment, AppointmentEvent, AppointmentTask
from portal.models.calendar import Location
from portal.models.check_in import CheckInStep
from portal.models.claims import Provider
from portal.models.identity import Login
from portal.models.messages import OutboundMessage
from portal.queries.appointment_row import AppointmentFacts, appointment_facts
from portal.queries.missed_visits import MissedVisits, missed_visits
from portal.queries.rebook_offers import OfferedTime, rebook_offers

INTENTS = {
    "insurance": "Insurance",
    "self_pay": "Self-pay: no plan",
    "do_not_file": "Has a plan, and wants no claim filed",
}
VIAS = {
    "portal": "on the patients’ pages",
    "text": "by text",
    "kiosk": "at the tablet",
    "staff": "by the office",
    "check_out": "at check-out",
    "waitlist": "from the waitlist",
    "day": "by itself",
    "link": "by the link in a text",
}
EVENTS = {
    "held": "Time kept",
    "booked": "Booked",
    "moved": "Moved",
    "confirmed": "Confirmed",
    "canceled": "Canceled",
    "arrived": "Arrived",
    "in_room": "In the room",
    "done": "Done",
    "no_show": "Did not come",
    "undone": "Mark taken back",
    "expired": "Kept time over",
}
TASKS = {
    "coverage": "Check the coverage",
    "referral": "Referral",
    "authorisation": "Authorization",
    "estimate": "Estimate",
    "card": "Insurance card",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    """What happened, in a line."""

    at: datetime
    words: str
    detail: str
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLine:
    """A text or an e-mail about the appointment."""

    at: datetime
    channel: str
    template: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLine:
    """What has to be done before the visit."""

    words: str
    due_on: Any
    state: str
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentPage:
    """The page; `steps` are what may be done with the appointment now."""

    facts: AppointmentFacts
    events: tuple[EventLine, ...]
    messages: tuple[MessageLine, ...]
    tasks: tuple[TaskLine, ...]
    checked_in: tuple[str, ...]
    offers: tuple[OfferedTime, ...]
    missed: int
    steps: frozenset[AppointmentStep]
    is_past: bool

    def may(self, step: str) -> bool:
        return AppointmentStep(step) in self.steps

    @property
    def seen_at(self) -> str:
        """What the page was made from; whoever changes it sends this back."""
        return self.facts.state_at.isoformat()

    @property
    def intent(self) -> str:
        return INTENTS.get(self.facts.coverage_intent, "Not asked yet")

    @property
    def reason(self) -> str:
        return reason_words(self.facts.reason)

    @property
    def cancel_reason(self) -> str:
        return cancel_words(self.facts.cancel_reason)

    @property
    def accounts(self) -> tuple[int, ...]:
        return (self.facts.account_id,) if self.facts.account_id else ()

    @property
    def patients(self) -> tuple[int, ...]:
        return (self.facts.patient_id,) if self.facts.patient_id else ()


def cancel_words(code: str) -> str:
    """Why it was canceled, as it was said."""
    return CANCEL_WORDS[CancelReason(code)] if code in {one.value for one in CancelReason} else code


def appointment_page(appointment_id: UUID, *, on: date, now: datetime) -> AppointmentPage | None:
    """The appointment; None where there is none, or only a time that was kept for a moment."""
    with read_only() as session:
        found = appointment_facts(session, Appointment.id == appointment_id)
        if not found or found[0].state == "expired":
            return None
        (facts,) = found
        canceled = facts.state == "canceled"
        return AppointmentPage(
            facts=facts,
            events=_events(session, facts),
            messages=_messages(session, appointment_id),
            tasks=_tasks(session, appointment_id),
            checked_in=_checked_in(session, appointment_id),
            offers=rebook_offers(session, appointment_id, now) if canceled else (),
            missed=_missed(session, facts, on=on).missed,
            steps=frozenset(APPOINTMENT[AppointmentState(facts.state)]),
            is_past=facts.starts_at <= now,
        )


def _missed(session: Session, facts: AppointmentFacts, *, on: date) -> MissedVisits:
    if facts.patient_id is None:
        return MissedVisits()
    counts = missed_visits(session, [facts.patient_id], on=on)
    return counts.get(facts.patient_id, MissedVisits())


def _events(session: Session, facts: AppointmentFacts) -> tuple[EventLine, ...]:
    rows = session.execute(
        select(AppointmentEvent, Login.name, Login.email)
        .outerjoin(Login, Login.id == AppointmentEvent.login_id)
        .where(AppointmentEvent.appointment_id == facts.appointment_id)
        .order_by(AppointmentEvent.id)
    ).all()
    moved = [event for event, *_ in rows if event.kind == "moved"]
    names = _Names(session, moved) if moved else None
    return tuple(
        EventLine(
            at=event.at,
            words=EVENTS.get(event.kind, event.kind.replace("_", " ").capitalize()),
            detail=_detail(event, names),
            who=(name or email or VIAS.get(event.via, event.via)),
        )
        for event, name, email in rows
        if event.kind not in {"held", "expired"} or len(rows) == 1
    )


class _Names:
    """Who and where, for moves."""

    def __init__(self, session: Session, moved: Sequence[AppointmentEvent]) -> None:
        ends = [event.detail.get(end, {}) for event in moved for end in ("from", "to")]
        people = session.scalars(
            select(Provider).where(Provider.id.in_({end.get("provider_id") for end in ends}))
        )
        self.people = {one.id: one.display_name for one in people}
        places = session.scalars(
            select(Location).where(Location.id.in_({end.get("location_id") for end in ends}))
        )
        self.places = {one.id: (one.name, one.time_zone) for one in places}

    def place(self, end: dict[str, Any]) -> str:
        """`Mar 9, 9:00 AM, Dr. Ada Sample, Sample East`."""
        name, zone = self.places.get(end.get("location_id", 0), ("", "UTC"))
        local = datetime.fromisoformat(end["starts_at"]).astimezone(ZoneInfo(zone))
        when = f"{local:%b} {local.day}, {local.hour % 12 or 12}:{local:%M %p}"
        return ", ".join(
            part for part in (when, self.people.get(end.get("provider_id", 0), ""), name) if part
        )


def _detail(event: AppointmentEvent, names: _Names | None) -> str:
    detail = event.detail
    if event.kind == "moved" and names and "from" in detail and "to" in detail:
        return f"From {names.place(detail['from'])} to {names.place(detail['to'])}"
    if event.kind == "canceled":
        side = "by the practice" if detail.get("side") == "practice" else "for the patient"
        late = "; late" if detail.get("late") else ""
        return f"{side}: {cancel_words(str(detail.get('reason', '')))}{late}"
    return ""


def _messages(session: Session, appointment_id: UUID) -> tuple[MessageLine, ...]:
    rows = session.scalars(
        select(OutboundMessage)
        .where(OutboundMessage.appointment_id == appointment_id)
        .order_by(OutboundMessage.id)
    )
    return tuple(
        MessageLine(
            at=row.sent_at or row.created_at,
            channel={"sms": "Text", "email": "E-mail"}.get(row.channel, row.channel),
            template=row.template.replace("_", " ").replace(".", " "),
            state=row.state,
        )
        for row in rows
    )


def _tasks(session: Session, appointment_id: UUID) -> tuple[TaskLine, ...]:
    rows = session.scalars(
        select(AppointmentTask)
        .where(AppointmentTask.appointment_id == appointment_id, AppointmentTask.state != "dropped")
        .order_by(AppointmentTask.due_on, AppointmentTask.id)
    )
    return tuple(
        TaskLine(
            words=TASKS.get(row.kind, row.kind),
            due_on=row.due_on,
            state=row.state,
            result=row.result,
        )
        for row in rows
    )


def _checked_in(session: Session, appointment_id: UUID) -> tuple[str, ...]:
    rows = session.scalars(
        select(CheckInStep.step)
        .where(CheckInStep.appointment_id == appointment_id)
        .order_by(CheckInStep.done_at)
    )
    return tuple(step.replace("_", " ").capitalize() for step in rows)
