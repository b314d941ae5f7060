"""Screenings and plan offers: written when they happen, so that the gate can know of them (FA-8, COLL-T)."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from billing.money import Money
from billing.plans import Terms
from portal import db
from portal.models.accounts import Coverage, Payer
from portal.models.assistance_decisions import AssistanceScreening
from portal.models.claims import Visit
from portal.models.gate import CollectionProof
from portal.models.work import WorkItem
from portal.queries.gate_facts import gate_facts
from portal.services.decide_plan import Deciding, approve_plan
from portal.services.offer_plan import offer_plan
from portal.services.prepare_packet import PacketRefused, prepare_packet
from portal.services.run_day import run_day
from portal.services.screen_waiting import CannotScreen, screen_waiting
from tests.services.gate_world import owing
from tests.services.staff_world import add_staff
from tests.services.statement_world import DAY, Office, after, later, noon

pytestmark = pytest.mark.usefixtures("database_url")
URL = "http://localhost"


def medicaid_elsewhen(visit_id: int) -> None:
    """Of another year than the bill: help is presumed."""
    with db.transaction() as session:
        visit = session.get_one(Visit, visit_id)
        payer = Payer(identifier="MEDICAID1", name="State Medicaid")
        session.add(payer)
        session.flush()
        session.add(
            Coverage(
                patient_id=visit.patient_id,
                payer_id=payer.id,
                member_id="M1",
                sequence="P",
                filing_code="MC",
                first_service_on=date(2024, 1, 1),
                last_service_on=date(2024, 12, 31),
            )
        )


def screened(account_id: int, on: date) -> date | None:
    with db.read_only() as session:
        return gate_facts(session, on=on, account_ids=[account_id])[account_id].screened_on


def kinds(open_: bool = True) -> list[str]:
    with db.read_only() as session:
        closed = WorkItem.closed_at
        return sorted(
            session.scalars(
                select(WorkItem.kind).where(closed.is_(None) if open_ else closed.is_not(None))
            )
        )


def test_FA_8_the_sixtieth_day_asks_our_books_and_the_work_closes_by_itself(tmp_path) -> None:
    account_id, _ = owing()
    office = Office(tmp_path)
    for n in (0, 30, 59, 60, 60):
        run_day(on=after(n), now=noon(after(n)), office=office)
    assert screened(account_id, after(60)) == after(60)
    assert "screen_for_help" not in kinds()
    assert "screen_for_help" in kinds(open_=False)
    with db.read_only() as session:
        [row] = session.scalars(select(AssistanceScreening))
    assert (row.why, row.result, row.asked_by_id) == ("dunning", "none", None)


def test_FA_8_what_is_presumed_is_work_and_the_screening_counts_when_it_is_decided(
    tmp_path,
) -> None:
    account_id, visit_id = owing()
    office = Office(tmp_path)
    for n in (0, 30):
        run_day(on=after(n), now=noon(after(n)), office=office)
    medicaid_elsewhen(visit_id)
    run_day(on=after(60), now=noon(after(60)), office=office)
    assert "assistance_presumed" in kinds()
    assert screened(account_id, after(60)) is None
    with db.transaction() as session:
        for item in session.scalars(select(WorkItem).where(WorkItem.kind == "assistance_presumed")):
            item.closed_at = noon(after(61))
    assert screened(account_id, after(61)) == after(60)


def test_FA_8_one_press_screens_everybody_who_waits_and_a_second_press_nobody() -> None:
    first, _ = owing()
    second, *_ = later(lambda w: w.owed(100_00))
    staff = add_staff("collections")
    with db.transaction() as session:
        for account_id in (first, second.guarantor_account_id):
            session.add(
                WorkItem(
                    dedupe_key=f"dunning:{account_id}:screening",
                    kind="screen_for_help",
                    guarantor_account_id=account_id,
                    opened_at=noon(DAY),
                )
            )
    with pytest.raises(CannotScreen):
        screen_waiting(on=DAY, now=noon(DAY), staff=add_staff("biller"))
    assert screen_waiting(on=DAY, now=noon(DAY), staff=staff) == 2
    assert screen_waiting(on=DAY, now=noon(DAY), staff=staff) == 0
    assert screened(first, DAY) == DAY
    with db.read_only() as session:
        assert {row.asked_by_id for row in session.scalars(select(AssistanceScreening))} == {
            staff.login_id
        }


def test_FA_8_a_packet_asks_our_books_on_its_own_day_also_where_it_is_refused() -> None:
    _, visit_id = owing()
    clerk = add_staff("collections")
    for _ in range(2):
        with pytest.raises(PacketRefused):
            prepare_packet(staff=clerk, packet_id=uuid4(), visit_id=visit_id, on=DAY, now=noon(DAY))
    with db.read_only() as session:
        [row] = session.scalars(select(AssistanceScreening))
    assert (row.why, row.screened_on) == ("placement", DAY)


def offered(cents: int, instalments: int, reason: str = "") -> tuple[int, bool, object]:
    account_id, _ = owing(cents)
    terms = Terms(
        total=Money(cents),
        down=Money(0),
        instalments=instalments,
        first_on=DAY + timedelta(days=14),
        day=(DAY + timedelta(days=14)).day,
    )
    plan_id = uuid4()
    outside = offer_plan(
        staff=add_staff("biller"),
        account_id=account_id,
        plan_id=plan_id,
        terms=terms,
        reason=reason,
        public_url=URL,
        now=noon(DAY),
    )
    return account_id, outside, plan_id


def offers(account_id: int) -> date | None:
    with db.read_only() as session:
        return gate_facts(session, on=DAY, account_ids=[account_id])[account_id].plan_offered_on


@pytest.mark.parametrize(("cents", "asked"), [(500_00, False), (500_01, True)])
def test_FA_8_COLL_T_an_offer_that_may_be_signed_is_proof_and_above_500_our_books_are_asked(
    cents: int, asked: bool
) -> None:
    account_id, outside, plan_id = offered(cents, 4)
    assert not outside
    assert offers(account_id) == DAY
    assert (screened(account_id, DAY) == DAY) is asked
    with db.read_only() as session:
        [proof] = session.scalars(select(CollectionProof))
    assert proof.source == f"plan:{plan_id}:0"
    assert proof.facts["total_cents"] == cents


def test_COLL_T_terms_that_wait_for_a_second_person_are_no_offer_until_approved() -> None:
    account_id, outside, plan_id = offered(200_00, 60, "They asked for small payments.")
    assert outside
    assert offers(account_id) is None
    approve_plan(
        Deciding(staff=add_staff("manager"), plan_id=plan_id, public_url=URL, now=noon(DAY))
    )
    assert offers(account_id) == DAY
