"""From the gate to the agency and home again, by hand: one story with real services, and each order's refusals (COLL-8, COLL-11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from billing.free_text import CardNumberRefused
from billing.holds import Condition
from billing.placement import Order
from portal import db
from portal.models.audit import AuditEvent
from portal.models.placements import PlacementFile
from portal.queries.packet_lists import bills_to_prepare, packet_list
from portal.queries.placement_pages import placement_page
from portal.queries.signed_packet import packets_on
from portal.services.hand_over_file import CannotHandOver, hand_over_file
from portal.services.order_by_hand import CannotOrder, order_by_hand
from portal.services.place_bill import PlacementAsked, place_bill
from portal.services.refusal import NotFound
from portal.services.set_hold import HoldAsked, end_hold, set_hold
from portal.services.write_placement_files import write_placement_files
from tests.services.placement_world import orders, states
from tests.services.staff_world import add_staff
from tests.services.statement_world import Office, later, noon
from tests.services.test_agencies import WHOLE, add, approve
from tests.services.test_packets import OPEN, prepare, ready, sign

pytestmark = pytest.mark.usefixtures("database_url")
DAY_AFTER = OPEN + timedelta(days=1)


@pytest.fixture
def clerk(database_url: str):
    return add_staff("collections")


@pytest.fixture
def manager(database_url: str):
    return add_staff("manager")


def placed(clerk, manager, tmp_path) -> tuple[UUID, tuple]:
    """A bill that went the whole way: packet, second person, agency, placement."""
    bill, visit = ready(tmp_path)
    agency_id = add(clerk, replace(WHOLE, begins_on=OPEN))
    approve(manager, agency_id)
    packet_id = prepare(clerk, visit.id)
    sign(manager, packet_id)
    asked = PlacementAsked(
        form_id=uuid4(), agency_id=agency_id, visit_id=visit.id, packet_id=packet_id
    )
    found = place_bill(asked, staff=clerk, find_packet=packets_on(OPEN), on=OPEN, now=noon(OPEN))
    return found, bill


def tell(staff, placement_id: UUID, order: Order, reason: str = "The patient called", on=OPEN):
    return order_by_hand(
        staff=staff, placement_id=placement_id, order=order, reason=reason, on=on, now=noon(on)
    )


def files(tmp_path, on=OPEN) -> tuple[str, ...]:
    return write_placement_files(on=on, now=noon(on), shelf=Office(tmp_path)).names


def tabs(on=OPEN) -> list[str]:
    """On which list of packets the one bill stands."""
    found = ["prepare"] if bills_to_prepare(on=on, number=1).rows else []
    return found + [
        tab
        for tab in ("to_sign", "signed", "over", "placed")
        if packet_list(tab, on=on, number=1).rows
    ]


def test_from_the_gate_to_the_agency_and_home_again(clerk, manager, tmp_path) -> None:
    placement_id, _ = placed(clerk, manager, tmp_path)
    assert tabs() == ["placed"]
    assert files(tmp_path) == ("testa-recovery-1-0001.csv",)
    assert tell(clerk, placement_id, Order.SUSPEND)
    assert tell(clerk, placement_id, Order.REINSTATE, "It was a mistake")
    assert tell(clerk, placement_id, Order.RECALL, "We agreed on a plan")
    assert not tell(clerk, placement_id, Order.RECALL)
    assert files(tmp_path, DAY_AFTER) == ("testa-recovery-1-0002.csv",)
    page = placement_page(placement_id, on=DAY_AFTER)
    assert page.line.words == "Recalled"
    assert page.ended_why == "We agreed on a plan"
    assert [row.what for row in page.orders] == [
        "Stop, send it back", "Go on", "Wait", "Ask for this bill"
    ]  # fmt: skip
    assert all(row.file_name for row in page.orders)
    with db.read_only() as session:
        trail = session.scalars(
            select(AuditEvent.action)
            .where(AuditEvent.object_type == "placement")
            .order_by(AuditEvent.id)
        ).all()
    assert trail == ["suspend", "reinstate", "recall"]


def test_the_lists_follow_a_bill_from_the_gate_to_the_signature(clerk, manager, tmp_path) -> None:
    bill, visit = ready(tmp_path)
    from portal.services.run_day import run_day

    run_day(on=OPEN, now=noon(OPEN), office=Office(tmp_path))
    assert tabs() == ["prepare"]
    (row,) = bills_to_prepare(on=OPEN, number=1).rows
    assert row.missing == ()
    packet_id = prepare(clerk, visit.id)
    assert tabs() == ["to_sign"]
    sign(manager, packet_id)
    assert tabs() == ["signed"]
    later(lambda w: w.pay(bill, 10_00, on=OPEN))
    assert tabs() == ["prepare", "over"]


def test_COLL_8_reinstating_asks_the_gate_again_and_a_hold_keeps_it_waiting(
    clerk, manager, tmp_path
) -> None:
    placement_id, bill = placed(clerk, manager, tmp_path)
    tell(clerk, placement_id, Order.SUSPEND)
    account_id = bill[0].guarantor_account_id
    hold = HoldAsked(kind=Condition.BANKRUPTCY, reason="Notice of case 26-1")
    set_hold(staff=manager, account_id=account_id, asked=hold, now=noon(OPEN))
    with pytest.raises(CannotOrder) as refused:
        tell(clerk, placement_id, Order.REINSTATE)
    assert "COLL-24" in refused.value.rule_ids
    assert states() == ["suspended"]
    with db.read_only() as session:
        from portal.queries.hold_rows import holds_of

        (row,) = [one for one in holds_of(session, [account_id], on=DAY_AFTER) if one.hold_id]
    end_hold(
        staff=manager,
        account_id=account_id,
        hold_id=row.hold_id,
        reason="It was another person",
        now=noon(OPEN),
    )
    assert tell(clerk, placement_id, Order.REINSTATE)
    assert states() == ["placed"]


def test_COLL_11_what_does_not_follow_from_where_a_bill_stands_is_refused(
    clerk, manager, tmp_path
) -> None:
    placement_id, _ = placed(clerk, manager, tmp_path)
    assert not tell(clerk, placement_id, Order.REINSTATE)
    with pytest.raises(CannotOrder, match="Your role"):
        tell(add_staff("biller"), placement_id, Order.RECALL)
    with pytest.raises(CannotOrder, match="Say why"):
        tell(clerk, placement_id, Order.RECALL, " ")
    with pytest.raises(CardNumberRefused):
        tell(clerk, placement_id, Order.RECALL, "Paid by 4111 1111 1111 1111")
    with pytest.raises(ValueError, match="by rule"):
        tell(clerk, placement_id, Order.PAID_IN_FULL)
    with pytest.raises(NotFound):
        tell(clerk, uuid4(), Order.RECALL)
    tell(clerk, placement_id, Order.RECALL)
    for order in (Order.SUSPEND, Order.REINSTATE):
        with pytest.raises(CannotOrder, match="it is ours"):
            tell(clerk, placement_id, order)
    assert [order for order, _ in orders()] == ["place", "recall"]


def test_who_handed_a_file_over_is_written_down_once(clerk, manager, tmp_path) -> None:
    placed(clerk, manager, tmp_path)
    files(tmp_path)
    with db.read_only() as session:
        file_id = session.scalars(select(PlacementFile.id)).one()
    with pytest.raises(CannotHandOver):
        hand_over_file(staff=add_staff("biller"), file_id=file_id, now=noon(OPEN))
    with pytest.raises(NotFound):
        hand_over_file(staff=clerk, file_id=uuid4(), now=noon(OPEN))
    assert hand_over_file(staff=clerk, file_id=file_id, now=noon(OPEN))
    assert not hand_over_file(staff=manager, file_id=file_id, now=noon(DAY_AFTER))
    with db.read_only() as session:
        row = session.get_one(PlacementFile, file_id)
        assert (row.handed_by_id, row.handed_at) == (clerk.login_id, noon(OPEN))
        trail = select(AuditEvent.action).where(AuditEvent.object_type == "placement_file")
        assert session.scalars(trail).all() == ["hand_over"]
