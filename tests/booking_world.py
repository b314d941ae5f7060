"""A practice that books: two places in two zones, three providers, rooms, four kinds of visits, two patients.

`open_booking()` commits it and says the ids; `now` of the tests is Monday 2026-03-02, 10:00 in New York.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.appointments import Appointment
from portal.models.calendar import Location, ProviderProfile, Resource, ScheduleBlock, VisitType
from portal.models.claims import Provider
from portal.models.identity import AccountAccess, Login
from portal.models.practice import Practice
from portal.queries.viewer import PatientViewer
from portal.services.appointment_actor import Actor
from portal.services.book_appointment import Booking, book_appointment
from portal.services.hold_slot import Holder, Start, hold_slot

EAST_ZONE, WEST_ZONE = ZoneInfo("America/New_York"), ZoneInfo("America/Chicago")
SINCE = date(2026, 1, 1)
MONDAY, TUESDAY, NEXT_MONDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 9)
SPRING, FALL = date(2026, 3, 8), date(2026, 11, 1)  # Sundays on which clocks are changed


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingWorld:
    """Ids of what stands in the database.

    Ada works in the east, Monday to Friday 9 to 12 and 13 to 17. Ben does ECGs: Monday and Wednesday in the east,
    Tuesday and Thursday in the west, 9 to 12. Cy's times in the east, 9 to 11 and two at a time, can only be
    looked at; Cy sees adults, and takes no new patients.
    """

    east: int
    west: int
    ada: int
    ben: int
    cy: int
    visit: int  # 20 minutes
    first: int  # 40 minutes, for new patients
    ecg: int  # 20 minutes: an exam room and the ECG; skill "ecg"
    video: int  # 20 minutes, by video
    rooms: tuple[int, int]  # exam rooms in the east
    machine: int  # the ECG in the east
    account_id: int
    patient_id: int  # Testa Sample, 1980
    child_id: int  # Minny Sample, 2016, on the same account
    login_id: int  # Testa's sign-in
    newcomer_id: int  # a sign-in without a record
    now: datetime

    @property
    def viewer(self) -> PatientViewer:
        return PatientViewer(self.login_id, frozenset({self.account_id}))

    def at(self, day: date, wall: str, zone: ZoneInfo = EAST_ZONE) -> datetime:
        """The moment of "9:20" on a day, by the wall clock of a place."""
        hour, minute = wall.split(":")
        return datetime.combine(day, time(int(hour), int(minute)), tzinfo=zone)

    def start(self, day: date = NEXT_MONDAY, wall: str = "9:00", **other: int) -> Start:
        """Ada in the east, an ordinary visit, unless said otherwise."""
        wanted = {
            "visit_type_id": self.visit,
            "provider_id": self.ada,
            "location_id": self.east,
        } | other
        zone = WEST_ZONE if wanted["location_id"] == self.west else EAST_ZONE
        return Start(starts_at=self.at(day, wall, zone), **wanted)

    def actor(self, via: str = "portal") -> Actor:
        return Actor(self.login_id, via)

    def hold(
        self, start: Start, *, patient_id: int | None = None, now: datetime | None = None
    ) -> UUID:
        """A hold for Testa, or for another patient."""
        appointment_id = uuid4()
        holder = Holder(patient_id=patient_id or self.patient_id, login_id=self.login_id)
        hold_slot(appointment_id=appointment_id, start=start, holder=holder, now=now or self.now)
        return appointment_id

    def book(
        self,
        start: Start | None = None,
        *,
        patient_id: int | None = None,
        via: str = "portal",
        now: datetime | None = None,
        **booking: object,
    ) -> UUID:
        """A booked visit, by the services."""
        who = patient_id or self.patient_id
        appointment_id = self.hold(start or self.start(), patient_id=who, now=now)
        answers: dict[str, object] = {"coverage_intent": "self_pay"} | booking
        book_appointment(
            appointment_id=appointment_id,
            booking=Booking(patient_id=who, **answers),  # type: ignore[arg-type]
            actor=self.actor(via),
            now=now or self.now,
        )
        return appointment_id

    def row(self, appointment_id: UUID) -> Appointment:
        with read_only() as session:
            return session.get_one(Appointment, appointment_id)


def open_booking(now: datetime, *, with_practice: bool = True) -> BookingWorld:
    """Commit it all. Without `with_practice` the practice stands there already."""
    with transaction() as session:
        if with_practice:
            session.add(_practice())
            session.flush()
        return lay_booking(session, now)


def lay_booking(session: Session, now: datetime) -> BookingWorld:
    """The same, but for the practice, in a session of the test's own."""
    east = Location(
        code="east",
        name="Sample East",
        street="1 Sample Street",
        city="Sampleton",
        state="NY",
        postal_code="10001",
        phone="+12125550100",
        time_zone=EAST_ZONE.key,
        directions="Park behind the house.",
    )
    west = Location(code="west", name="Sample West", city="Chicago", time_zone=WEST_ZONE.key)
    session.add_all([east, west])
    session.flush()
    rooms = [
        Resource(location_id=east.id, kind="room", name="Room 1", features=["exam"]),
        Resource(location_id=east.id, kind="room", name="Room 2", features=["exam", "procedure"]),
        Resource(location_id=east.id, kind="equipment", name="ECG", features=["ecg"]),
        Resource(location_id=west.id, kind="room", name="Room W", features=["exam", "ecg"]),
    ]
    ada, ben, cy = (
        Provider(npi=f"155501000{n}", last_name="Sample", first_name=name)
        for n, name in enumerate(("Ada", "Ben", "Cy"))
    )
    kinds = _kinds()
    session.add_all([*rooms, ada, ben, cy, *kinds.values()])
    session.flush()
    session.add_all(_profiles(ada.id, ben.id, cy.id))
    session.flush()
    for weekday in range(5):
        for starts, ends in ((9, 12), (13, 17)):
            session.add(block(ada.id, east.id, weekday, starts, ends))
        if weekday < 4:
            session.add(block(ben.id, west.id if weekday % 2 else east.id, weekday, 9, 12))
        session.add(block(cy.id, east.id, weekday, 9, 11, capacity=2))
    return _people(
        session,
        now,
        east=east.id,
        west=west.id,
        ada=ada.id,
        ben=ben.id,
        cy=cy.id,
        rooms=(rooms[0].id, rooms[1].id),
        machine=rooms[2].id,
        **{code: kind.id for code, kind in kinds.items()},
    )


def _kinds() -> dict[str, VisitType]:
    return {
        "visit": VisitType(
            code="visit", name="A visit", name_es="Una visita", minutes=20, position=1
        ),
        "first": VisitType(
            code="first", name="A first visit", minutes=40, for_whom="new", position=2
        ),
        "ecg": VisitType(
            code="ecg",
            name="A heart test",
            minutes=20,
            skills=["ecg"],
            resource_features=["exam", "ecg"],
            preparation="Wear a loose shirt.",
            needs_referral=True,
            position=3,
        ),
        "video": VisitType(
            code="video", name="A video visit", minutes=20, modality="video", position=4
        ),
    }


def _profiles(ada: int, ben: int, cy: int) -> list[ProviderProfile]:
    return [
        ProviderProfile(
            provider_id=ada,
            specialty="family",
            plain_specialty="Family doctor",
            languages=["en", "es"],
        ),
        ProviderProfile(
            provider_id=ben,
            specialty="heart",
            plain_specialty="Heart doctor",
            languages=["en"],
            skills=["ecg"],
        ),
        ProviderProfile(
            provider_id=cy,
            specialty="family",
            plain_specialty="Family doctor",
            languages=["en"],
            takes_new=False,
            min_age_months=18 * 12,
            booking="view",
        ),
    ]


def _people(session: Session, now: datetime, **ids: object) -> BookingWorld:
    account = GuarantorAccount(
        number="7700001",
        named=True,
        first_name="Testa",
        last_name="Sample",
        birth_on=date(1980, 5, 4),
        mobile="+12125550123",
        email="booking@example.com",
    )
    logins = [
        Login(face="patient", email=f"{name}@example.com", name=words, fs_uniquifier=name)
        for name, words in (("booking", "Testa Sample"), ("new.booking", "Newby Sample"))
    ]
    session.add_all([account, *logins])
    session.flush()
    access = AccountAccess(
        login_id=logins[0].id,
        guarantor_account_id=account.id,
        granted_by="staff:1",
        granted_at=now,
    )
    patients = [
        Patient(
            guarantor_account_id=account.id,
            practice_patient_id=f"B{n}",
            first_name=first,
            last_name="Sample",
            match_name=f"sample {first.lower()}",
            birth_on=born,
            sex="F",
        )
        for n, (first, born) in enumerate(
            (("Testa", date(1980, 5, 4)), ("Minny", date(2016, 7, 1)))
        )
    ]
    session.add_all([access, *patients])
    session.flush()
    return BookingWorld(
        account_id=account.id,
        patient_id=patients[0].id,
        child_id=patients[1].id,
        login_id=logins[0].id,
        newcomer_id=logins[1].id,
        now=now,
        **ids,  # type: ignore[arg-type]
    )


def block(provider_id: int, location_id: int, weekday: int, starts: int, ends: int, **other: int):
    """Hours of one weekday, in steps of 20 minutes."""
    return ScheduleBlock(
        provider_id=provider_id,
        location_id=location_id,
        weekday=weekday,
        starts=time(starts),
        ends=time(ends),
        step_minutes=20,
        since=SINCE,
        **other,
    )


def _practice() -> Practice:
    return Practice(
        name="Sample Family Health",
        legal_name="Sample Family Health LLC",
        npi="1555000001",
        tax_id="00-0000000",
        street="1 Sample Street",
        city="Sampleton",
        state="NY",
        postal_code="10001",
        phone="212-555-0100",
        phone_hours="weekdays 8 to 5",
        email="office@example.com",
        assistance_phone="212-555-0101",
        assistance_url="https://example.com/help",
    )
