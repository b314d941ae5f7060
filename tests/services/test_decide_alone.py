"""OPS-13: with fewer than three active sign-ins a manager decides alone, on the owner's review log; with three, never."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from billing.adjustments import AdjustmentKind
from billing.duties import LOGGED, Duty, may_stand_alone
from billing.money import Money
from portal.db import read_only, transaction
from portal.models.accounts import Payer
from portal.models.alone import AloneDecision, OwnerSignOff
from portal.models.duplicates import RecordMerge
from portal.models.identity import Login
from portal.models.payer_money import PayerRefund
from portal.models.refunds import CheckRefund, Refund
from portal.models.work import WorkItem
from portal.queries.alone import owner_review
from portal.queries.viewer import StaffViewer
from portal.services.adjust_balance import AdjustmentWish, adjust_balance
from portal.services.approve_assistance import approve_assistance, send_back_assistance
from portal.services.assistance_refusals import CannotDecideAssistance
from portal.services.decide_adjustment import CannotDecide as CannotAdjust
from portal.services.decide_adjustment import approve_adjustment
from portal.services.decide_merge import approve_merge, ask_merge
from portal.services.decide_refund import CannotDecide
from portal.services.merge_records import MergeRefused
from portal.services.refund_payer import (
    PayerRefundRefused,
    PayerRefundWish,
    approve_payer_refund,
    request_payer_refund,
)
from portal.services.request_adjustment import request_adjustment
from portal.services.reverse_assistance import reverse_assistance
from portal.services.review_alone import CannotSign, note_unsigned_months, sign_alone_month
from tests.sandbox_server import PUBLIC_URL, SandboxServer
from tests.services.assistance_world import decision, grant
from tests.services.refund_desk import Desk, open_desk
from tests.services.staff_world import ON, add_account, add_staff
from tests.services.test_awards import another_visit
from tests.services.till import open_till

pytestmark = pytest.mark.usefixtures("database_url")


@pytest.fixture
def desk(database_url: str, sandbox: SandboxServer, now: datetime) -> Desk:
    """Two sign-ins: a biller and a manager, who asks here too."""
    made = open_desk(open_till(sandbox, now))
    made.asker = made.approver
    return made


def log() -> list[AloneDecision]:
    with read_only() as session:
        return list(session.scalars(select(AloneDecision).order_by(AloneDecision.id)))


@pytest.mark.parametrize("duty", Duty)
def test_OPS_13_the_log_stands_for_a_second_person_below_three_and_never_for_some(
    duty: Duty,
) -> None:
    assert may_stand_alone(duty, 2) is (duty in LOGGED)
    assert not may_stand_alone(duty, 3)
    assert not LOGGED & {
        Duty.ALERT,
        Duty.ASSISTANCE_APPEAL,
        Duty.PACKET,
        Duty.BILL_DISPUTE,
        Duty.LETTER_WORDS,
    }


def test_OPS_13_a_refund_is_approved_alone_and_stands_on_the_log(desk: Desk) -> None:
    refund_id = desk.ask(desk.paid(5_000), 1_000)
    assert desk.approve(refund_id)
    assert desk.approve(refund_id) is False, "the second press"
    desk.agrees(1_000, due=14_240)
    [row] = log()
    assert (row.duty, row.amount, row.login_id, row.active_staff) == (
        "refund",
        Money(1_000),
        desk.approver.login_id,
        2,
    )
    assert row.object_id == str(refund_id)
    assert desk.refund(refund_id).alone_log_id == row.id


def test_OPS_13_with_a_third_sign_in_it_takes_two_again(desk: Desk) -> None:
    third = add_staff("front_desk")
    refund_id = desk.ask(desk.paid(5_000), 1_000)
    with pytest.raises(CannotDecide, match="somebody else must approve"):
        desk.approve(refund_id)
    assert (log(), desk.sent_back()) == ([], 0)
    with transaction() as session:  # they left
        session.execute(update(Login).where(Login.id == third.login_id).values(active=False))
    assert desk.approve(refund_id)


def test_OPS_13_a_role_that_does_not_answer_for_the_practice_never_decides_alone(
    desk: Desk,
) -> None:
    biller = desk.asker = add_staff("biller", "only@example.com")
    refund_id = desk.ask(desk.paid(5_000), 1_000)
    alone = StaffViewer(biller.login_id, "biller", biller.permissions | {"refunds.approve"})
    with pytest.raises(CannotDecide, match="somebody else must approve"):
        desk.approve(refund_id, by=alone)


def test_OPS_13_the_database_takes_no_row_of_the_log_with_three_sign_ins(desk: Desk) -> None:
    desk.ask(desk.paid(5_000), 1_000)
    add_staff("front_desk")
    with pytest.raises(IntegrityError, match="too_few_for_two"), transaction() as session:
        session.add(forged(desk, active=1))


def test_OPS_13_the_database_accepts_one_person_by_their_own_row_alone_and_once(
    desk: Desk,
) -> None:
    first, second = desk.ask(desk.paid(5_000), 1_000), desk.ask(desk.paid(5_000), 1_000)
    me, biller = desk.approver.login_id, add_staff_id()
    with transaction() as session:
        mine, of_biller = forged(desk), forged(desk, login_id=biller)
        session.add_all([mine, of_biller])
        session.flush()
        mine_id, biller_row = mine.id, of_biller.id

    def approve(refund_id: UUID, log_id: int | None) -> None:
        with transaction() as session:
            session.execute(
                update(Refund)
                .where(Refund.id == refund_id)
                .values(state="approved", decided_by_id=me, alone_log_id=log_id)
            )

    with pytest.raises(IntegrityError, match="second_person"):
        approve(first, None)
    with pytest.raises(IntegrityError, match="fk__refunds__alone"):
        approve(first, biller_row)
    approve(first, mine_id)
    with pytest.raises(IntegrityError, match="uq__refunds__alone_log_id"):
        approve(second, mine_id)


def add_staff_id() -> int:
    with read_only() as session:
        return session.scalars(select(Login.id).where(Login.role == "biller")).one()


def forged(desk: Desk, *, login_id: int | None = None, active: int = 2) -> AloneDecision:
    return AloneDecision(
        duty="refund",
        what="Refund",
        object_type="refund",
        object_id="1",
        login_id=login_id or desk.approver.login_id,
        day=ON,
        at=desk.till.now,
        active_staff=active,
    )


@pytest.mark.parametrize(
    "words", ["UPDATE alone_decisions SET amount_cents = 1", "DELETE FROM alone_decisions"]
)
def test_OPS_13_the_log_is_never_edited(desk: Desk, words: str, owner_engine: Engine) -> None:
    desk.approve(desk.ask(desk.paid(5_000), 1_000))
    with pytest.raises(DBAPIError, match="append-only"), owner_engine.begin() as connection:
        connection.execute(text(words))


# Each other duty: done alone by two sign-ins, refused by three. Each gives back the row's column, where it has one.


def check(now: datetime, manager: StaffViewer) -> int | None:
    from portal.services.decide_check import approve_check

    world, check_id = add_account(), uuid4()
    with transaction() as session:
        session.add(
            CheckRefund(
                id=check_id,
                guarantor_account_id=world.account_id,
                amount=Money(1_00),
                reason="paid_twice",
                note="n",
                payee="Testa Sample",
                address=[],
                due_on=ON,
                state="requested",
                state_at=now,
                requested_by_id=manager.login_id,
                requested_at=now,
            )
        )
    with pytest.MonkeyPatch.context() as patch:  # the money of it has its own tests
        patch.setattr("portal.services.decide_check.agreed_check", lambda *_, **__: None)
        assert approve_check(check_id=check_id, staff=manager, on=ON, now=now)
    with read_only() as session:
        return session.get_one(CheckRefund, check_id).alone_log_id


def to_payer(now: datetime, manager: StaffViewer) -> int | None:
    with transaction() as session:
        payer = Payer(name="Sample Health", identifier="99999")
        session.add(payer)
        session.flush()
        payer_id = payer.id
    refund_id = uuid4()
    wish = PayerRefundWish(
        payer_id=payer_id, reference="R1", amount=Money(5_00), federal=False,
        identified_on=ON, note="Paid twice",
    )  # fmt: skip
    request_payer_refund(refund_id=refund_id, wish=wish, staff=manager, on=ON, now=now)
    assert approve_payer_refund(refund_id=refund_id, staff=manager, now=now)
    with read_only() as session:
        return session.get_one(PayerRefund, refund_id).alone_log_id


def adjustment(now: datetime, manager: StaffViewer) -> None:
    world = add_account(amounts=(9_000_00,))
    wish = AdjustmentWish(
        account_id=world.account_id, charge_id=world.charge_ids[0],
        kind=AdjustmentKind.OUR_ERROR, amount=Money(5_000_00), reason="Billed twice",
    )  # fmt: skip
    adjust_balance(
        form_id=uuid4(), account_id=wish.account_id, charge_id=wish.charge_id, kind=wish.kind,
        amount=wish.amount, reason=wish.reason, staff=manager, on=ON, now=now,
    )  # fmt: skip
    request_id = uuid4()
    more = AdjustmentWish(
        account_id=world.account_id, charge_id=world.charge_ids[0],
        kind=AdjustmentKind.OUR_ERROR, amount=Money(3_000_00), reason="Billed twice",
    )  # fmt: skip
    request_adjustment(request_id=request_id, wish=more, staff=manager, on=ON, now=now)
    assert approve_adjustment(request_id=request_id, staff=manager, on=ON, now=now)


def merge(now: datetime, manager: StaffViewer) -> int | None:
    kept, gone = add_account("7000001"), add_account("7000002", amounts=(30_00,))
    merge_id = ask_merge(
        kept_id=kept.patient_id, gone_id=gone.patient_id, reason="One card", staff=manager, now=now
    )
    approve_merge(merge_id=merge_id, staff=manager, on=ON, now=now)
    with read_only() as session:
        return session.get_one(RecordMerge, merge_id).alone_log_id


Act = Callable[[datetime, StaffViewer], int | None]
ACTS: dict[Duty, tuple[Act, type[Exception], int | None]] = {
    Duty.PAYER_REFUND: (to_payer, PayerRefundRefused, 5_00),
    Duty.ADJUSTMENT: (adjustment, CannotAdjust, 3_000_00),
    Duty.MERGE: (merge, MergeRefused, None),
}


@pytest.mark.parametrize("duty", ACTS)
def test_OPS_13_each_duty_is_decided_alone_below_three_and_logged(
    duty: Duty, now: datetime
) -> None:
    act, _, cents = ACTS[duty]
    column = act(now, add_staff("manager"))
    [row] = log()
    assert (column is None) is (duty is Duty.ADJUSTMENT)
    assert (row.duty, row.active_staff) == (duty.value, 1)
    assert row.amount == (None if cents is None else Money(cents))
    assert column in {None, row.id}


@pytest.mark.parametrize("duty", ACTS)
def test_OPS_13_each_duty_takes_two_from_three_on(duty: Duty, now: datetime) -> None:
    act, refused, _ = ACTS[duty]
    add_staff("biller")
    add_staff("front_desk")
    with pytest.raises(refused):
        act(now, add_staff("manager"))
    assert log() == []


def test_OPS_13_a_check_is_approved_alone(now: datetime) -> None:
    column = check(now, add_staff("manager"))
    [row] = log()
    assert (row.duty, column) == ("check_refund", row.id)


def test_OPS_13_FA_11_assistance_is_approved_and_taken_back_alone(desk: Desk) -> None:
    another_visit(desk, 5_000_00, on=desk.till.now)
    manager, day, now = desk.approver, desk.till.now.date(), desk.till.now
    made = grant(desk.till.account_id, 100, now=now, by=manager.login_id)
    with pytest.raises(CannotDecideAssistance, match="somebody else"):
        send_back_assistance(decision_id=made, note="To myself", staff=manager, now=now)
    assert approve_assistance(
        decision_id=made, staff=manager, public_url=PUBLIC_URL, on=day, now=now
    )
    assert reverse_assistance(
        decision_id=made, fraud=True, reason="Forged", staff=manager,
        public_url=PUBLIC_URL, on=day, now=now,
    )  # fmt: skip
    assert [row.what for row in log()] == ["Assistance above the limit", "Assistance taken back"]
    assert decision(made).alone_log_id == log()[0].id


def test_OPS_13_a_month_that_nobody_signed_is_work_until_the_owner_signs_it(desk: Desk) -> None:
    desk.approve(desk.ask(desk.paid(5_000), 1_000))
    [row] = log()
    month, manager = row.day.replace(day=1), desk.approver
    assert note_unsigned_months(on=row.day, now=desk.till.now) == 0, "the month runs"
    with pytest.raises(CannotSign, match="not over"):
        sign_alone_month(staff=manager, month=month, note="", now=desk.till.now)
    later = desk.till.now + timedelta(days=35)
    assert note_unsigned_months(on=later.date(), now=later) == 1
    assert note_unsigned_months(on=later.date(), now=later) == 1
    [item] = reviews()
    assert item.closed_at is None
    assert item.due_on == day_after(day_after(month))
    [shown] = owner_review(on=later.date()).months
    assert (shown.decisions, shown.over, shown.at) == (1, True, None)
    with pytest.raises(CannotSign, match="role"):
        sign_alone_month(
            staff=add_staff("biller", "b@example.com"), month=month, note="", now=later
        )
    sign_alone_month(staff=manager, month=month, note="Seen", now=later)
    with pytest.raises(CannotSign, match="signed already"):
        sign_alone_month(staff=manager, month=month, note="Seen", now=later)
    assert reviews()[0].outcome == "signed"
    assert note_unsigned_months(on=later.date(), now=later) == 0
    with read_only() as session:
        assert session.scalars(select(OwnerSignOff)).one().decisions == 1


def test_OPS_13_a_month_without_such_decisions_is_not_signed(now: datetime) -> None:
    with pytest.raises(CannotSign, match="Nothing was decided alone"):
        sign_alone_month(staff=add_staff("manager"), month=date(2020, 1, 1), note="", now=now)


def reviews() -> list[WorkItem]:
    with read_only() as session:
        return list(session.scalars(select(WorkItem).where(WorkItem.kind == "owner_review")))


def day_after(month: date) -> date:
    """The first of the next month."""
    return (month.replace(day=28) + timedelta(days=7)).replace(day=1)
