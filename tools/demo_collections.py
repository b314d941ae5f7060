"""Bills of the demo on their way to an agency: one packet to sign, bills placed, one paid in part, one called home again.

The steps before are put on record with the clocks of their days; everything after goes by the real services, past the gate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.gate import BEFORE_ACTING, NOTICE_FROM, OPENS_AFTER, GateFacts, may_place
from billing.holds import Action, Allowed
from billing.money import ZERO, Money
from billing.placement import Order, Term
from billing.state_rows import STATE_RULES
from portal import wiring
from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount, Patient
from portal.models.claims import Visit
from portal.models.collection_cases import CollectionPacket
from portal.models.identity import Login
from portal.models.placements import AgencyReturn, Placement
from portal.queries.balances import balances
from portal.queries.gate_facts import gate_facts
from portal.queries.permissions import ROLES
from portal.queries.placement_files import placement_files
from portal.queries.report_shapes import plain_money
from portal.queries.signed_packet import packets_on
from portal.queries.viewer import StaffViewer
from portal.services.add_agency import AgencyDetails, add_agency
from portal.services.approve_agency import approve_agency
from portal.services.enter_agency_remittance import AgencyPaid, enter_agency_remittance
from portal.services.hand_over_file import hand_over_file
from portal.services.order_by_hand import order_by_hand
from portal.services.place_bill import PlacementAsked, place_bill
from portal.services.practice_date import practice_date
from portal.services.prepare_packet import prepare_packet
from portal.services.prove_step import ProofKind, prove_step
from portal.services.read_agency_file import read_returns
from portal.services.set_organisation import review_state
from portal.services.sign_packet import sign_packet
from portal.services.write_placement_files import write_placement_files

AGO = timedelta(days=3)  # since two of them were placed
SHOWN = 5  # one to sign, one paid, one recalled, two that `demo_write_offs` writes off
WORTH = Money(20_00)
WHOLE = AgencyDetails(
    name="Example Recovery",
    contract_ref="C-2026-07",
    baa_ref="BAA-2026-07",
    terms=tuple(Term),
    states=("NY",),
    begins_on=date(2026, 1, 1),
    ends_on=None,
    dispute_address=("9 Sample Way", "Exampleton, NY 10001"),
    phone="(212) 555-0109",
)


@dataclass(frozen=True, slots=True)
class Desk:
    """Who does it, and when."""

    clerk: StaffViewer
    manager: StaffViewer
    on: date
    now: datetime


def fill_collections(office: wiring.Gateways, *, now: datetime) -> None:
    """Prepare what there is to see; a demo whose bills are all too young shows the agencies alone."""
    desk = desk_of(now)
    on = desk.on
    then = replace(desk, on=on - AGO, now=now - AGO)
    agency_id = _agencies(then)
    _read_law(then)
    bills = _prove(then)
    if bills:
        _prepare(desk, bills[0])
    placements = [_place(then, one, agency_id) for one in bills[1:]]
    if placements:
        write_placement_files(on=then.on, now=then.now, shelf=office)
        for line in placement_files(agency=agency_id, number=1).rows:
            hand_over_file(staff=desk.clerk, file_id=line.id, now=then.now + timedelta(hours=1))
        _pay(desk, placements[0], agency_id, office)
    if len(placements) > 1:
        _call_home(desk, placements[1])


def desk_of(now: datetime) -> Desk:
    """The demo's own people, on the practice's day."""
    with read_only() as session:
        on = practice_date(session, now)
    return Desk(_staff("collections"), _staff("manager"), on, now)


def _pay(desk: Desk, placement_id: UUID, agency_id: int, office: wiring.Gateways) -> None:
    """The agency was paid twice for us: its check brings the first, and it still holds the second."""
    with read_only() as session:
        placement = session.get_one(Placement, placement_id)
    on = desk.on - timedelta(days=1)
    first, second = (Money(placement.placed.cents // part) for part in (4, 8))
    told_of = [
        payment_line(f"ER-{number}", placement, amount, on)
        for number, amount in ((1, first), (2, second))
    ]
    hear_agency(told_of, office=office, number=1, now=desk.now)
    with read_only() as session:
        told = session.scalars(select(AgencyReturn).where(AgencyReturn.ref == "ER-1")).one()
    paid = AgencyPaid(
        form_id=uuid4(),
        agency_id=agency_id,
        received_on=desk.on,
        gross=told.amount,
        fee=told.fee,
        trace="ER 2041",
        covers=(told.id,),
    )
    enter_agency_remittance(paid, staff=desk.clerk, on=desk.on, now=desk.now)


def hear_agency(
    lines: Sequence[str], *, office: wiring.Gateways, number: int, now: datetime
) -> None:
    """One of the agency's files: its lines in the order of the columns, each told once."""
    read_returns(
        agency=WHOLE.name,
        data="\n".join(("ref,kind,placement,happened_on,amount,fee,detail", *lines, "")).encode(),
        name=f"example-recovery-{number:04}.csv",
        store=office.documents,
        public_url=office.public_url,
        now=now,
    )


def payment_line(ref: str, placement: Placement, amount: Money, on: date) -> str:
    """They paid the agency, which keeps its fee of it."""
    fee = _fee(amount)
    return f"{ref},payment,{placement.number},{on},{plain_money(amount)},{plain_money(fee)},"


def _fee(amount: Money) -> Money:
    """A quarter, as such contracts have it."""
    return Money(amount.cents // 4)


def _call_home(desk: Desk, placement_id: UUID) -> None:
    order_by_hand(
        staff=desk.clerk,
        placement_id=placement_id,
        order=Order.RECALL,
        reason="They called: we agreed on a payment plan",
        on=desk.on,
        now=desk.now,
    )


def _staff(role: str) -> StaffViewer:
    with read_only() as session:
        login_id = session.scalars(select(Login.id).where(Login.role == role)).first()
    assert login_id is not None, f"the demo has somebody of the role {role}"
    return StaffViewer(login_id, role, ROLES[role])


def _agencies(desk: Desk) -> int:
    """One that may be used, and one whose contract still lacks something."""
    begins_on = desk.on - timedelta(days=200)
    usable = replace(WHOLE, begins_on=begins_on, states=tuple(sorted(_homes())))
    agency_id = add_agency(staff=desk.clerk, details=usable, now=desk.now)
    approve_agency(staff=desk.manager, agency_id=agency_id, upon=1, on=desk.on, now=desk.now)
    lacking = replace(
        usable,
        name="Sample Collections Partners",
        baa_ref="",
        terms=tuple(term for term in Term if term is not Term.NO_CREDIT_REPORT),
    )
    add_agency(staff=desk.clerk, details=lacking, now=desk.now)
    return agency_id


def _homes() -> set[str]:
    """The states in which somebody of the demo lives."""
    with read_only() as session:
        patients = session.scalars(select(Patient.state)).all()
        guarantors = session.scalars(select(GuarantorAccount.state)).all()
    return {home.strip().upper() for home in (*patients, *guarantors) if home.strip()}


def _read_law(desk: Desk) -> None:
    """Every row of these states."""
    lives = _homes()
    for row in {one.key: one for one in STATE_RULES if one.state in lives}.values():
        review_state(
            staff=desk.manager,
            form_id=uuid4(),
            row_key=row.key,
            fingerprint=row.fingerprint,
            confirmed=True,
            note="Read for the demo alone: no legal advice.",
            now=desk.now,
        )


def _prove(desk: Desk) -> list[int]:
    """Bills that only want the office's own steps, which are put on record; the visits of those that the gate lets through."""
    with read_only() as session:
        ready = _ready(session, desk.on)
    with transaction() as session:
        for account_id, start in ready.items():
            _steps(session, account_id, start, desk)
    with read_only() as session:
        facts = gate_facts(session, on=desk.on, account_ids=list(ready))
    oldest_last = sorted(facts.items(), key=lambda one: ready[one[0]], reverse=True)
    return [
        one.visit_id
        for _, each in oldest_last
        for one in each.episodes[:1]
        if isinstance(may_place(each, desk.on), Allowed)
    ][-SHOWN:]


def _ready(session: Session, on: date) -> Mapping[int, date]:
    """By account: D0, where four statements arrived long enough ago, nothing is held, and it is worth the trouble."""
    oldest = on - max(OPENS_AFTER, NOTICE_FROM + BEFORE_ACTING) - timedelta(days=1)
    accounts = session.scalars(
        select(Visit.guarantor_account_id).where(Visit.first_statement_on <= oldest).distinct()
    ).all()
    facts = gate_facts(session, on=on, account_ids=accounts)
    owed = {
        one.guarantor_account_id: one.patient_due
        for one in balances(session, on=on, account_ids=accounts)
    }
    found = {}
    for account_id, each in sorted(facts.items()):
        start = each.latest_start
        worth = owed.get(account_id, ZERO) >= WORTH
        if worth and start is not None and start <= oldest and _wants_only_steps(each, on):
            found[account_id] = start
    return found


def _wants_only_steps(facts: GateFacts, on: date) -> bool:
    """Whether notice, call and screening are all that is missing."""
    answer = may_place(facts, on)
    return isinstance(answer, Allowed) or set(answer.rule_ids) <= {"COLL-4", "COLL-5", "FA-8"}


def _steps(session: Session, account_id: int, start: date, desk: Desk) -> None:
    noticed = min(start + NOTICE_FROM, desk.on - BEFORE_ACTING - timedelta(days=1))
    facts = {
        "deadline_on": (noticed + BEFORE_ACTING).isoformat(),
        "names": [Action.PLACEMENT.value],
        "encloses_summary": True,
    }
    for kind, day, told in (
        (ProofKind.SCREENING, start + timedelta(days=60), {"result": "nothing found"}),
        (ProofKind.ORAL_ATTEMPT, noticed, {"outcome": "told of help with bills"}),
        (ProofKind.FINAL_NOTICE, noticed, facts),
    ):
        prove_step(
            session,
            kind,
            account_id=account_id,
            happened_on=day,
            source=f"demo:{kind}:{account_id}",
            facts=told,
            now=desk.now - (desk.on - day),
            login_id=desk.clerk.login_id,
        )


def _prepare(desk: Desk, visit_id: int) -> UUID:
    return prepare_packet(
        staff=desk.clerk, packet_id=uuid4(), visit_id=visit_id, on=desk.on, now=desk.now
    )


def _place(desk: Desk, visit_id: int, agency_id: int) -> UUID:
    on, now = desk.on, desk.now
    packet_id = _prepare(desk, visit_id)
    with read_only() as session:
        packet = session.get_one(CollectionPacket, packet_id)
    shown = packet.content_hash
    sign_packet(staff=desk.manager, packet_id=packet_id, shown_hash=shown, on=on, now=now)
    asked = PlacementAsked(
        form_id=uuid4(), agency_id=agency_id, visit_id=packet.visit_id, packet_id=packet_id
    )
    return place_bill(asked, staff=desk.clerk, find_packet=packets_on(on), on=on, now=now)
