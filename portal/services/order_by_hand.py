"""A person tells an agency to stop, to wait or to go on with a bill (COLL-8, COLL-11); the words leave with the next file."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.free_text import check_free_text
from billing.holds import Action, Condition, Denied
from billing.money import ZERO
from billing.placement import Order, PlacementState, after
from portal.db import transaction
from portal.models.placements import Placement
from portal.queries.placed_bills import placed_bills
from portal.queries.viewer import StaffViewer
from portal.services.ask_to_collect import ask_to_collect
from portal.services.give_order import Ordered, give_order
from portal.services.lock_posting import lock_accounts
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal

BY_HAND = frozenset({Order.RECALL, Order.SUSPEND, Order.REINSTATE})
STANDS_AT = {
    PlacementState.PLACED: "The agency works on it already.",
    PlacementState.SUSPENDED: "It waits already.",
    PlacementState.RECALLED: "The bill was recalled: it is ours.",
    PlacementState.PAID: "The bill is paid.",
    PlacementState.CLOSED: "The agency gave the bill back: it is ours.",
}


class CannotOrder(Refusal):
    """The agency is told nothing; `rule_ids` are the gate's where it said no."""

    title = "The agency was told nothing"

    def __init__(self, words: str, rule_ids: tuple[str, ...] = ()) -> None:
        super().__init__(words)
        self.rule_ids = rule_ids


def order_by_hand(
    *,
    staff: StaffViewer,
    placement_id: UUID,
    order: Order,
    reason: str,
    on: date,
    now: datetime,
) -> bool:
    """Recall, suspend or reinstate, with a reason; false where this order was given before and still stands.

    Reinstating asks the gate again as a placement would. Raises CannotOrder, CardNumberRefused, NotFound.
    """
    if order not in BY_HAND:
        raise ValueError(f"{order} is given by rule")
    reason = check_free_text(reason).strip()
    if not staff.may("placements.place"):
        raise CannotOrder("Your role does not give orders to an agency.", ("HIPAA-7",))
    if not reason:
        raise CannotOrder("Say why.")
    with transaction() as session:
        placement = _hold(session, placement_id)
        state = PlacementState(placement.state)
        if state in _given(order):
            return False
        if order not in _steps(state):
            raise CannotOrder(STANDS_AT[state])
        (bill,) = placed_bills(session, [placement], on=on)
        if order is Order.REINSTATE:
            _gate_opens(session, placement, staff=staff, on=on)
            if bill.owed <= ZERO:
                raise CannotOrder("Nothing is owed on it any more.", ("COLL-21",))
        by = Ordered(rule_ids=(), why=reason, login_id=staff.login_id)
        give_order(session, placement, order, by, owed=bill.owed, on=on, now=now)
        add_staff_act(
            session,
            staff,
            action=order.value,
            object_type="placement",
            object_id=placement.id,
            account_ids=(placement.guarantor_account_id,),
            reason=reason[:300],
            now=now,
        )
    return True


def _hold(session: Session, placement_id: UUID) -> Placement:
    account_id = session.scalar(
        select(Placement.guarantor_account_id).where(Placement.id == placement_id)
    )
    if account_id is None:
        raise NotFound
    lock_accounts(session, [account_id])
    return session.get_one(Placement, placement_id, with_for_update=True)


def _given(order: Order) -> frozenset[PlacementState]:
    """Where a bill stands after this order; an agency may go on from the beginning, too."""
    return {
        Order.RECALL: frozenset({PlacementState.RECALLED}),
        Order.SUSPEND: frozenset({PlacementState.SUSPENDED}),
        Order.REINSTATE: frozenset({PlacementState.PLACED}),
    }[order]


def _steps(state: PlacementState) -> frozenset[Order]:
    found = set()
    for order in BY_HAND:
        try:
            after(state, order)
        except ValueError:
            continue
        found.add(order)
    return frozenset(found)


def _gate_opens(session: Session, placement: Placement, *, staff: StaffViewer, on: date) -> None:
    answer = ask_to_collect(
        session,
        Action.PLACEMENT,
        account_id=placement.guarantor_account_id,
        visit_ids=[placement.visit_id],
        on=on,
        asked_by="reinstate",
        login_id=staff.login_id,
        beside=frozenset({Condition.PLACED}),
    )
    if isinstance(answer, Denied):
        rules = ", ".join(answer.rule_ids)
        raise CannotOrder(f"The gate says no: {rules}.", answer.rule_ids)
