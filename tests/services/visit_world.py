"""Booked visits as plain rows, people who are told of them, and a worker that hands over what is due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.appointments import Appointment
from portal.models.calendar import Location, ProviderProfile, VisitType
from portal.models.claims import Provider
from portal.models.identity import AccountAccess, Login
from portal.models.messages import OutboundMessage
from portal.ports import Accepted
from portal.queries.text_consents import TextCategory
from portal.services.record_text_consent import Said, grant_texts
from portal.services.send_message import send_message
from portal.services.word_message import Links
from tests.services.ledger_book import Book

URL = "http://localhost:8000"
LINKS = Links(hash_keys=(b"0" * 32,), public_url=URL)
NEW_YORK = ZoneInfo("America/New_York")


class Killed(BaseException):
    """The worker's process is gone at this point."""


@dataclass
class Post:
    """What reached the providers; `dies` makes the next one end the worker, before or after it was taken over."""

    texts: list[tuple[datetime, str, str]] = field(default_factory=list)
    emails: list[tuple[datetime, str, str]] = field(default_factory=list)
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    dies: str = ""

    def __call__(self, box: list[tuple[datetime, str, str]], to: str, body: str) -> Accepted:
        dies, self.dies = self.dies, ""
        if dies == "before":
            raise Killed
        box.append((self.now, to, body))
        if dies == "after":
            raise Killed
        return Accepted(provider_id=f"SM{len(self.texts)}-{len(self.emails)}")


@dataclass
class Sms:
    """Texts, without a network."""

    post: Post

    def send(self, *, to: str, body: str) -> Accepted:
        return self.post(self.post.texts, to, body)

    def find(self, *, to: str, body: str, since: datetime) -> Accepted | None:
        found = [
            at for at, who, what in self.post.texts if (who, what) == (to, body) and at >= since
        ]
        return Accepted(provider_id=f"SMfound{len(self.post.texts)}-{to}") if found else None


@dataclass
class Mail:
    """E-mails, without a network; a second copy of one id is the same e-mail to its reader."""

    post: Post
    seen: set[str] = field(default_factory=set)

    def send(
        self, *, to: str, subject: str, body: str, message_id: str, attachment: object = None
    ) -> Accepted:
        if message_id in self.seen:
            return Accepted(provider_id=f"{message_id}-again")
        if self.post.dies != "before":
            self.seen.add(message_id)
        return self.post(self.post.emails, to, f"{subject}\n{body}")


@dataclass
class Worker:
    """Hands over what is due, as the jobs do; after a kill the sweep finds what was left."""

    post: Post = field(default_factory=Post)

    def __post_init__(self) -> None:
        self.sms, self.email = Sms(self.post), Mail(self.post)

    def work(self, now: datetime) -> None:
        self.post.now = now
        for message_id in due(now):
            send_message(
                message_id=message_id,
                sms=self.sms,  # type: ignore[arg-type]
                email=self.email,  # type: ignore[arg-type]
                now=now,
                links=LINKS,
            )


def due(now: datetime) -> list[int]:
    message = OutboundMessage
    waits = or_(message.not_before.is_(None), message.not_before <= now)
    with read_only() as session:
        return list(
            session.scalars(
                select(message.id)
                .where(message.state.in_(("queued", "sending")), message.channel != "paper", waits)
                .order_by(message.id)
            )
        )


def next_wait(after: datetime) -> datetime | None:
    """When the next message that waits may be asked about again."""
    message = OutboundMessage
    with read_only() as session:
        return session.scalar(
            select(func.min(message.not_before)).where(
                message.state == "queued", message.not_before > after
            )
        )


@dataclass
class Calendar(Book):
    """A practice with a calendar; `place` and `kind` are what every visit needs."""

    def calendar(self, zone: str = "America/New_York") -> None:
        self.place = self.add(
            Location(code=f"L{self.number()}", name="Main Street", time_zone=zone)
        )
        self.kind = self.add(
            VisitType(code=f"T{self.number()}", name="Colonoscopy talk", minutes=30)
        )
        self.doctor = self.provider()

    def provider(self) -> int:
        row = self.add(
            Provider(npi=f"19999{self.number():05}", last_name="Careworth", first_name="Sam")
        )
        self.add(ProviderProfile(provider_id=row.id, specialty="gastro"))
        return row.id

    def person(self, *, phone: str = "", login: str = "", **fields) -> Patient:
        """A patient with an account; agreed to texts about visits if there is a number, and signed up if `login`."""
        address = {
            "street": "1 Invented Street",
            "city": "Sampletown",
            "state": "NY",
            "postal_code": "10001",
        }
        account = self.account(**(address | {"mobile": phone} | fields))
        if phone:
            agree_to_visits(self.session, account.id, phone, datetime(2026, 1, 2, tzinfo=UTC))
        if login:
            row = self.add(
                Login(
                    face="patient",
                    email=login,
                    fs_uniquifier=uuid4().hex,
                    confirmed_at=datetime(2026, 1, 2, tzinfo=UTC),
                )
            )
            self.add(
                AccountAccess(
                    login_id=row.id,
                    guarantor_account_id=account.id,
                    granted_by="enrolment_code:1",
                    granted_at=datetime(2026, 1, 2, tzinfo=UTC),
                )
            )
        return self.patient(account)

    def booked(self, patient: Patient, starts_at: datetime, *, set_at: datetime, **fields) -> UUID:
        ends_at = starts_at + timedelta(minutes=30)
        defaults = {
            "id": uuid4(),
            "patient_id": patient.id,
            "provider_id": self.doctor,
            "location_id": self.place.id,
            "visit_type_id": self.kind.id,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "starts_on": starts_at.astimezone(ZoneInfo(self.place.time_zone)).date(),
            "busy_from": starts_at,
            "busy_to": ends_at,
            "state": "booked",
            "state_at": set_at,
            "coverage_intent": "insurance",
            "booked_at": set_at,
            "time_set_at": set_at,
        }
        return self.add(Appointment(**(defaults | fields))).id


def agree_to_visits(session: Session, account_id: int, phone: str, now: datetime) -> None:
    account = session.get_one(GuarantorAccount, account_id)
    account.proven_mobile, account.proven_mobile_at = phone, now
    grant_texts(
        session,
        phone=phone,
        category=TextCategory.VISITS,
        guarantor_account_id=account_id,
        said=Said(source="web", wording_version="1", wording="I agree."),
        now=now,
    )


def change(appointment_id: UUID, **fields: object) -> None:
    """As the office would: moved, confirmed, given up."""
    with transaction() as session:
        row = session.get_one(Appointment, appointment_id)
        for name, value in fields.items():
            setattr(row, name, value)
        if "starts_at" in fields:
            row.ends_at = row.busy_to = row.starts_at + timedelta(minutes=30)
            row.busy_from = row.starts_at
            row.starts_on = row.starts_at.astimezone(NEW_YORK).date()
            row.confirmed_at = None


def outbound() -> list[OutboundMessage]:
    with read_only() as session:
        return list(session.scalars(select(OutboundMessage).order_by(OutboundMessage.id)))


def at(day: date, clock: time, zone: ZoneInfo = NEW_YORK) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def days(first: date, number: int) -> Iterator[date]:
    return (first + timedelta(days=one) for one in range(number))
