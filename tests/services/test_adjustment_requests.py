"""Above one's limit another person approves; a plan's side comes off with its CARC and never reaches a patient."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from billing.adjustments import AdjustmentKind, AdjustmentRefused, OverLimit
from billing.ledger import Account
from billing.money import ZERO, Money
from portal.db import read_only, transaction
from portal.models.adjustments import AdjustmentRequest
from portal.models.claims import Charge
from portal.models.work import WorkItem
from portal.queries.adjustment_rules import todays_rules
from portal.queries.staff_adjustments import adjustment_requests, request_page
from portal.queries.viewer import StaffViewer
from portal.services.adjust_balance import AdjustmentWish, adjust_balance
from portal.services.decide_adjustment import (
    CannotDecide,
    approve_adjustment,
    decline_adjustment,
)
from portal.services.request_adjustment import request_adjustment
from portal.services.reverse_adjustment import reverse_adjustment
from portal.services.set_adjustment_rule import NewRule, RuleRefused, set_adjustment_rule
from tests.services.payer_voice import bill, insured, total
from tests.services.payer_voice import verify_ledger as verified
from tests.services.staff_world import ON, World, add_account, add_staff

pytestmark = pytest.mark.usefixtures("database_url")


def wished(world: World, cents: int = 200_00) -> AdjustmentWish:
    return AdjustmentWish(
        account_id=world.account_id,
        charge_id=world.charge_ids[0],
        kind=AdjustmentKind.OUR_ERROR,
        amount=Money(cents),
        reason="Billed twice",
    )


def ask(
    wish: AdjustmentWish, staff: StaffViewer, now: datetime, request_id: UUID | None = None
) -> UUID:
    request_id = request_id or uuid4()
    request_adjustment(request_id=request_id, wish=wish, staff=staff, on=ON, now=now)
    return request_id


def large() -> World:
    return add_account(amounts=(300_00, 8_00))


def test_OPS_23_above_the_limit_a_second_person_approves(now: datetime) -> None:
    world, biller, manager = large(), add_staff("biller"), add_staff("manager")
    with pytest.raises(OverLimit, match=r"goes up to \$100.00 in your role"):
        adjust(world, biller, now)
    request_id = ask(wished(world), biller, now)
    assert not request_adjustment(
        request_id=request_id, wish=wished(world), staff=biller, on=ON, now=now
    )
    assert total(Account.PROVIDER_WRITE_OFF) == 0
    assert approve_adjustment(request_id=request_id, staff=manager, on=ON, now=now)
    assert not approve_adjustment(request_id=request_id, staff=manager, on=ON, now=now)
    assert total(Account.PROVIDER_WRITE_OFF) == 200_00
    with read_only() as session:
        item = session.scalars(select(WorkItem)).one()
        assert (item.kind, item.outcome) == ("adjustment_request", "approved")
    assert verified().ok


def adjust(
    world: World, staff: StaffViewer, now: datetime, cents: int = 200_00, on: date = ON
) -> UUID:
    wish = wished(world, cents)
    return adjust_balance(
        form_id=uuid4(),
        account_id=wish.account_id,
        charge_id=wish.charge_id,
        kind=wish.kind,
        amount=wish.amount,
        reason=wish.reason,
        staff=staff,
        on=on,
        now=now,
    ).entry_id


def test_OPS_23_a_limit_is_of_the_line_and_not_of_each_press(now: datetime) -> None:
    world, biller, manager = large(), add_staff("biller"), add_staff("manager")
    first = adjust(world, biller, now, 60_00)
    with pytest.raises(OverLimit, match=r"took \$60.00 off this line lately"):
        adjust(world, biller, now, 40_01)
    asked = ask(wished(world, 40_01), biller, now)
    assert decline_adjustment(request_id=asked, reason="No", staff=manager, now=now)
    other = add_staff("biller", "other@example.com")
    adjust(world, other, now, 40_01)  # somebody else's presses are theirs
    reverse_adjustment(
        entry_id=first,
        account_id=world.account_id,
        reason="It was right",
        staff=biller,
        on=ON,
        now=now,
    )
    adjust(world, biller, now, 100_00)
    with pytest.raises(OverLimit):
        adjust(world, biller, now, 1, on=ON + timedelta(days=29))
    adjust(world, biller, now, 1, on=ON + timedelta(days=30))
    assert total(Account.PROVIDER_WRITE_OFF) == 140_02


def test_OPS_13_nobody_raises_their_own_limit_for_today(now: datetime) -> None:
    manager = add_staff("manager")
    rule = NewRule(
        kind=AdjustmentKind.OUR_ERROR,
        role="manager",
        limit=Money(5_000_01),
        gl_class="5010",
        visible=True,
        effective_from=ON,
    )

    def put(new: NewRule) -> None:
        set_adjustment_rule(rule=new, reason="A large bill", staff=manager, on=ON, now=now)

    with pytest.raises(RuleRefused, match="begins tomorrow"):
        put(rule)
    put(replace(rule, effective_from=ON + timedelta(days=1)))
    put(replace(rule, limit=Money(4_000_00)))
    assert todays_rules(ON)[AdjustmentKind.OUR_ERROR].limits["manager"] == Money(4_000_00)


def test_OPS_13_nobody_approves_their_own_wish(now: datetime) -> None:
    world, biller, other = large(), add_staff("biller"), add_staff("biller", "other@example.com")
    request_id = ask(wished(world), biller, now)
    for staff, words in ((biller, "somebody else"), (other, "goes up to \\$100.00 in your role")):
        with pytest.raises(CannotDecide, match=words):
            approve_adjustment(request_id=request_id, staff=staff, on=ON, now=now)
    with pytest.raises(IntegrityError, match="second_person"), transaction() as session:
        session.execute(text("UPDATE adjustment_asks SET decided_by_id = requested_by_id"))
    with pytest.raises(AdjustmentRefused, match="waits for approval already"):
        ask(wished(world), other, now)
    assert decline_adjustment(request_id=request_id, reason="Mine", staff=biller, now=now)
    with pytest.raises(CannotDecide, match="declined"):
        approve_adjustment(request_id=request_id, staff=other, on=ON, now=now)
    assert total(Account.PROVIDER_WRITE_OFF) == 0


def test_OPS_23_a_line_that_changed_since_is_asked_for_anew(now: datetime) -> None:
    world, biller, manager = large(), add_staff("biller"), add_staff("manager")
    request_id = ask(wished(world), biller, now)
    small = replace(wished(world, 10_00), reason="Another")
    adjust_balance(
        form_id=uuid4(),
        account_id=small.account_id,
        charge_id=small.charge_id,
        kind=small.kind,
        amount=small.amount,
        reason=small.reason,
        staff=manager,
        on=ON,
        now=now,
    )
    page = request_page(request_id, on=ON)
    assert page is not None
    assert page.stale
    with pytest.raises(CannotDecide, match=r"\$300.00 was open .* \$290.00 is now"):
        approve_adjustment(request_id=request_id, staff=manager, on=ON, now=now)
    assert decline_adjustment(request_id=request_id, reason="Changed", staff=manager, now=now)
    waiting, decided = adjustment_requests(on=ON)
    assert ([*waiting], [one.note for one in decided]) == ([], ["Changed"])


def test_OPS_23_what_is_within_the_limit_or_above_everybodys_is_not_asked_for(
    now: datetime,
) -> None:
    world, biller = add_account(amounts=(9_000_00, 8_00)), add_staff("biller")
    with pytest.raises(AdjustmentRefused, match="within your own limit"):
        ask(wished(world, 50_00), biller, now)
    with pytest.raises(AdjustmentRefused, match=r"\$5000.00 for anybody|\$5,000.00 for anybody"):
        ask(wished(world, 5_000_01), biller, now)
    with read_only() as session:
        assert session.scalars(select(AdjustmentRequest)).all() == []


def test_OPS_23_a_limit_begins_on_its_day_and_no_row_is_changed(now: datetime) -> None:
    manager, biller = add_staff("manager"), add_staff("biller")
    rule = NewRule(
        kind=AdjustmentKind.OUR_ERROR,
        role="biller",
        limit=Money(250_00),
        gl_class="5010",
        visible=True,
        effective_from=ON + timedelta(days=1),
    )

    def put(new: NewRule, staff: StaffViewer) -> None:
        set_adjustment_rule(rule=new, reason="More billers", staff=staff, on=ON, now=now)

    put(rule, manager)
    limits = [
        todays_rules(ON + timedelta(days=n))[AdjustmentKind.OUR_ERROR].limits["biller"]
        for n in (0, 1)
    ]
    assert limits == [Money(100_00), Money(250_00)]
    put(replace(rule, limit=ZERO), manager)
    assert "biller" not in todays_rules(rule.effective_from)[AdjustmentKind.OUR_ERROR].limits
    for new, staff, words in (
        (rule, biller, "A manager"),
        (replace(rule, role="payment_poster"), manager, "OPS-13"),
        (replace(rule, effective_from=ON - timedelta(days=1)), manager, "today or later"),
        (replace(rule, kind=AdjustmentKind.SMALL_BALANCE), manager, "OPS-19"),
    ):
        with pytest.raises(RuleRefused, match=words):
            put(new, staff)
    with pytest.raises(DatabaseError), transaction() as session:
        session.execute(text("UPDATE adjustment_rules SET limit_cents = 1"))


def test_STMT_2_a_plans_side_comes_off_with_its_carc_and_no_patient_owes_it(now: datetime) -> None:
    visit, biller = insured(200_00), add_staff("biller")
    with read_only() as session:
        charge_id = session.scalars(select(Charge.id)).one()

    def off(cents: int, carc: str = "29") -> UUID:
        return adjust_balance(
            form_id=uuid4(),
            account_id=visit.guarantor_account_id,
            charge_id=charge_id,
            kind=AdjustmentKind.PLAN_FILED_LATE,
            amount=Money(cents),
            reason="Sent after the limit",
            carc=carc,
            staff=biller,
            on=ON,
            now=now,
        ).entry_id

    with pytest.raises(AdjustmentRefused, match="Name the CARC"):
        off(50_00, carc="XYZ")
    with pytest.raises(AdjustmentRefused, match=r"Only \$200.00 is open"):
        off(200_01)
    entry_id = off(60_00)
    after = bill(visit.id)
    assert (after.insurance_due, after.patient_due) == (Money(140_00), ZERO)
    assert total(Account.PROVIDER_WRITE_OFF) == 60_00
    reverse_adjustment(
        entry_id=entry_id,
        account_id=visit.guarantor_account_id,
        reason="It was in time",
        staff=biller,
        on=ON,
        now=now,
    )
    assert bill(visit.id).insurance_due == Money(200_00)
    assert verified().ok
