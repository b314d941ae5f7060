"""Give one bill to an agency, after a second person signed its packet and the gate said yes (COLL-2, COLL-11, COLL-19).

The gate is asked here, in the transaction that places the bill and under the account's lock: what it proved a minute
ago proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.holds import Action, Denied
from billing.money import ZERO, Money
from billing.placement import WITH_AGENCY, Order, PlacementState, lacks
from portal.db import transaction
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.claims import Visit
from portal.models.placements import AgencyRow, Placement
from portal.queries.agency_facts import agency_facts
from portal.queries.last_itemised import last_itemised
from portal.queries.placed_bills import placed_bills
from portal.queries.viewer import StaffViewer
from portal.services.ask_to_collect import ask_to_collect
from portal.services.give_order import Ordered, give_order
from portal.services.lock_posting import lock_accounts
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound, Refusal

WHY = "Every step before a placement is proven."


class Packet(Protocol):
    """What was shown to the second person, and who they are; the signature is theirs alone."""

    @property
    def visit_id(self) -> int: ...
    @property
    def guarantor_account_id(self) -> int: ...
    @property
    def balance(self) -> Money: ...
    @property
    def prepared_by_id(self) -> int: ...
    @property
    def signed_by_id(self) -> int | None: ...


FindPacket = Callable[[Session, UUID], Packet | None]


class CannotPlace(Refusal):
    """The bill stays ours; `rule_ids` are those of the gate, or of what the agency or the packet lacks."""

    title = "The bill was not placed"

    def __init__(self, words: str, rule_ids: tuple[str, ...]) -> None:
        super().__init__(words)
        self.rule_ids = rule_ids


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementAsked:
    """One bill for one agency; `form_id` is the page's, so that a second click finds the first."""

    form_id: UUID
    agency_id: int
    visit_id: int
    packet_id: UUID


def place_bill(
    asked: PlacementAsked,
    *,
    staff: StaffViewer,
    find_packet: FindPacket,
    on: date,
    now: datetime,
) -> UUID:
    """Place it and order the agency to ask for it; the same form again answers the same placement.

    Raises CannotPlace with the rule ids, or NotFound.
    """
    if not staff.may("placements.place"):
        raise CannotPlace("Your role cannot place a bill with an agency.", ("HIPAA-7",))
    with transaction() as session:
        visit = session.get(Visit, asked.visit_id)
        agency = session.get(AgencyRow, asked.agency_id)
        if visit is None or agency is None:
            raise NotFound
        lock_accounts(session, [visit.guarantor_account_id])
        session.refresh(visit)
        session.refresh(agency, with_for_update={"read": True})
        before = session.get(Placement, asked.form_id)
        if before is not None:
            return before.id
        packet = _signed(find_packet(session, asked.packet_id), visit)
        _agency_may(session, agency, visit, on=on)
        _no_other(session, visit.id)
        _gate_opens(session, visit, staff=staff, on=on)
        placement = _new(session, asked, visit, packet, staff=staff, on=on, now=now)
        _order(session, placement, staff=staff, on=on, now=now)
        add_staff_act(
            session,
            staff,
            action="place",
            object_type="visit",
            object_id=visit.id,
            account_ids=(visit.guarantor_account_id,),
            patient_ids=(visit.patient_id,),
            reason=f"{placement.number}, packet {asked.packet_id}",
            now=now,
        )
        return placement.id


def _signed(packet: Packet | None, visit: Visit) -> Packet:
    if (
        packet is None
        or packet.visit_id != visit.id
        or packet.guarantor_account_id != visit.guarantor_account_id
    ):
        raise CannotPlace("There is no packet of this bill.", ("OPS-13",))
    if packet.signed_by_id is None or packet.signed_by_id == packet.prepared_by_id:
        raise CannotPlace("A second person has to sign the packet first.", ("OPS-13",))
    return packet


def _agency_may(session: Session, row: AgencyRow, visit: Visit, *, on: date) -> None:
    missing = lacks(agency_facts(row), on=on)
    if row.approved_by_id is None or row.approved_by_id == row.added_by_id:
        missing = (*missing, "the approval of its contract by a second person")
    if missing:
        raise CannotPlace(f"{row.name} lacks {'; '.join(missing)}.", ("COLL-11",))
    homes = session.execute(
        select(Patient.state, GuarantorAccount.state)
        .select_from(Visit)
        .join(Patient, Patient.id == Visit.patient_id)
        .join(GuarantorAccount, GuarantorAccount.id == Visit.guarantor_account_id)
        .where(Visit.id == visit.id)
    ).one()
    # Where neither address names a state, nothing says that a licence covers it.
    states = {state.strip().upper() for state in homes if state.strip()}
    if not states or not states <= set(row.states):
        where = ", ".join(sorted(states - set(row.states))) or "a state that is not known"
        raise CannotPlace(f"{row.name} holds no licence for {where}.", ("COLL-11",))


def _no_other(session: Session, visit_id: int) -> None:
    live = select(Placement.id).where(
        Placement.visit_id == visit_id, Placement.state.in_([one.value for one in WITH_AGENCY])
    )
    if session.scalar(live) is not None:
        raise CannotPlace("An agency has this bill already.", ("COLL-19",))


def _gate_opens(session: Session, visit: Visit, *, staff: StaffViewer, on: date) -> None:
    answer = ask_to_collect(
        session,
        Action.PLACEMENT,
        account_id=visit.guarantor_account_id,
        visit_ids=[visit.id],
        on=on,
        asked_by="place_bill",
        login_id=staff.login_id,
    )
    if isinstance(answer, Denied):
        rules = ", ".join(answer.rule_ids)
        raise CannotPlace(f"The gate says no: {rules}.", answer.rule_ids)


def _new(
    session: Session,
    asked: PlacementAsked,
    visit: Visit,
    packet: Packet,
    *,
    staff: StaffViewer,
    on: date,
    now: datetime,
) -> Placement:
    itemised = last_itemised(session, [visit.id], on=on).get(visit.id)
    if itemised is None:
        raise CannotPlace("No statement that arrived itemises this bill.", ("COLL-18",))
    times = select(func.count()).select_from(Placement).where(Placement.visit_id == visit.id)
    placement = Placement(
        id=asked.form_id,
        number=f"P-{visit.id}-{(session.scalar(times) or 0) + 1}",  # the account is locked
        agency_id=asked.agency_id,
        guarantor_account_id=visit.guarantor_account_id,
        visit_id=visit.id,
        state=PlacementState.PLACED.value,
        placed_on=on,
        placed_at=now,
        placed_by_id=staff.login_id,
        placed=packet.balance,
        itemised_bill=itemised.statement,
        itemization_on=itemised.on,
        itemization=itemised.amount,
    )
    (bill,) = placed_bills(session, [placement], on=on)
    if bill.owed <= ZERO or bill.owed != packet.balance:
        raise CannotPlace(
            "What is owed changed since the packet was signed: prepare a new one.", ("COLL-19",)
        )
    session.add(placement)
    session.flush()
    return placement


def _order(
    session: Session, placement: Placement, *, staff: StaffViewer, on: date, now: datetime
) -> None:
    by = Ordered(rule_ids=(), why=WHY, login_id=staff.login_id)
    give_order(session, placement, Order.PLACE, by, owed=placement.placed, on=on, now=now)
