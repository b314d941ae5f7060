"""Bills that were given to an agency: plain rows, as if the gate and two people had said yes."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from sqlalchemy import select

from billing.money import Money
from billing.placement import Order, PlacementState, Term
from portal import db
from portal.models.identity import Login
from portal.models.placements import AgencyRow, Placement, PlacementOrder
from tests.services.statement_world import World, noon

PLACED_ON = date(2026, 6, 29)  # a Monday


def agency(world: World, **fields) -> AgencyRow:
    """An agency whose contract lacks nothing."""
    name = f"agent{world.number()}"
    login = world.add(
        Login(face="staff", email=f"{name}@example.com", role="manager", fs_uniquifier=name)
    )
    defaults = {
        "name": f"Testa Recovery {world.number()}",
        "contract_ref": "C-1",
        "baa_ref": "B-1",
        "terms": [term.value for term in Term],
        "states": ["NY"],
        "begins_on": date(2026, 1, 1),
        "dispute_address": ["9 Sample Way", "Exampleton, NY 10001"],
        "phone": "(212) 555-0109",
        "added_by_id": login.id,
        "added_at": noon(PLACED_ON),
    }
    return world.add(AgencyRow(**(defaults | fields)))


def place(world: World, bill, at: AgencyRow, *, cents: int = 5000, told: bool = True) -> Placement:
    """A bill that the agency has; `told`: the order that placed it is in a file already."""
    visit = bill[0]
    placement = world.add(
        Placement(
            id=uuid4(),
            number=f"P-{world.number()}",
            agency_id=at.id,
            guarantor_account_id=visit.guarantor_account_id,
            visit_id=visit.id,
            state=PlacementState.PLACED,
            placed_on=PLACED_ON,
            placed_at=noon(PLACED_ON),
            placed_by_id=at.added_by_id,
            placed=Money(cents),
            itemised_bill="2026-0001",
            itemization_on=date(2026, 5, 31),
            itemization=Money(cents),
        )
    )
    if not told:
        world.add(
            PlacementOrder(
                placement_id=placement.id,
                order=Order.PLACE,
                rule_ids=[],
                why="",
                ordered_at=noon(PLACED_ON),
                ordered_by_id=at.added_by_id,
                due_on=PLACED_ON,
                owed=Money(cents),
            )
        )
    return placement


def orders() -> list[tuple[str, str]]:
    """Every order in its turn, with its rules."""
    with db.read_only() as session:
        rows = session.scalars(select(PlacementOrder).order_by(PlacementOrder.id))
        return [(row.order, ",".join(row.rule_ids)) for row in rows]


def states() -> list[str]:
    with db.read_only() as session:
        return list(session.scalars(select(Placement.state).order_by(Placement.number)))
