"""Sixty days of reminders under frozen clocks, judged by an oracle of its own (SCH-9, MSG-7, MSG-8).

The daily run is begun twice a day, dies in its middle, and the worker dies on both sides of a provider's yes. What
arrives is compared with what a few lines of plain arithmetic say should; nothing of `billing` is asked.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.messages import MessageStatus
from portal.models.work import WorkItem
from portal.services import queue_visit_messages, queue_visit_reminders
from portal.services.run_day import run_day
from portal.services.sweep_messages import sweep_messages
from tests.services.statement_world import Office
from tests.services.visit_world import (
    Calendar,
    Killed,
    Worker,
    at,
    change,
    days,
    next_wait,
    outbound,
)

FIRST, DAYS = date(2026, 10, 5), 60  # the clocks go back on 1 November
RUN = time(15)  # UTC, as the schedule has it
NIGHT = timedelta(hours=12)
ZONES = {  # of the ZIP code and of the area code
    "ny": ("America/New_York", "America/New_York"),
    "la": ("America/New_York", "America/Los_Angeles"),
    "hi": ("Pacific/Honolulu", "America/New_York"),
    "es": ("America/Chicago", "America/Chicago"),
}
PHONES = {
    "ny": "+12125550142",
    "la": "+12135550143",
    "hi": "+12125550144",
    "es": "+13125550145",
}
ZIPS = {"ny": "10001", "la": "10001", "hi": "96813", "es": "60601"}
BOOKED_BEFORE = (
    *[timedelta(days=40)] * 4,
    *(timedelta(days=8), timedelta(days=2, hours=3), timedelta(hours=30)),
)


@dataclass
class Time:
    """One time of one visit: set then, and until when it stood, was open, and unconfirmed."""

    who: str
    starts_at: datetime
    set_at: datetime
    over_at: datetime | None = None
    confirmed_at: datetime | None = None


@dataclass
class Plan:
    """What will happen, hour by hour, and to whom."""

    times: list[Time] = field(default_factory=list)
    changes: list[tuple[datetime, UUID, dict[str, object]]] = field(default_factory=list)


def open_hours(moment: datetime, zones: tuple[str, ...]) -> bool:
    return all(9 <= moment.astimezone(ZoneInfo(zone)).hour < 20 for zone in zones)


def expected(plan: Plan) -> Counter[tuple[str, str, datetime]]:
    """Who should get what, and when: each run's day against each time's days, by plain arithmetic."""
    found: Counter[tuple[str, str, datetime]] = Counter()
    for one in plan.times:
        by_hand = ""  # whoever has no phone and no e-mail gets one letter, or else one call
        for day in days(FIRST, DAYS):
            run = datetime.combine(day, RUN, tzinfo=UTC)
            left = (one.starts_at.astimezone(ZoneInfo("America/New_York")).date() - day).days
            if left not in (7, 3, 1) or one.set_at > run - timedelta(hours=24):
                continue
            leaves = run
            while one.who in ZONES and not open_hours(leaves, ZONES[one.who]):
                leaves += timedelta(minutes=15)
            if one.over_at is not None and one.over_at <= leaves:
                continue
            if one.confirmed_at is not None and one.confirmed_at <= leaves and left != 1:
                continue
            if one.who in ZONES:
                found["text", PHONES[one.who], leaves] += 1
            elif one.who.startswith("mail"):
                found["email", f"{one.who}@example.com", leaves] += 1
            elif not by_hand:
                by_hand = "paper" if left == 7 else "call"
                found[by_hand, one.who, run] += 1
    return found


def build(seed: int) -> Plan:
    """Eight people, visits two weeks apart, some moved, confirmed, given up, or booked at the last moment."""
    chance, plan = random.Random(seed), Plan()
    with transaction() as session:
        book = Calendar(session)
        book.practice(text_name="Example Family")
        book.calendar()
        people = {
            name: book.person(
                phone=PHONES[name],
                postal_code=ZIPS[name],
                language="es" if name == "es" else "en",
                text_grade="full" if name == "ny" else "link",
                login=f"{name}@example.com",
            )
            for name in ZONES
        }
        people["mail1"] = book.person(login="mail1@example.com")
        people["mail2"] = book.person(
            login="mail2@example.com", visit_notices="email", language="es"
        )
        people["post"] = book.person()
        for lane, (name, patient) in enumerate(people.items()):
            doctor = book.provider()
            for number in range(4):
                day = FIRST + timedelta(days=8 + 14 * number + chance.randrange(5))
                starts = at(day, time(14 + lane % 3, 30))
                set_at = starts - chance.choice(BOOKED_BEFORE)
                if name == "post":
                    set_at = starts - timedelta(days=40 if number % 2 else 6)
                visit_id = book.booked(patient, starts, set_at=set_at, provider_id=doctor)
                plot(plan, chance, Time(name, starts, set_at), visit_id)
    return plan


def plot(plan: Plan, chance: random.Random, one: Time, visit_id: UUID) -> None:
    """What becomes of one visit; whoever gets paper is left alone, so that one letter is one letter."""
    who, starts, set_at = one.who, one.starts_at, one.set_at
    plan.times.append(one)
    what = chance.choice(["kept", "kept", "confirmed", "moved", "given up"])
    when = max(starts - timedelta(days=chance.choice([5, 4, 2]), hours=chance.randrange(7)), set_at)
    if when == set_at or what == "kept" or who == "post":
        return
    if what == "confirmed":
        one.confirmed_at = when
        plan.changes.append((when, visit_id, {"confirmed_at": when}))
    elif what == "given up":
        one.over_at = when
        plan.changes.append((when, visit_id, {"state": "canceled", "state_at": when}))
    else:
        new = starts + timedelta(days=1, hours=1)
        one.over_at = when
        plan.times.append(Time(who, new, when))
        plan.changes.append((when, visit_id, {"starts_at": new, "time_set_at": when}))


@dataclass
class Clock:
    """Lives the days: what people do, the run twice, deaths in between, and the worker."""

    plan: Plan
    office: Office
    monkeypatch: pytest.MonkeyPatch
    worker: Worker = field(default_factory=Worker)
    now: datetime = datetime(2026, 10, 5, tzinfo=UTC)
    died: bool = False

    def live(self) -> None:
        self.plan.changes.sort(key=lambda one: one[0])
        self.until(datetime.combine(FIRST, RUN, tzinfo=UTC) - timedelta(hours=1))
        for number, day in enumerate(days(FIRST, DAYS)):
            run = datetime.combine(day, RUN, tzinfo=UTC)
            self.until(run)
            if number % 3 == 0:
                self.die_in_the_run(day, run)
            run_day(on=day, now=run, office=self.office)
            if number % 4 == 0:
                run_day(on=day, now=run, office=self.office)
            self.worker.post.dies = ("", "before", "after")[number % 3]
            self.until(run + timedelta(hours=23))

    def until(self, end: datetime) -> None:
        """Work at each moment when something is due, and let people change their visits in between."""
        now = self.now
        while True:
            self.work(now)
            change_at = self.plan.changes[0][0] if self.plan.changes else end
            following = min(next_wait(now) or end, max(change_at, now), end)
            while self.plan.changes and self.plan.changes[0][0] <= following:
                _, visit_id, values = self.plan.changes.pop(0)
                change(visit_id, **values)
            if following >= end:
                self.now = end
                return
            now = following

    def work(self, now: datetime) -> None:
        for _ in range(2):
            try:
                self.worker.work(now)
            except Killed:
                sweep_messages(now=now)  # another worker takes over
            else:
                return

    def die_in_the_run(self, day: date, run: datetime) -> None:
        """The process is gone before the jobs were written, in the transaction of the reminders."""

        def gone(*_: object, **__: object) -> None:
            raise Killed

        with self.monkeypatch.context() as patch:
            patch.setattr(queue_visit_messages, "enqueue_all", gone)
            patch.setattr(queue_visit_reminders, "ask_for_call", gone)
            try:
                queue_visit_reminders.queue_visit_reminders(
                    on=day, now=run, public_url=self.office.public_url
                )
            except Killed:
                self.died = True


def arrived(clock: Clock) -> Counter[tuple[str, str, datetime]]:
    """What providers, the post and the work queue got."""
    post = clock.worker.post
    found: Counter[tuple[str, str, datetime]] = Counter()
    found.update(("text", to, moment) for moment, to, _ in post.texts)
    found.update(("email", to, moment) for moment, to, _ in post.emails)
    with read_only() as session:
        calls = session.scalars(select(WorkItem).where(WorkItem.kind == "visit_call")).all()
    found.update(("call", "post", item.opened_at) for item in calls)
    letters = [m for m in outbound() if m.channel == "paper" and m.state == "sent"]
    found.update(("paper", "post", letter.created_at) for letter in letters)
    return found


def test_SCH_9_sixty_days_send_exactly_what_they_should(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = build(seed=6)
    wanted = expected(plan)
    clock = Clock(plan, Office(tmp_path), monkeypatch)
    clock.live()
    assert clock.died
    found = arrived(clock)
    assert found - wanted == Counter(), "sent, and not expected"
    assert wanted - found == Counter(), "expected, and not sent"
    assert {"text", "email", "paper", "call"} == {way for way, *_ in wanted}
    assert sum(wanted.values()) > 40
    _no_text_at_night(clock)
    _every_message_has_its_history()
    for _, _, body in (*clock.worker.post.texts, *clock.worker.post.emails):
        assert "Colonoscopy" not in body
        assert "Careworth" not in body


def _no_text_at_night(clock: Clock) -> None:
    zones = {PHONES[name]: ZONES[name] for name in ZONES}
    assert clock.worker.post.texts
    for moment, to, _ in clock.worker.post.texts:
        assert open_hours(moment, zones[to]), (moment, to)
    by_phone: dict[str, list[datetime]] = {}
    for moment, to, _ in clock.worker.post.texts:
        by_phone.setdefault(to, []).append(moment)
    for moments in by_phone.values():  # MSG-7
        assert all(b - a >= timedelta(hours=24) for a, b in pairwise(moments))


def _every_message_has_its_history() -> None:
    """MSG-20: template version, consent, gate, provider's id, and each status in order."""
    with read_only() as session:
        rows = session.execute(
            select(MessageStatus.message_id, MessageStatus.status).order_by(MessageStatus.id)
        ).all()
    history: dict[int, list[str]] = {}
    for message_id, status in rows:
        history.setdefault(message_id, []).append(status)
    for message in outbound():
        assert history[message.id][-1] == message.state
        if message.state == "sent":
            assert message.gate == "allowed"
            assert message.template_version
            assert message.provider_id
        if message.state == "sent" and message.channel == "sms":
            assert message.consent_id is not None
            assert history[message.id][:1] == ["sending"]
