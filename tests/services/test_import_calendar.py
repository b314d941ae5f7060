"""The calendar file: read whole or not at all, the same again changes nothing, and a change moves no booked visit."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from billing.money import Money
from portal import db
from portal.models.accounts import Payer
from portal.models.appointments import Appointment
from portal.models.calendar import (
    BookingPolicy,
    Location,
    ProviderNetwork,
    Resource,
    ScheduleBlock,
    VisitType,
)
from portal.services.import_calendar import import_calendar
from portal.services.read_calendar import CalendarRefused, read_calendar
from sandbox.practice import catalogue

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
TODAY, LATER = date(2026, 3, 2), date(2026, 3, 16)
SMALL = """
[policy]
cancel_hours = 48
[[locations]]
code = "main"
name = "Main Street"
time_zone = "America/New_York"
rooms = [{ name = "Room 1", features = ["exam"] }]
[[visit_types]]
code = "office"
name = "Visit for a health problem"
minutes = 20
estimate_cents = 14500
[[providers]]
npi = "1999900115"
last_name = "Example"
networks = ["91001"]
blocks = [{ location = "main", days = ["mon", "tue"], from = "08:00", to = "12:00", visit_types = ["office"] }]
"""
DEMO = Path("sandbox/practice/calendar.toml")


def payers(*identifiers: str) -> None:
    with db.transaction() as session:
        session.add_all(Payer(identifier=one, name=f"Payer {one}") for one in identifiers)


def rows(model):
    with db.read_only() as session:
        return session.scalars(select(model).order_by(model.id)).all()


def counts() -> dict[str, int]:
    with db.read_only() as session:
        return {
            model.__tablename__: session.scalar(select(func.count()).select_from(model)) or 0
            for model in (
                Location,
                Resource,
                VisitType,
                ScheduleBlock,
                ProviderNetwork,
                BookingPolicy,
            )
        }


def test_SCH_2_the_demo_s_own_file_sets_a_calendar_and_again_changes_nothing(database_url):
    payers(*(payer.identifier for payer in catalogue.PAYERS))
    first = import_calendar(toml=DEMO.read_text(), on=TODAY, now=NOW)
    assert (first.locations, first.visit_types, first.providers) == (2, 7, 6)
    assert (first.blocks_begun, first.blocks_ended) == (counts()["schedule_blocks"], 0)
    before = counts()
    again = import_calendar(toml=DEMO.read_text(), on=LATER, now=NOW)
    assert (again.blocks_begun, again.blocks_ended) == (0, 0)
    assert counts() == before


def test_SCH_3_the_demo_s_providers_are_those_of_its_claims():
    workers = {w.npi: (w.first_name, w.last_name) for w in read_calendar(DEMO.read_text()).workers}
    for provider in catalogue.PROVIDERS:
        assert workers[provider.npi] == (provider.first, provider.last)


def test_every_column_of_the_file_arrives(database_url):
    payers("91001")
    import_calendar(toml=SMALL, on=TODAY, now=NOW)
    (place,), (room,), (kind,) = rows(Location), rows(Resource), rows(VisitType)
    assert (place.code, place.time_zone, room.kind, room.features) == (
        "main", "America/New_York", "room", ["exam"],
    )  # fmt: skip
    assert (kind.minutes, kind.estimate, kind.for_whom) == (20, Money(14500), "any")
    monday, tuesday = rows(ScheduleBlock)
    assert (monday.weekday, monday.starts, monday.ends) == (0, time(8), time(12))
    assert (tuesday.weekday, tuesday.visit_type_ids, tuesday.since) == (1, [kind.id], TODAY)
    (policy,) = rows(BookingPolicy)
    assert (policy.cancel_hours, policy.hold_minutes) == (48, 5)


def test_SCH_2_a_changed_week_ends_the_old_block_and_moves_no_booked_visit(database_url):
    payers("91001", "91002")
    import_calendar(toml=SMALL, on=TODAY, now=NOW)
    (kind,), (place,) = rows(VisitType), rows(Location)
    starts, ends = datetime(2026, 3, 23, 12, tzinfo=UTC), datetime(2026, 3, 23, 12, 20, tzinfo=UTC)
    with db.transaction() as session:
        block = session.scalars(select(ScheduleBlock).order_by(ScheduleBlock.id)).first()
        session.add(
            Appointment(
                id=uuid4(),
                provider_id=block.provider_id,
                location_id=place.id,
                visit_type_id=kind.id,
                starts_at=starts,
                ends_at=ends,
                starts_on=date(2026, 3, 23),
                busy_from=starts,
                busy_to=ends,
                state="held",
                state_at=NOW,
                held_until=NOW,
            )
        )
    changed = SMALL.replace('from = "08:00"', 'from = "13:00"').replace(
        'to = "12:00"', 'to = "17:00"'
    )
    done = import_calendar(toml=changed.replace("91001", "91002"), on=LATER, now=NOW)
    assert (done.blocks_begun, done.blocks_ended) == (2, 2)
    old = [(b.starts, b.since, b.until) for b in rows(ScheduleBlock)]
    assert old[:2] == [(time(8), TODAY, date(2026, 3, 15))] * 2
    assert old[2:] == [(time(13), LATER, None)] * 2
    assert [(n.since, n.until) for n in rows(ProviderNetwork)] == [
        (TODAY, date(2026, 3, 15)), (LATER, None),
    ]  # fmt: skip
    (booked,) = rows(Appointment)
    assert booked.starts_at == starts


def test_SCH_2_a_week_changed_on_the_day_it_began_never_held(database_url):
    payers("91001")
    import_calendar(toml=SMALL, on=TODAY, now=NOW)
    import_calendar(toml=SMALL.replace('"12:00"', '"11:00"'), on=TODAY, now=NOW)
    assert [(b.ends, b.until) for b in rows(ScheduleBlock)] == [
        (time(12), date(2026, 3, 1)), (time(12), date(2026, 3, 1)), (time(11), None), (time(11), None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("minutes = 20", "minutes = 2", "visit_types 1: minutes must be 5 to 480"),
        ("minutes = 20", 'minutes = "20"', "visit_types 1: minutes must be int, not '20'"),
        ("minutes = 20", "", "visit_types 1: minutes is missing"),
        ("minutes = 20", "minuts = 20\nminutes = 20", "visit_types 1: unknown 'minuts'"),
        ("minutes = 20", 'minutes = 20\nmodality = "fax"', "modality 'fax' is none of in_person"),
        ("estimate_cents = 14500", "estimate_cents = -1", "estimate must not be below zero"),
        ("America/New_York", "Ohio", "locations 1: 'Ohio' is not a time zone"),
        ('"mon"', '"Monday"', "providers 1, blocks 1: 'Monday' is none of mon"),
        ('"08:00"', '"8 am"', "providers 1, blocks 1: from '8 am' is no time"),
        ('"08:00"', '"12:00"', "providers 1, blocks 1: it ends before it starts"),
        ('location = "main"', 'location = "moon"', "provider 1999900115: no location 'moon'"),
        ('["office"]', '["ofice"]', "provider 1999900115: no visit type 'ofice'"),
        ("[policy]", "[polizy]", "unknown part 'polizy'"),
        ("[policy]", "[policy", "it is not TOML"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_place(old, new, says):
    with pytest.raises(CalendarRefused) as refused:
        read_calendar(SMALL.replace(old, new, 1))
    assert says in str(refused.value)


def test_an_unknown_payer_refuses_the_file_and_nothing_is_changed(database_url):
    with pytest.raises(CalendarRefused, match="no payer 91001"):
        import_calendar(toml=SMALL, on=TODAY, now=NOW)
    assert set(counts().values()) == {0}
