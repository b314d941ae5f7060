"""Which visits somebody sees, and for whom they may book: their own people's, and nobody else's (HIPAA-9, ID-1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

import pytest

from billing.proxy_access import ProxyScope
from portal.db import read_only, transaction
from portal.models.accounts import Patient
from portal.queries.own_appointments import own_appointment, own_coming, own_past, own_people
from portal.queries.proxy_grants import ActingFor
from portal.queries.viewer import GuestViewer, PatientViewer, Viewer
from portal.services.appointment_actor import Actor
from portal.services.book_appointment import Booking, book_appointment
from portal.services.hold_slot import Holder, hold_slot
from tests.booking_world import MONDAY, NEXT_MONDAY, TUESDAY, BookingWorld, open_booking


@pytest.fixture
def world(database_url: str, now: datetime) -> BookingWorld:
    return open_booking(now)


def acting(world: BookingWorld, *scopes: ProxyScope) -> PatientViewer:
    grant = ActingFor(
        grant_id=1,
        patient_id=world.patient_id,
        account_id=world.account_id,
        name="Testa Sample",
        first_name="Testa",
        scopes=frozenset(scopes),
    )
    return PatientViewer(99, frozenset({world.account_id}), grant)


def sees(viewer: Viewer, appointment_id: UUID) -> bool:
    with read_only() as session:
        return own_appointment(session, viewer, appointment_id) is not None  # type: ignore[arg-type]


def people(viewer: PatientViewer) -> list[str]:
    with read_only() as session:
        return [one.first_name for one in own_people(session, viewer, on=MONDAY)]


def test_HIPAA_9_a_visit_is_seen_by_its_own_people_alone(world: BookingWorld) -> None:
    mine, childs = world.book(), world.book(world.start(TUESDAY), patient_id=world.child_id)
    held = world.hold(world.start(date(2026, 3, 10)))
    other = PatientViewer(world.newcomer_id, frozenset())
    assert [sees(world.viewer, one) for one in (mine, childs, held)] == [True, True, False]
    assert not sees(other, mine)
    assert not sees(GuestViewer(1, world.account_id), mine)
    assert sees(GuestViewer(1, world.account_id, mine), mine)
    assert not sees(GuestViewer(1, world.account_id, mine), childs)
    assert sees(acting(world, ProxyScope.BOOK), mine)
    assert not sees(acting(world, ProxyScope.BOOK), childs)
    assert not sees(acting(world, ProxyScope.BILLS, ProxyScope.PAY), mine)
    assert people(world.viewer) == ["Testa", "Minny"]
    assert people(acting(world, ProxyScope.BOOK)) == ["Testa"]
    assert people(acting(world, ProxyScope.BILLS)) == []


def test_STMT_13_a_confidential_child_on_a_shared_account_is_nobody_elses(
    world: BookingWorld,
) -> None:
    childs = world.book(patient_id=world.child_id)
    with transaction() as session:
        session.get_one(Patient, world.child_id).confidential = True
    assert not sees(world.viewer, childs)
    assert people(world.viewer) == ["Testa"]


def test_ID_1_a_newcomer_sees_what_they_booked_themself(world: BookingWorld) -> None:
    newcomer = PatientViewer(world.newcomer_id, frozenset())
    appointment_id = UUID(int=7)
    holder = Holder(newcomer_id=world.newcomer_id, login_id=world.newcomer_id)
    hold_slot(appointment_id=appointment_id, start=world.start(), holder=holder, now=world.now)
    book_appointment(
        appointment_id=appointment_id,
        booking=Booking(newcomer_id=world.newcomer_id, coverage_intent="self_pay"),
        actor=Actor(world.newcomer_id, "portal"),
        now=world.now,
    )
    assert sees(newcomer, appointment_id)
    assert not sees(world.viewer, appointment_id)
    assert people(newcomer) == ["Newby"]
    assert sees(replace(newcomer, account_ids=frozenset({world.account_id})), appointment_id)


def test_what_is_ahead_and_what_is_over_are_told_apart(world: BookingWorld) -> None:
    later, sooner = world.book(world.start(NEXT_MONDAY)), world.book(world.start(TUESDAY))
    with read_only() as session:
        ahead = own_coming(session, world.viewer, now=world.now)
        after = own_past(session, world.viewer, now=world.at(NEXT_MONDAY, "8:00"), limit=5)
    assert [one.appointment_id for one in ahead] == [sooner, later]
    assert [one.appointment_id for one in after] == [sooner]
