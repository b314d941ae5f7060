"""A bill goes to an agency only past the gate, under a contract that lacks nothing, with a packet that two people made."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

import pytest
from sqlalchemy import select

from billing.dunning import Step
from billing.money import Money
from portal import db
from portal.models.gate import GateDenial
from portal.models.identity import Login
from portal.models.placements import AgencyRow, Placement
from portal.services.place_bill import CannotPlace, PlacementAsked, place_bill
from portal.services.refusal import NotFound
from portal.services.run_day import run_day
from tests.services.gate_world import act, owing, read_law
from tests.services.placement_world import agency, orders, states
from tests.services.staff_world import add_staff
from tests.services.statement_world import Office, after, later, noon

pytestmark = pytest.mark.usefixtures("database_url")
OPEN = after(121)
OWED = Money(200_00)


@dataclass(frozen=True)
class Paper:
    """A packet as somebody signed it."""

    visit_id: int
    guarantor_account_id: int
    balance: Money = OWED
    prepared_by_id: int = 1
    signed_by_id: int | None = 2


def walk(tmp_path) -> tuple[int, int]:
    """An account with every step proven, so that the gate opens on its 121st day."""
    account_id, visit_id = owing()
    read_law("NY")
    office = Office(tmp_path)
    for number in (0, 30, 60, 90):
        run_day(on=after(number), now=noon(after(number)), office=office)
    act(account_id, Step.SCREENING, after(60))
    act(account_id, Step.ORAL_ATTEMPT, after(90))
    act(account_id, Step.FINAL_NOTICE, after(90))
    return account_id, visit_id


def approved(**fields) -> AgencyRow:
    def build(w):
        row = agency(w, **fields)
        row.approved_by_id = w.add(_second()).id
        return row

    return later(build)


def _second() -> Login:
    name = uuid4().hex
    return Login(face="staff", email=f"{name}@example.com", role="manager", fs_uniquifier=name)


def ask(account_id, visit_id, row, *, staff=None, on=OPEN, paper=None, form=None):
    packet = paper or Paper(visit_id, account_id)
    return place_bill(
        PlacementAsked(
            form_id=form or uuid4(), agency_id=row.id, visit_id=visit_id, packet_id=uuid4()
        ),
        staff=staff or add_staff("collections", email=f"{uuid4().hex[:6]}@example.com"),
        find_packet=lambda _session, _packet_id: packet,
        on=on,
        now=noon(on),
    )


def rules(*args, **more) -> tuple[str, ...]:
    with pytest.raises(CannotPlace) as caught:
        ask(*args, **more)
    return caught.value.rule_ids


def test_COLL_2_the_gate_is_asked_in_the_moment_and_names_every_rule(tmp_path) -> None:
    account_id, visit_id = owing()
    denied = rules(account_id, visit_id, approved())
    assert {"CORE-2", "CORE-3", "COLL-3", "COLL-4", "COLL-5", "FA-8"} <= set(denied)
    assert states() == [] == orders()
    with db.read_only() as session:
        [row] = session.scalars(select(GateDenial))
    assert (row.asked_by, tuple(row.rule_ids)) == ("place_bill", denied)


def test_COLL_19_every_step_proven_places_it_once_and_orders_the_agency(tmp_path) -> None:
    account_id, visit_id = walk(tmp_path)
    row, form = approved(), uuid4()
    assert rules(account_id, visit_id, row, on=after(120)) == ("COLL-3", "COLL-4")
    assert ask(account_id, visit_id, row, form=form) == form
    assert ask(account_id, visit_id, row, form=form) == form
    assert rules(account_id, visit_id, row)[0] == "COLL-19"
    assert orders() == [("place", "")]
    with db.read_only() as session:
        placed = session.scalars(select(Placement)).one()
    assert (placed.placed, placed.itemization) == (Money(200_00), Money(200_00))
    assert placed.itemization_on == after(90)
    assert placed.itemised_bill


def test_OPS_13_without_a_packet_that_a_second_person_signed_it_stays(tmp_path) -> None:
    account_id, visit_id = walk(tmp_path)
    row = approved()
    for paper in (
        Paper(visit_id, account_id, signed_by_id=None),
        Paper(visit_id, account_id, signed_by_id=1),
        Paper(visit_id + 1, account_id),
        Paper(visit_id, account_id + 1),
    ):
        assert rules(account_id, visit_id, row, paper=paper) == ("OPS-13",)
    stale = Paper(visit_id, account_id, balance=Money(199_99))
    assert rules(account_id, visit_id, row, paper=stale) == ("COLL-19",)
    assert states() == []


def test_COLL_11_an_agency_that_lacks_anything_gets_nothing(tmp_path) -> None:
    account_id, visit_id = walk(tmp_path)
    row = approved()
    for name, value in (
        ("terms", [term for term in row.terms if term != "no_eca"]),
        ("terms", [term for term in row.terms if term != "no_credit_report"]),
        ("baa_ref", ""),
        ("states", []),
        ("states", ["NJ"]),
        ("ends_on", after(100)),
        ("approved_by_id", None),
        ("approved_by_id", row.added_by_id),
    ):
        before = getattr(row, name)
        _change(row, name, value)
        assert rules(account_id, visit_id, row) == ("COLL-11",), (name, value)
        _change(row, name, before)
    assert ask(account_id, visit_id, row)


def _change(row, name, value) -> None:
    with db.transaction() as session:
        setattr(session.get_one(AgencyRow, row.id), name, value)


def test_HIPAA_7_a_role_that_may_not_and_a_bill_that_is_not_there(tmp_path) -> None:
    account_id, visit_id = owing()
    row = approved()
    assert rules(account_id, visit_id, row, staff=add_staff("front_desk")) == ("HIPAA-7",)
    with pytest.raises(NotFound):
        ask(account_id, visit_id + 999, row)
