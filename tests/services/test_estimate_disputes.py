"""A federal dispute of a bill above its estimate: its clock, its hold, and what ends them (NSA-7, CORE-6)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from billing.holds import Condition
from portal.db import read_only, transaction
from portal.models.accounts import AccountCondition, GuarantorAccount
from portal.models.claims import Visit
from portal.models.estimate_disputes import EstimateDispute
from portal.queries.hold_register import account_holds
from portal.queries.viewer import StaffViewer
from portal.services.estimate_dispute import (
    CannotDispute,
    answer_estimate_dispute,
    end_estimate_dispute,
    open_estimate_dispute,
)
from portal.services.refusal import NotFound
from portal.services.resolve_work_item import Outcome, ResolutionRefused, resolve_work_item
from portal.services.set_hold import CannotHold, end_hold
from tests.booking_world import BookingWorld, open_booking
from tests.services.estimate_world import bill, work
from tests.services.staff_world import add_staff
from tests.services.statement_world import cut, statements

SEEN, NOTICE = date(2026, 2, 20), date(2026, 2, 27)
LATER = date(2026, 4, 20)


@pytest.fixture
def world(database_url: str, now: datetime) -> BookingWorld:
    made = open_booking(now)
    with transaction() as session:
        account = session.get_one(GuarantorAccount, made.account_id)
        account.street, account.city, account.state = "1 Sample Street", "Sampleton", "NY"
        account.postal_code = "10001"
    return made


@pytest.fixture
def manager(world: BookingWorld) -> StaffViewer:
    return add_staff("manager")


def disputed(world: BookingWorld, staff: StaffViewer) -> tuple[Visit, int]:
    visit = bill(world, SEEN, 900_00)
    dispute_id = open_estimate_dispute(
        staff=staff, visit_id=visit.id, reference="SDR-77", initiated_on=NOTICE, now=world.now
    )
    return visit, dispute_id


def row(dispute_id: int) -> EstimateDispute:
    with read_only() as session:
        return session.get_one(EstimateDispute, dispute_id)


def hold_of(dispute_id: int) -> AccountCondition:
    with read_only() as session:
        return session.get_one(AccountCondition, row(dispute_id).hold_id)


def test_NSA_7_our_answer_is_due_ten_business_days_after_the_notice_and_stands_in_the_queue(
    world: BookingWorld, manager: StaffViewer
) -> None:
    visit, dispute_id = disputed(world, manager)
    item = work(f"estimate_dispute:{dispute_id}")
    assert item is not None
    assert row(dispute_id).answer_by == item.due_on == date(2026, 3, 13)
    assert (item.visit_id, item.kind) == (visit.id, "estimate_dispute")
    again = open_estimate_dispute(
        staff=manager, visit_id=visit.id, reference="SDR-77", initiated_on=NOTICE, now=world.now
    )
    assert again == dispute_id
    with pytest.raises(ResolutionRefused, match="Estimates"):
        resolve_work_item(
            item_id=item.id,
            outcome=Outcome.RIGHT_AS_POSTED,
            note="done",
            staff=manager,
            now=world.now,
        )


def test_NSA_7_while_it_is_open_no_statement_asks_for_the_bill_and_the_register_shows_why(
    world: BookingWorld, manager: StaffViewer
) -> None:
    visit, dispute_id = disputed(world, manager)
    hold = hold_of(dispute_id)
    assert (hold.kind, hold.visit_id, hold.ended_at) == (Condition.GFE_DISPUTE, visit.id, None)
    page = account_holds(world.account_id, on=SEEN)
    assert page is not None
    [shown] = [one for one in page.rows if one.kind is Condition.GFE_DISPUTE]
    assert (shown.visit_id, shown.rule, shown.until_on) == (visit.id, "NSA-7", date(2026, 3, 13))
    with pytest.raises(CannotHold, match="by itself"):
        end_hold(
            staff=manager,
            account_id=world.account_id,
            hold_id=hold.id,
            reason="enough",
            now=world.now,
        )
    cut(NOTICE)
    assert statements() == []
    answer_estimate_dispute(
        staff=manager,
        dispute_id=dispute_id,
        answered_on=date(2026, 3, 2),
        answer="Estimate, bill and notes, by the agency's page.",
        now=world.now,
    )
    cut(LATER)
    assert statements() == []
    end_estimate_dispute(
        staff=manager,
        dispute_id=dispute_id,
        outcome="for_us",
        decision="The bill stands.",
        now=world.now + timedelta(days=20),
    )
    assert hold_of(dispute_id).ended_at is not None
    cut(LATER)
    assert len(statements()) == 1


def test_NSA_7_once_answered_the_decision_is_awaited_and_the_work_closes_with_it(
    world: BookingWorld, manager: StaffViewer
) -> None:
    _, dispute_id = disputed(world, manager)
    clerk = add_staff("biller")
    for wrong in (date(2026, 2, 26), date(2026, 3, 3)):  # before the notice, and ahead
        with pytest.raises(CannotDispute, match="day"):
            answer_estimate_dispute(
                staff=clerk, dispute_id=dispute_id, answered_on=wrong, answer="x", now=world.now
            )
    answer_estimate_dispute(
        staff=clerk, dispute_id=dispute_id, answered_on=date(2026, 3, 2), answer="x", now=world.now
    )
    item = work(f"estimate_dispute:{dispute_id}")
    assert item is not None
    assert item.due_on == date(2026, 4, 13)  # 30 business days
    with pytest.raises(CannotDispute, match="before"):
        answer_estimate_dispute(
            staff=clerk,
            dispute_id=dispute_id,
            answered_on=date(2026, 3, 2),
            answer="x",
            now=world.now,
        )
    end_estimate_dispute(
        staff=manager,
        dispute_id=dispute_id,
        outcome="withdrawn",
        decision="Letter of March 1.",
        now=world.now,
    )
    item = work(f"estimate_dispute:{dispute_id}")
    assert item is not None
    assert item.closed_at == world.now
    with pytest.raises(CannotDispute, match="over"):
        end_estimate_dispute(
            staff=manager, dispute_id=dispute_id, outcome="for_us", decision="x", now=world.now
        )


def test_NSA_7_what_cannot_be_disputed_is_refused(
    world: BookingWorld, manager: StaffViewer
) -> None:
    visit = bill(world, SEEN, 900_00)
    ahead = date(2026, 3, 3)
    with pytest.raises(CannotDispute, match="ahead"):
        open_estimate_dispute(
            staff=manager, visit_id=visit.id, reference="S", initiated_on=ahead, now=world.now
        )
    with pytest.raises(CannotDispute, match="number"):
        open_estimate_dispute(
            staff=manager, visit_id=visit.id, reference=" ", initiated_on=NOTICE, now=world.now
        )
    with pytest.raises(NotFound):
        open_estimate_dispute(
            staff=manager, visit_id=999_999, reference="S", initiated_on=NOTICE, now=world.now
        )
    with transaction() as session:
        session.execute(update(Visit).values(coverage_intent="insurance"))
    with pytest.raises(CannotDispute, match="plan"):
        open_estimate_dispute(
            staff=manager, visit_id=visit.id, reference="S", initiated_on=NOTICE, now=world.now
        )
    with read_only() as session:
        assert session.scalars(select(EstimateDispute)).all() == []
