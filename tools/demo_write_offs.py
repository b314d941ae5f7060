"""What the demo's office lets go: small balances by the daily run's batches, and bad debt of which an agency recovers some.

The daily runs of the six months before proposed the first batch of small balances; everything here goes by the real services.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select

from billing.bad_debt import BatchKind, BatchState, BillState
from billing.money import Money
from portal import wiring
from portal.db import read_only
from portal.models.bad_debt import BadDebtBatch, BadDebtBill
from portal.models.placements import AgencyReturn, Placement
from portal.services.approve_bad_debt import approve_bad_debt
from portal.services.prepare_bad_debt import prepare_bad_debt
from portal.services.propose_small_balances import propose_small_balances
from portal.services.reverse_bad_debt import reverse_bad_debt
from tools.demo_collections import Desk, desk_of, hear_agency, payment_line

AGO = timedelta(days=2)  # since they were written off
ASKED_FOR = Money(8_40)  # the small balance that is paid after all


def fill_write_offs(office: wiring.Gateways, *, now: datetime) -> None:
    """Two batches that were approved, and one that waits for its second person."""
    desk = desk_of(now)
    then = replace(desk, on=desk.on - AGO, now=now - AGO)
    _let_small_go(desk, then)
    placed = _still_placed()
    if placed:
        _give_back(then, placed[1:], office)
        _write_off(then, placed)
        _recover(desk, placed[0], office)


def _let_small_go(desk: Desk, then: Desk) -> None:
    """The first batch is approved, and one bill of it taken back; the second is proposed and waits."""
    with read_only() as session:
        first = session.scalar(
            select(BadDebtBatch.id).where(
                BadDebtBatch.kind == BatchKind.SMALL_BALANCE.value,
                BadDebtBatch.state == BatchState.WAITING.value,
            )
        )
    if first is not None:
        approve_bad_debt(batch_id=first, staff=then.manager, on=then.on, now=then.now)
        _take_one_back(desk, first)
    propose_small_balances(on=desk.on, now=desk.now)


def _take_one_back(desk: Desk, batch_id: UUID) -> None:
    with read_only() as session:
        bill_id = session.scalar(
            select(BadDebtBill.id).where(
                BadDebtBill.batch_id == batch_id,
                BadDebtBill.amount == ASKED_FOR,
                BadDebtBill.state == BillState.POSTED.value,
            )
        )
    if bill_id is not None:
        reverse_bad_debt(
            batch_id=batch_id,
            bill_id=bill_id,
            reason="He called: his check for it is in the mail",
            staff=desk.manager,
            on=desk.on,
            now=desk.now,
        )


def _still_placed() -> list[Placement]:
    """Bills that the agency has and was paid nothing for, the largest first."""
    with read_only() as session:
        told = select(AgencyReturn.placement_id)
        return list(
            session.scalars(
                select(Placement)
                .where(Placement.state == "placed", Placement.id.not_in(told))
                .order_by(Placement.placed.desc(), Placement.number)
            )
        )


def _give_back(then: Desk, placements: list[Placement], office: wiring.Gateways) -> None:
    """The agency found nobody who could pay."""
    lines = [
        f"ER-8{at},closure,{one.number},{then.on},,,uncollectible"
        for at, one in enumerate(placements)
    ]
    if lines:
        hear_agency(lines, office=office, number=2, now=then.now)


def _write_off(then: Desk, placements: list[Placement]) -> None:
    batch_id = prepare_bad_debt(
        form_id=uuid4(),
        visit_ids=[one.visit_id for one in placements],
        staff=then.clerk,
        on=then.on,
        now=then.now,
    )
    later = then.now + timedelta(hours=2)
    approve_bad_debt(batch_id=batch_id, staff=then.manager, on=then.on, now=later)


def _recover(desk: Desk, placement: Placement, office: wiring.Gateways) -> None:
    """They paid the agency a third of it after all."""
    on = desk.on - timedelta(days=1)
    paid = Money(placement.placed.cents // 3)
    hear_agency([payment_line("ER-91", placement, paid, on)], office=office, number=3, now=desk.now)
