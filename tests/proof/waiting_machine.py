"""The machine of bookings with people who wait: times that come free are offered, and one of all who say yes gets one."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.appointments import Appointment
from portal.models.calendar import BookingPolicy
from portal.models.waitlist import SlotOpening, WaitlistEntry, WaitlistOffer
from portal.services.accept_offer import accept_offer
from portal.services.appointment_actor import (
    CannotBook,
    CannotChangeVisit,
    PersonBusy,
    SlotTaken,
)
from portal.services.decline_offer import decline_offer
from portal.services.join_waitlist import CannotWait, Waits, WaitsFor, join_waitlist
from portal.services.offer_slots import offer_slots
from tests.proof.booking_machine import KINDS, PEOPLE, PICKS, BookingMachine, Noted
from tests.sandbox_server import PUBLIC_URL


class WaitingMachine(BookingMachine):
    """As before, and with a waitlist, of which two are asked at once."""

    @initialize(spring=st.booleans(), kind=KINDS, picks=st.tuples(PICKS, PICKS))
    def open(self, spring: bool, kind: str = "visit", picks: tuple[int, int] = (0, 0)) -> None:
        """Every story begins with a time that two wait for, and with visits that stand there."""
        self.begin(spring)
        with transaction() as session:
            session.add(BookingPolicy(offer_batch=2, made_at=self.world.now))
        self.somebody_gives_up_while_both_wait(who=0, kind=kind, pick=picks[0])
        for who in (0, 1):
            self.chooses(kind=kind, pick=picks[1], who=who, books=True)

    @rule(who=PEOPLE, kind=KINDS, pick=PICKS, gives_up=st.booleans())
    def waits(self, who: int, kind: str, pick: int, gives_up: bool) -> None:
        mine = [
            visit
            for visit, noted in self.diary.items()
            if noted.person == self.people[who] and noted.state == "booked"
        ]
        join = WaitsFor(
            patient_id=self.people[who],
            gives_up_id=self._pick(mine, pick) if gives_up else None,
            coverage_intent="self_pay",
        )
        wanted = Waits(
            visit_type_id=getattr(self.world, kind),
            first_day=self.now.date(),
            last_day=self.now.date() + timedelta(days=9),
            notice_minutes=0,
        )
        try:
            join_waitlist(entry_id=self.fresh(), who=join, waits=wanted, now=self.now)
        except CannotWait:
            return

    @rule(who=PEOPLE, kind=KINDS, pick=PICKS)
    def somebody_gives_up_while_both_wait(self, who: int, kind: str, pick: int) -> None:
        """What alone would seldom come together: a full story of one opening."""
        self.chooses(kind=kind, pick=pick, who=who, books=True)
        for person in (0, 1):
            self.waits(who=person, kind=kind, pick=0, gives_up=False)
        self.cancels(pick=len(self.diary) - 1, practice=True)
        self.times_are_offered()
        self.everybody_says_yes(backwards=bool(pick % 2))

    @rule()
    def times_are_offered(self) -> None:
        offer_slots(now=self.now, public_url=PUBLIC_URL)

    @rule(backwards=st.booleans())
    def everybody_says_yes(self, backwards: bool) -> None:
        offers = sorted(self._offers(), reverse=backwards)
        for offer_id in offers:
            self._says_yes(offer_id)

    @rule(pick=PICKS)
    def somebody_says_no(self, pick: int) -> None:
        offer_id = self._pick(self._offers(), pick)
        if offer_id is not None:
            decline_offer(offer_id=offer_id, via="portal", now=self.now)

    def _offers(self) -> list[int]:
        with read_only() as session:
            return list(session.scalars(select(WaitlistOffer.id).order_by(WaitlistOffer.id)))

    def _says_yes(self, offer_id: int) -> None:
        try:
            visit = accept_offer(offer_id=offer_id, actor=self.world.actor(), now=self.now)
        except (SlotTaken, PersonBusy, CannotChangeVisit, CannotBook):
            return
        with read_only() as session:
            row = session.get_one(Appointment, visit)
            offer = session.get_one(WaitlistOffer, offer_id)
            person = session.get_one(WaitlistEntry, offer.entry_id).patient_id
            # Who stands on the list twice has said yes by either of their offers.
            won = session.scalars(
                select(WaitlistEntry.patient_id)
                .join(WaitlistOffer, WaitlistOffer.entry_id == WaitlistEntry.id)
                .where(
                    WaitlistOffer.opening_id == offer.opening_id, WaitlistOffer.state == "accepted"
                )
            ).all()
        assert won == [person]
        assert row.patient_id == person
        self._note(visit, row)

    def _note(self, visit: UUID, row: Appointment) -> None:
        """The first yes is written down; said again it must find what it found."""
        noted = self.diary.get(visit)
        if noted is None:
            assert row.patient_id is not None
            self.diary[visit] = Noted(row.patient_id, row.starts_at, row.provider_id)
        elif (noted.starts_at, noted.provider_id) != (row.starts_at, row.provider_id):
            noted.starts_at, noted.provider_id, noted.moved = row.starts_at, row.provider_id, True

    @invariant()
    def nothing_is_accepted_twice(self) -> None:
        with read_only() as session:
            offers = session.execute(
                select(WaitlistOffer.opening_id, WaitlistOffer.entry_id).where(
                    WaitlistOffer.state == "accepted"
                )
            ).all()
            filled = set(
                session.scalars(select(WaitlistEntry.id).where(WaitlistEntry.state == "filled"))
            )
            taken = set(session.scalars(select(SlotOpening.id).where(SlotOpening.state == "taken")))
        assert max(Counter(opening for opening, _ in offers).values(), default=1) == 1
        assert max(Counter(entry for _, entry in offers).values(), default=1) == 1
        assert {entry for _, entry in offers} == filled
        assert {opening for opening, _ in offers} == taken
