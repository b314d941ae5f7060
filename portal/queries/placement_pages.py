"""Placed bills for the office: by agency and state, and one with its orders, the files they were in, and what came back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.agency_returns import Return
from billing.hold_words import HOLD_WORDS
from billing.holds import REASONS, Action, Condition, blocked_by
from billing.money import ZERO, Money, total_of
from billing.placement import WITH_AGENCY, Order, PlacementState
from portal.db import read_only
from portal.models.accounts import Patient
from portal.models.claims import Visit
from portal.models.identity import Login
from portal.models.placements import (
    AgencyReturn,
    AgencyRow,
    Placement,
    PlacementFile,
    PlacementOrder,
)
from portal.queries.paging import Page, limits, page_of
from portal.queries.placed_bills import placed_bills

STATE_WORDS = {
    PlacementState.PLACED: "With the agency",
    PlacementState.SUSPENDED: "Told to wait",
    PlacementState.RECALLED: "Recalled",
    PlacementState.PAID: "Paid",
    PlacementState.CLOSED: "Given back",
}
ORDER_WORDS = {
    Order.PLACE: "Ask for this bill",
    Order.UPDATE: "Something changed",
    Order.SUSPEND: "Wait",
    Order.REINSTATE: "Go on",
    Order.RECALL: "Stop, send it back",
    Order.PAID_IN_FULL: "Paid in full",
}
RETURN_WORDS = {
    "payment": "A payment",
    "payment_back": "A payment came back",
    "dispute": "The patient disputes it",
    "address": "A new address",
    "closure": "It gives the bill back",
    "notice": "Told of the person",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementLine:
    """One placed bill of the list; what it owed when it was placed."""

    id: UUID
    number: str
    account_id: int
    patient_id: int
    name: str
    agency_id: int
    agency: str
    state: PlacementState
    placed_on: date
    placed: Money
    ended_at: datetime | None

    @property
    def words(self) -> str:
        return STATE_WORDS[self.state]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One order, in the words that the agency reads, and the file that carries it; None while it waits."""

    at: datetime
    what: str
    why: str
    rules: str
    by: str
    owed: Money
    due_on: date
    file_id: UUID | None
    file_name: str
    handed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnLine:
    """One fact that the agency told; `moved`: what it brought, below zero for what a bank returned.

    `came`: a payment of the agency to us brought it.
    """

    on: date
    what: str
    ref: str
    amount: Money
    fee: Money
    detail: str
    file_name: str
    moved: Money
    came: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementPage:
    """One placed bill whole; `owed` and `holds` are of now."""

    line: PlacementLine
    visit_id: int
    service_on: date
    placed_by: str
    owed: Money
    holds: tuple[str, ...]
    itemised_bill: str
    itemization_on: date
    itemization: Money
    ended_why: str
    orders: tuple[OrderLine, ...]
    returns: tuple[ReturnLine, ...]

    @property
    def recovered(self) -> Money:
        """What the agency was paid of it, before its fee."""
        return total_of(one.moved for one in self.returns)

    @property
    def came(self) -> Money:
        """What of that the agency's payments to us brought."""
        return total_of(one.moved for one in self.returns if one.came)

    @property
    def may(self) -> tuple[Order, ...]:
        """What a person may tell the agency now."""
        if self.line.state is PlacementState.PLACED:
            return (Order.SUSPEND, Order.RECALL)
        if self.line.state is PlacementState.SUSPENDED:
            return (Order.REINSTATE, Order.RECALL)
        return ()


def placement_list(*, agency: int, state: str, number: int) -> Page[PlacementLine]:
    """The newest first; `state` empty: those that an agency has, `all`: every one."""
    wanted = _lines().order_by(Placement.placed_at.desc(), Placement.number)
    if agency:
        wanted = wanted.where(Placement.agency_id == agency)
    if state != "all":
        states = [state] if state else [one.value for one in WITH_AGENCY]
        wanted = wanted.where(Placement.state.in_(states))
    offset, limit = limits(number)
    with read_only() as session:
        rows = session.execute(wanted.offset(offset).limit(limit)).all()
    return page_of([_line(row) for row in rows], number)


def agency_names() -> dict[int, str]:
    """Every agency by its id, for a list to choose from."""
    with read_only() as session:
        rows = session.execute(select(AgencyRow.id, AgencyRow.name).order_by(AgencyRow.name))
        return dict(iter(rows))


def placement_page(placement_id: UUID, *, on: date) -> PlacementPage | None:
    """One; None where there is none."""
    with read_only() as session:
        row = session.execute(
            _lines().where(Placement.id == placement_id).add_columns(Visit.service_on, Login.name)
            .join(Login, Login.id == Placement.placed_by_id)
        ).one_or_none()  # fmt: skip
        if row is None:
            return None
        placement = row.Placement
        (bill,) = placed_bills(session, [placement], on=on)
        return PlacementPage(
            line=_line(row),
            visit_id=placement.visit_id,
            service_on=row.service_on,
            placed_by=row[-1],
            owed=bill.owed,
            holds=_holds(bill.conditions),
            itemised_bill=placement.itemised_bill,
            itemization_on=placement.itemization_on,
            itemization=placement.itemization,
            ended_why=placement.ended_why,
            orders=_orders(session, placement_id),
            returns=_returns(session, placement_id),
        )


def _lines() -> Any:
    return (
        select(Placement, AgencyRow.name.label("agency"), Visit.patient_id,
               Patient.first_name, Patient.last_name)
        .join(AgencyRow, AgencyRow.id == Placement.agency_id)
        .join(Visit, Visit.id == Placement.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
    )  # fmt: skip


def _line(row: Any) -> PlacementLine:
    one = row.Placement
    return PlacementLine(
        id=one.id,
        number=one.number,
        account_id=one.guarantor_account_id,
        patient_id=row.patient_id,
        name=f"{row.first_name} {row.last_name}".strip(),
        agency_id=one.agency_id,
        agency=row.agency,
        state=PlacementState(one.state),
        placed_on=one.placed_on,
        placed=one.placed,
        ended_at=one.ended_at,
    )


def _holds(conditions: frozenset[Condition]) -> tuple[str, ...]:
    """What keeps a bill from an agency; a wish about statements or texts does not."""
    known = sorted(blocked_by(conditions - {Condition.PLACED}, Action.PLACEMENT))
    return tuple(HOLD_WORDS[one].staff if one in HOLD_WORDS else REASONS[one] for one in known)


def _orders(session: Session, placement_id: UUID) -> tuple[OrderLine, ...]:
    rows: Sequence[Any] = session.execute(
        select(PlacementOrder, Login.name, PlacementFile.name, PlacementFile.handed_at)
        .outerjoin(Login, Login.id == PlacementOrder.ordered_by_id)
        .outerjoin(PlacementFile, PlacementFile.id == PlacementOrder.file_id)
        .where(PlacementOrder.placement_id == placement_id)
        .order_by(PlacementOrder.id.desc())
    ).all()
    return tuple(
        OrderLine(
            at=order.ordered_at,
            what=ORDER_WORDS[Order(order.order)],
            why=order.why,
            rules=", ".join(order.rule_ids),
            by=by or "By rule",
            owed=order.owed,
            due_on=order.due_on,
            file_id=order.file_id,
            file_name=file_name or "",
            handed_at=handed_at,
        )
        for order, by, file_name, handed_at in rows
    )


def _returns(session: Session, placement_id: UUID) -> tuple[ReturnLine, ...]:
    rows = session.scalars(
        select(AgencyReturn)
        .where(AgencyReturn.placement_id == placement_id)
        .order_by(AgencyReturn.happened_on.desc(), AgencyReturn.id.desc())
    )
    return tuple(
        ReturnLine(
            on=row.happened_on,
            what=RETURN_WORDS.get(row.kind, row.kind),
            ref=row.ref,
            amount=row.amount,
            fee=row.fee,
            detail=str(row.told.get("detail", "")).replace("_", " "),
            file_name=row.file_name,
            moved=_moved(row),
            came=row.remittance_id is not None,
        )
        for row in rows
    )


def _moved(row: AgencyReturn) -> Money:
    """In the ledger: a payment that came back before it was told waits, and moved nothing yet."""
    if row.entry_id is None:
        return ZERO
    return -row.amount if row.kind == Return.PAYMENT_BACK else row.amount
