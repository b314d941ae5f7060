"""A packet over real books: refused with rules until the gate opens, signed by another person, void when the bill moves."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from billing.dunning import Step
from billing.holds import Condition
from portal import db
from portal.models.claims import Visit
from portal.models.collection_cases import CollectionPacket
from portal.queries.packet_page import packet_page, packet_print
from portal.queries.practice import practice_page
from portal.queries.signed_packet import packets_on, signed_packet
from portal.queries.viewer import StaffViewer
from portal.services.prepare_packet import PacketRefused, prepare_packet
from portal.services.run_day import run_day
from portal.services.set_hold import HoldAsked, set_hold
from portal.services.sign_packet import sign_packet
from tests.services.gate_world import act, read_law
from tests.services.staff_world import add_staff
from tests.services.statement_world import Office, after, later, noon, world

pytestmark = pytest.mark.usefixtures("database_url")
OPEN = after(121)


def ready(tmp_path) -> tuple[tuple, Visit]:
    """A bill whose every step is taken; the gate opens on day 121."""
    bill = world(lambda w: w.owed(200_00))
    read_law("NY")
    for number in (0, 30, 60, 90):
        run_day(on=after(number), now=noon(after(number)), office=Office(tmp_path))
    for step in (Step.SCREENING, Step.ORAL_ATTEMPT, Step.FINAL_NOTICE):
        act(bill[0].guarantor_account_id, step, after(90))
    return bill, bill[0]


def prepare(staff: StaffViewer, visit_id: int, on=OPEN) -> UUID:
    return prepare_packet(staff=staff, packet_id=uuid4(), visit_id=visit_id, on=on, now=noon(on))


def sign(staff: StaffViewer, packet_id: UUID, on=OPEN, shown: str = "") -> bool:
    with db.read_only() as session:
        shown = shown or session.get_one(CollectionPacket, packet_id).content_hash
    return sign_packet(staff=staff, packet_id=packet_id, shown_hash=shown, on=on, now=noon(on))


def counts(visit_id: int, on=OPEN) -> bool:
    with db.read_only() as session:
        return signed_packet(session, visit_id, on=on) is not None


def test_COLL_3_4_5_a_packet_waits_for_the_gate_and_for_a_second_person(tmp_path) -> None:
    _, visit = ready(tmp_path)
    clerk, manager = add_staff("collections"), add_staff("manager")
    with pytest.raises(PacketRefused) as refused:
        prepare(clerk, visit.id, after(120))
    assert "COLL-3" in refused.value.rule_ids
    with pytest.raises(PacketRefused):
        prepare(add_staff("biller"), visit.id)
    packet_id = prepare(clerk, visit.id)
    assert not counts(visit.id)
    with pytest.raises(PacketRefused):
        sign(clerk, packet_id)
    with pytest.raises(PacketRefused):
        sign(manager, packet_id, shown="another")
    assert sign(manager, packet_id)
    assert not sign(manager, packet_id)
    assert counts(visit.id)
    with db.read_only() as session:
        assert packets_on(OPEN)(session, packet_id) is not None
        assert packets_on(OPEN)(session, uuid4()) is None
    assert counts(visit.id, OPEN + timedelta(days=30))
    assert not counts(visit.id, OPEN + timedelta(days=31))


def test_OPS_13_nobody_signs_what_they_prepared(tmp_path) -> None:
    _, visit = ready(tmp_path)
    manager = add_staff("manager")
    packet_id = prepare(manager, visit.id)
    with pytest.raises(PacketRefused) as refused:
        sign(manager, packet_id)
    assert refused.value.rule_ids == ("OPS-13",)
    assert not counts(visit.id)


def test_OPS_22_the_gate_is_asked_again_when_it_is_signed(tmp_path) -> None:
    _, visit = ready(tmp_path)
    clerk, manager = add_staff("collections"), add_staff("manager")
    packet_id = prepare(clerk, visit.id)
    set_hold(
        staff=manager,
        account_id=visit.guarantor_account_id,
        asked=HoldAsked(kind=Condition.BANKRUPTCY, reason="Notice of case 26-1"),
        now=noon(OPEN),
    )
    with pytest.raises(PacketRefused) as refused:
        sign(manager, packet_id)
    assert "COLL-24" in refused.value.rule_ids


def test_OPS_22_a_payment_voids_it_before_and_after_it_is_signed(tmp_path) -> None:
    bill, visit = ready(tmp_path)
    clerk, manager = add_staff("collections"), add_staff("manager")
    first = prepare(clerk, visit.id)
    later(lambda w: w.pay(bill, 10_00, on=OPEN))
    with pytest.raises(PacketRefused):
        sign(manager, first)
    second = prepare(clerk, visit.id)
    sign(manager, second)
    assert counts(visit.id)
    later(lambda w: w.pay(bill, 10_00, on=OPEN))
    assert not counts(visit.id)


def test_the_packet_keeps_every_step_with_its_day(tmp_path) -> None:
    _, visit = ready(tmp_path)
    packet_id = prepare(add_staff("collections"), visit.id)
    with db.read_only() as session:
        row = session.get_one(CollectionPacket, packet_id)
    tables = {one["title"]: one for one in row.content["tables"]}
    assert row.balance.cents == 200_00
    assert tables["The bill, entry by entry"]["rows"][-1][-1] == "$200.00"
    assert len(tables["Statements, and how each arrived"]["rows"]) >= 4
    assert len(tables["Calls to tell of help"]["rows"]) == 1
    assert ["Bankruptcy", "no"] in tables["Holds that were checked"]["rows"]


def test_a_hash_breaks_on_paper_and_says_the_same(tmp_path) -> None:
    _, visit = ready(tmp_path)
    packet_id = prepare(add_staff("collections"), visit.id)
    page = packet_page(packet_id, on=OPEN)
    said = packet_print(page, practice_page())
    statements = said["tables"][2]["rows"]
    assert "\u200b" in statements[0][-1]
    assert [[cell.replace("\u200b", "") for cell in row] for row in statements] == page.content[
        "tables"
    ][2]["rows"]
    assert len(said["made"]) < 40
