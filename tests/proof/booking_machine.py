"""A machine that holds, books, moves, cancels, marks and edits templates in any order, over days on which clocks change.

It keeps a diary of its own, by what each call answered. After every step the diary, the rows and the events
must tell the same story, and no two visits may share a provider's place, a room or a person.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, ClassVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from billing.free_times import Slot
from billing.transitions import AppointmentStep
from portal.db import read_only, transaction
from portal.models.appointments import (
    Appointment,
    AppointmentEvent,
)
from portal.models.calendar import ScheduleBlock, ScheduleException
from portal.queries.free_times import Wish, free_times
from portal.services.appointment_actor import (
    CannotChangeVisit,
    HoldEnded,
    PersonBusy,
    TooLateToCancel,
)
from portal.services.book_appointment import Booking, book_appointment
from portal.services.cancel_appointment import cancel_appointment
from portal.services.hold_slot import Holder, Overbook, Start, hold_slot
from portal.services.mark_appointment import MARKS, mark_appointment
from portal.services.mark_missed import mark_missed
from portal.services.move_appointment import move_appointment
from portal.services.refusal import NotFound
from portal.services.release_hold import release_hold
from portal.services.tend_holds import tend_holds
from tests.booking_world import FALL, SPRING, BookingWorld, open_booking
from tests.proof.booking_laws import broken_times, living

PICKS = st.integers(0, 40)
PEOPLE = st.integers(0, 1)
KINDS = st.sampled_from(["visit", "visit", "ecg", "video"])
STEPS = st.sampled_from(sorted(MARKS))
LATER = st.sampled_from(
    [timedelta(minutes=3), timedelta(minutes=6), timedelta(hours=3), timedelta(days=1)]
)
BLOCKS = st.sampled_from([(1, 4), (8, 12), (9, 10), (13, 18)])


@dataclass
class Noted:
    """What the diary says of one visit."""

    person: int
    starts_at: datetime
    provider_id: int
    state: str = "booked"
    moved: bool = False


class BookingMachine(RuleBasedStateMachine):
    """`opens` hands out an empty database; whoever runs it sets it."""

    opens: ClassVar[Callable[[], datetime]]

    @initialize(spring=st.booleans())
    def open(self, spring: bool) -> None:
        self.begin(spring)

    def begin(self, spring: bool) -> None:
        self.world: BookingWorld = open_booking(type(self).opens())
        # On the Friday before a change of clocks, at nine: the search reaches over it.
        friday = (SPRING if spring else FALL) - timedelta(days=2)
        self.now = self.world.at(friday, "9:00")
        self.people = (self.world.patient_id, self.world.child_id)
        self.diary: dict[UUID, Noted] = {}
        self.holds: dict[UUID, int | None] = {}  # whose; None is nobody's yet
        self.made = 0

    def fresh(self) -> UUID:
        """A number that is the same when the story is told again."""
        self.made += 1
        return UUID(int=self.made)

    def _slot(self, kind: str, pick: int, *, for_staff: bool = False) -> Slot | None:
        day = self.now.date()
        wish = Wish(
            visit_type_id=getattr(self.world, kind), first_day=day, last_day=day + timedelta(days=4)
        )
        with read_only() as session:
            found = free_times(session, wish, now=self.now, for_staff=for_staff, limit=60)
        return found[pick * len(found) // 41] if found else None

    def _hold(
        self, slot: Slot, person: int | None, *, until: datetime | None = None, **other: Any
    ) -> UUID | None:
        hold_id = self.fresh()
        start = Start(
            visit_type_id=slot.visit_type_id,
            provider_id=slot.provider_id,
            location_id=slot.location_id,
            starts_at=slot.starts_at,
        )
        try:
            hold_slot(
                appointment_id=hold_id,
                start=start,
                holder=Holder(patient_id=person, login_id=self.world.login_id),
                now=self.now,
                until=until,
                **other,
            )
        except PersonBusy:
            assert person is not None
            assert self._standing(person, slot.starts_at, slot.ends_at)
            return None
        self.holds[hold_id] = person
        return hold_id

    def _standing(self, person: int, start: datetime, end: datetime) -> bool:
        """By the rows: whether this person has something then."""
        return any(
            row.patient_id == person and row.starts_at < end and row.ends_at > start
            for row in self._living()
        )

    def _living(self) -> list[Appointment]:
        return living(self.now)

    def _book(self, hold_id: UUID, person: int) -> bool:
        try:
            book_appointment(
                appointment_id=hold_id,
                booking=Booking(patient_id=person, coverage_intent="self_pay"),
                actor=self.world.actor(),
                now=self.now,
            )
        except (HoldEnded, PersonBusy, NotFound, CannotChangeVisit):
            return False
        if hold_id not in self.diary:
            with read_only() as session:
                row = session.get_one(Appointment, hold_id)
            self.diary[hold_id] = Noted(person, row.starts_at, row.provider_id)
        return self.diary[hold_id].person == person

    def _pick(self, of: Any, pick: int) -> Any:
        found = list(of)
        return found[pick % len(found)] if found else None

    @rule(kind=KINDS, pick=PICKS, who=PEOPLE, books=st.booleans())
    def chooses(self, kind: str, pick: int, who: int, books: bool) -> None:
        """What is offered can be had; nobody else is quicker in a story of one."""
        slot = self._slot(kind, pick)
        if slot is not None:
            hold_id = self._hold(slot, self.people[who])
            if hold_id is not None and books:
                assert self._book(hold_id, self.people[who])

    @rule(pick=PICKS, who=PEOPLE)
    def books_later(self, pick: int, who: int) -> None:
        hold_id = self._pick(self.holds, pick)
        if hold_id is not None:
            booked = self._book(hold_id, self.people[who])
            assert not booked or self.holds[hold_id] in {None, self.people[who]}

    @rule(kind=KINDS, pick=PICKS, first=PEOPLE)
    def an_opening_is_accepted_twice(self, kind: str, pick: int, first: int) -> None:
        """As the waitlist does: a hold for nobody, and two who say yes."""
        slot = self._slot(kind, pick)
        if slot is not None:
            hold_id = self._hold(slot, None, until=self.now + timedelta(minutes=30))
            if hold_id is not None:
                order = (first, 1 - first)
                won = [self._book(hold_id, self.people[who]) for who in order]
                assert sum(won) <= 1

    @rule(pick=PICKS, who=PEOPLE, kind=KINDS)
    def overbooks(self, pick: int, who: int, kind: str) -> None:
        row = self._pick(self._living(), pick)
        if row is not None and row.starts_at > self.now:
            slot = Slot(
                provider_id=row.provider_id,
                location_id=row.location_id,
                visit_type_id=getattr(self.world, kind),
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                starts_on=row.starts_on,
                busy_from=row.busy_from,
                busy_to=row.busy_to,
                lane=0,
                capacity=1,
                resource_ids=(),
                zone="UTC",
            )
            reason = Overbook("Fever", self.world.login_id)
            self._hold(slot, self.people[who], for_staff=True, overbook=reason)

    @rule(pick=PICKS, to=PICKS, kind=KINDS, straight=st.booleans())
    def moves(self, pick: int, to: int, kind: str, straight: bool) -> None:
        visit, slot = self._pick(self.diary, pick), self._slot(kind, to, for_staff=straight)
        if visit is None or slot is None:
            return
        noted = self.diary[visit]
        start = Start(
            visit_type_id=slot.visit_type_id,
            provider_id=slot.provider_id,
            location_id=slot.location_id,
            starts_at=slot.starts_at,
        )
        try:
            if straight:
                move_appointment(
                    appointment_id=visit, start=start, actor=self.world.actor("staff"), now=self.now
                )
            else:
                hold_id = self._hold(slot, noted.person, moving=visit)
                if hold_id is None:
                    return
                move_appointment(
                    appointment_id=visit, hold_id=hold_id, actor=self.world.actor(), now=self.now
                )
        except (CannotChangeVisit, TooLateToCancel, PersonBusy):
            return
        except HoldEnded:
            assert slot.starts_at <= self.now, "it was free a moment ago"
            return
        noted.starts_at, noted.provider_id, noted.moved = slot.starts_at, slot.provider_id, True

    @rule(pick=PICKS, practice=st.booleans())
    def cancels(self, pick: int, practice: bool) -> None:
        visit = self._pick(self.diary, pick)
        if visit is not None:
            with suppress(TooLateToCancel, CannotChangeVisit):
                cancel_appointment(
                    appointment_id=visit,
                    side="practice" if practice else "patient",
                    reason="other",
                    actor=self.world.actor("staff" if practice else "portal"),
                    now=self.now,
                )
                self.diary[visit].state = "canceled"

    @rule(pick=PICKS, step=STEPS)
    def marks(self, pick: int, step: AppointmentStep) -> None:
        visit = self._pick(self.diary, pick)
        if visit is not None:
            with suppress(CannotChangeVisit, PersonBusy):
                mark_appointment(
                    appointment_id=visit, step=step, actor=self.world.actor("staff"), now=self.now
                )
                with read_only() as session:
                    self.diary[visit].state = session.get_one(Appointment, visit).state

    @rule(pick=PICKS)
    def lets_go(self, pick: int) -> None:
        hold_id = self._pick(self.holds, pick)
        if hold_id is not None:
            release_hold(appointment_id=hold_id, now=self.now)

    @rule(later=LATER, jobs=st.booleans())
    def time_goes_by(self, later: timedelta, jobs: bool) -> None:
        self.now += later
        if jobs:
            tend_holds(now=self.now)
            mark_missed(now=self.now)
            for noted in self.diary.values():
                if noted.state == "booked" and self.now - noted.starts_at >= timedelta(minutes=15):
                    noted.state = "no_show"

    @rule(pick=PICKS, hours=BLOCKS, capacity=st.integers(1, 2), away=st.booleans())
    def edits_the_template(
        self, pick: int, hours: tuple[int, int], capacity: int, away: bool
    ) -> None:
        """SCH-2: whatever it says now, what is booked stays where it is."""
        before = self._rows()
        with transaction() as session:
            blocks = session.scalars(select(ScheduleBlock).order_by(ScheduleBlock.id)).all()
            block = blocks[pick % len(blocks)]
            block.until = max(block.since, self.now.date())
            session.add(
                ScheduleBlock(
                    provider_id=block.provider_id,
                    location_id=block.location_id,
                    weekday=(block.weekday + 2) % 7,  # Sundays too
                    starts=time(hours[0]),
                    ends=time(hours[1]),
                    step_minutes=20,
                    lead_minutes=0,
                    capacity=capacity,
                    buffer_after=5 * (capacity - 1),
                    since=self.now.date(),
                )
            )
            if away:
                session.add(
                    ScheduleException(
                        provider_id=block.provider_id,
                        kind="leave",
                        starts_at=self.now,
                        ends_at=self.now + timedelta(hours=20),
                        made_at=self.now,
                    )
                )
        assert self._rows() == before

    def _rows(self) -> list[tuple[Any, ...]]:
        with read_only() as session:
            found = session.execute(
                select(
                    Appointment.id,
                    Appointment.starts_at,
                    Appointment.busy_to,
                    Appointment.lane,
                    Appointment.state,
                ).order_by(Appointment.id)
            )
            return [tuple(row) for row in found]

    @invariant()
    def nothing_overlaps(self) -> None:
        assert broken_times(self.now) == []
        for row in self._living():
            assert row.ends_at - row.starts_at == timedelta(minutes=20), "on every day"

    @invariant()
    def nobodys_visit_is_lost(self) -> None:
        with read_only() as session:
            rows = {row.id: row for row in session.scalars(select(Appointment))}
            story: dict[UUID, list[AppointmentEvent]] = {}
            for event in session.scalars(select(AppointmentEvent).order_by(AppointmentEvent.id)):
                story.setdefault(event.appointment_id, []).append(event)
        for visit, noted in self.diary.items():
            row = rows[visit]
            told = (row.patient_id, row.starts_at, row.provider_id, row.state)
            assert told == (noted.person, noted.starts_at, noted.provider_id, noted.state)
            to = noted.starts_at if noted.moved else None
            assert _retold(story[visit]) == (noted.state, to)
        others = {row.state for row in rows.values() if row.id not in self.diary}
        assert others <= {"held", "expired"}, "booked, and nobody knows of it"


def _retold(events: list[AppointmentEvent]) -> tuple[str, datetime | None]:
    """The state and the time to which the events lead, from the first to the last."""
    state, at = "", None
    for event in events:
        if event.kind == "moved":
            at = datetime.fromisoformat(event.detail["to"]["starts_at"])
        elif event.kind == "undone":
            state = {
                "arrived": "booked",
                "in_room": "arrived",
                "done": "in_room",
                "no_show": "booked",
            }[event.detail["from"]]
        elif event.kind != "confirmed":
            state = event.kind
    return state, at
