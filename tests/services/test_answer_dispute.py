"""The office answers a dispute: two people, a correction that the ledger shows, clocks, and races (DISP-2 to DISP-4)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from billing.adjustments import AdjustmentKind
from billing.bill_disputes import Channel, Finding, Kind
from billing.holds import Condition
from billing.money import Money
from portal.db import read_only, transaction
from portal.models.bill_disputes import BillDispute, BillDisputeEvent
from portal.models.claims import Charge
from portal.models.messages import ThreadMessage
from portal.models.notices import Notice
from portal.models.practice import Practice
from portal.models.statements import Statement, StatementDelivery
from portal.models.work import WorkItem
from portal.queries.balances import VisitBalance, balances
from portal.queries.dispute_report import dispute_report
from portal.queries.ledger_proof import verify_ledger
from portal.queries.permissions import ROLES
from portal.queries.staff_disputes import staff_dispute
from portal.queries.statement_json import from_json
from portal.queries.viewer import PatientViewer, StaffViewer
from portal.services.adjust_balance import adjust_balance
from portal.services.answer_dispute import (
    Answer,
    AnsweredAlready,
    NothingCorrected,
    NotYours,
    SecondPerson,
    answer_dispute,
)
from portal.services.ask_office import ask_office
from portal.services.cut_statements import cut_statements
from portal.services.enter_dispute import Entered, enter_dispute
from portal.services.file_dispute import file_dispute
from portal.services.open_dispute import Filing
from portal.services.own_dispute import TooLate, reply_to_answer
from portal.services.tend_disputes import tend_disputes
from portal.services.work_dispute import (
    ExtendedAlready,
    extend_dispute,
    lift_lock,
    take_dispute,
)
from tests.web.bills import Bills, account_of_every_kind, make_practice
from tests.web.people import make_login

URL = "https://portal.example.com"
NOW = datetime.fromisoformat("2026-03-02T15:00:00+00:00")
ON = date(2026, 3, 2)


@pytest.fixture
def bills(database_url: str) -> Bills:
    make_practice()
    return account_of_every_kind()


@pytest.fixture
def patient(bills: Bills) -> PatientViewer:
    login_id = make_login("patient", accounts=[bills.account_id])
    return PatientViewer(login_id, frozenset({bills.account_id}))


def staff(role: str = "biller") -> StaffViewer:
    return StaffViewer(make_login("staff", role=role), role, ROLES[role])


def filed(patient: PatientViewer, visit_id: int, kind: Kind = Kind.AMOUNT) -> UUID:
    filing = Filing(visit_id=visit_id, kind=kind, channel=Channel.PORTAL, words="It is wrong.")
    return file_dispute(viewer=patient, filing=filing, form_id=uuid4(), public_url=URL, now=NOW)


def answered(
    dispute_id: UUID, by: StaffViewer, finding: Finding = Finding.VALID, now: datetime = NOW
) -> None:
    answer = Answer(finding=finding, words="We looked at every step of it.")
    answer_dispute(dispute_id=dispute_id, answer=answer, staff=by, public_url=URL, now=now)


def stands(visit_id: int, on: date = ON) -> VisitBalance:
    with read_only() as session:
        return balances(session, on=on, visit_ids=[visit_id])[0].visits[0]


def row_of(dispute_id: UUID) -> BillDispute:
    with read_only() as session:
        return session.get_one(BillDispute, dispute_id)


def take_off(bills: Bills, by: StaffViewer, cents: int = 10_00) -> None:
    with read_only() as session:
        charge_id = session.scalars(
            select(Charge.id).where(Charge.visit_id == bills.self_pay)
        ).one()
    adjust_balance(
        form_id=uuid4(),
        account_id=bills.account_id,
        charge_id=charge_id,
        kind=AdjustmentKind.OUR_ERROR,
        amount=Money(cents),
        reason="Billed the wrong code",
        staff=by,
        on=ON,
        now=NOW,
    )


def test_DISP_2_valid_holds_two_weeks_more_and_a_letter_leaves(
    bills: Bills, patient: PatientViewer
) -> None:
    dispute_id = filed(patient, bills.self_pay)
    answered(dispute_id, staff())
    assert row_of(dispute_id).rejoins_on == ON + timedelta(days=14)
    assert stands(bills.self_pay, ON + timedelta(days=13)).due_now == Money(0)
    after = stands(bills.self_pay, ON + timedelta(days=14))
    assert after.due_now == after.patient_due == Money(4000)
    assert Condition.DISPUTED not in after.conditions
    with read_only() as session:
        letter = session.scalars(select(Notice)).one()
        assert letter.kind == "dispute_answer"
        assert letter.subject == f"bill_dispute:{dispute_id}"
        work = session.scalars(select(WorkItem).where(WorkItem.kind == "bill_dispute")).one()
        assert work.outcome == "valid"


def test_DISP_4_whoever_adjusted_a_line_does_not_close_its_dispute(
    bills: Bills, patient: PatientViewer
) -> None:
    dispute_id, first = filed(patient, bills.self_pay), staff()
    take_off(bills, first)
    with pytest.raises(SecondPerson):
        answered(dispute_id, first, Finding.PARTLY)
    answered(dispute_id, staff("manager"), Finding.PARTLY)
    assert "$40.00 before, $30.00 now" in row_of(dispute_id).changed
    page = staff_dispute(dispute_id, on=ON)
    assert page is not None
    assert page.hands == {first.login_id}


def test_STMT_19_a_correction_that_the_ledger_does_not_show_is_no_answer(
    bills: Bills, patient: PatientViewer
) -> None:
    dispute_id = filed(patient, bills.self_pay)
    with pytest.raises(NothingCorrected):
        answered(dispute_id, staff(), Finding.CORRECTED)
    assert row_of(dispute_id).state == "open"


def test_HIPAA_7_a_role_without_the_right_answers_nothing(
    bills: Bills, patient: PatientViewer
) -> None:
    dispute_id = filed(patient, bills.self_pay)
    with pytest.raises(NotYours):
        answered(dispute_id, staff("auditor"))
    with pytest.raises(NotYours):
        take_dispute(dispute_id=dispute_id, staff=staff("front_desk"), now=NOW)


def test_DISP_4_a_reply_goes_once_to_another_person_and_holds_on(
    bills: Bills, patient: PatientViewer
) -> None:
    dispute_id, first, second = filed(patient, bills.self_pay), staff(), staff("manager")
    answered(dispute_id, first)
    later = NOW + timedelta(days=10)
    reply_to_answer(viewer=patient, dispute_id=dispute_id, text="No. I have a quote.", now=later)
    assert stands(bills.self_pay, ON + timedelta(days=30)).due_now == Money(0)
    with pytest.raises(SecondPerson):
        answered(dispute_id, first, now=later)
    answered(dispute_id, second, now=later)
    with pytest.raises(TooLate):
        reply_to_answer(viewer=patient, dispute_id=dispute_id, text="No.", now=later)


def test_DISP_2_one_extension_with_a_letter_and_no_second(
    bills: Bills, patient: PatientViewer
) -> None:
    dispute_id, by = filed(patient, bills.self_pay), staff()

    def extend() -> None:
        extend_dispute(
            dispute_id=dispute_id,
            reason="We wait for the record of the visit.",
            staff=by,
            public_url=URL,
            now=NOW,
        )

    extend()
    assert row_of(dispute_id).resolve_by == ON + timedelta(days=45)
    with pytest.raises(ExtendedAlready):
        extend()
    with read_only() as session:
        assert session.scalars(select(Notice.kind)).all() == ["dispute_extended"]


def test_DISP_1_a_theft_stays_locked_until_a_person_lifts_it(
    bills: Bills, patient: PatientViewer
) -> None:
    dispute_id, by = filed(patient, bills.self_pay, Kind.IDENTITY_THEFT), staff()
    answered(dispute_id, by, Finding.IDENTITY_THEFT)
    assert stands(bills.self_pay, ON + timedelta(days=400)).due_now == Money(0)
    lift_lock(dispute_id=dispute_id, words="We spoke.", staff=by, public_url=URL, now=NOW)
    assert stands(bills.self_pay).due_now == Money(4000)


def test_DISP_2_the_morning_warns_once_a_week_ahead_once_late_and_writes_what_rejoined(
    bills: Bills, patient: PatientViewer
) -> None:
    dispute_id = filed(patient, bills.self_pay)

    def morning(days: int) -> tuple[int, int]:
        found = tend_disputes(on=ON + timedelta(days=days), now=NOW + timedelta(days=days))
        return found.warned, found.rejoined

    assert morning(22) == (0, 0)
    assert [morning(23), morning(23), morning(30)] == [(1, 0), (0, 0), (0, 0)]
    assert [morning(31), morning(31)] == [(1, 0), (0, 0)]
    answered(dispute_id, staff(), now=NOW + timedelta(days=31))
    with read_only() as session:
        kinds = WorkItem.kind.like("bill_dispute%")
        assert session.scalars(select(WorkItem.closed_at).where(kinds)).all().count(None) == 0
    assert [morning(44), morning(45), morning(45)] == [(0, 0), (0, 1), (0, 0)]


def test_DISP_4_of_two_who_answer_at_once_one_is_told_that_it_is_closed(
    bills: Bills, patient: PatientViewer
) -> None:
    dispute_id, people = filed(patient, bills.self_pay), [staff(), staff("manager")]

    def attempt(by: StaffViewer) -> str:
        try:
            answered(dispute_id, by)
        except AnsweredAlready:
            return "closed"
        return "answered"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, people)) == ["answered", "closed"]
    with read_only() as session:
        count = select(func.count()).where(BillDisputeEvent.kind == "answered")
        assert session.scalar(count) == 1


def test_DISP_1_two_who_file_at_once_make_one_dispute(bills: Bills, patient: PatientViewer) -> None:
    form_id = uuid4()
    filing = Filing(
        visit_id=bills.self_pay, kind=Kind.DUPLICATE, channel=Channel.PORTAL, words="Twice."
    )

    def attempt(_: int) -> UUID:
        return file_dispute(viewer=patient, filing=filing, form_id=form_id, public_url=URL, now=NOW)

    with ThreadPoolExecutor(3) as pool:
        assert set(pool.map(attempt, range(3))) == {form_id}
    with read_only() as session:
        assert session.scalar(select(func.count()).select_from(BillDispute)) == 1


@pytest.mark.parametrize(
    ("words", "disputes", "work"),
    [
        ("This bill is wrong.", 1, 0),
        ("Is this bill wrong?", 0, 1),
        ("When do you open on Friday?", 0, 0),
    ],
)
def test_DISP_1_a_message_about_a_bill_disputes_it_or_asks_a_person(
    bills: Bills, patient: PatientViewer, words: str, disputes: int, work: int
) -> None:
    ask_office(
        viewer=patient,
        account_id=bills.account_id,
        visit_id=bills.self_pay,
        text=words,
        form_id=uuid4(),
        now=NOW,
    )
    with read_only() as session:
        assert session.scalar(select(func.count()).select_from(BillDispute)) == disputes
        maybe = select(func.count()).where(WorkItem.kind == "maybe_dispute")
        assert session.scalar(maybe) == work
    assert (stands(bills.self_pay).due_now == Money(0)) is bool(disputes)


def test_DISP_1_staff_enter_a_call_and_turn_a_message_into_one(
    bills: Bills, patient: PatientViewer
) -> None:
    by = staff("front_desk")
    with transaction() as session:
        message = ThreadMessage(
            guarantor_account_id=bills.account_id,
            author="patient",
            channel="portal",
            body="Something about my visit.",
            at=NOW,
        )
        session.add(message)
        session.flush()
        message_id = message.id
    for visit_id, said in ((bills.self_pay, None), (bills.decided, message_id)):
        entered = Entered(
            account_id=bills.account_id,
            visit_id=visit_id,
            kind=Kind.AMOUNT,
            words="They say it is too much.",
            message_id=said,
        )
        enter_dispute(entered=entered, form_id=uuid4(), staff=by, public_url=URL, now=NOW)
    with read_only() as session:
        rows = {row.channel: row for row in session.scalars(select(BillDispute))}
    assert rows["call"].words == "They say it is too much."
    assert rows["message"].words == "Something about my visit."
    with pytest.raises(SecondPerson):
        answered(rows["call"].id, StaffViewer(by.login_id, "manager", ROLES["manager"]))


def test_DISP_3_the_month_counts_what_was_disputed_and_how_it_ended(
    bills: Bills, patient: PatientViewer
) -> None:
    answered(filed(patient, bills.self_pay), staff(), now=NOW + timedelta(days=9))
    filed(patient, bills.decided, Kind.INSURANCE)
    [month, *_] = dispute_report(on=ON)
    assert month.filed == 2
    assert dict(month.kinds) == {"Amount": 1, "Insurance should pay": 1}
    assert dict(month.findings) == {"Valid as billed": 1}
    assert (month.median_days, month.upheld_percent) == (9, 0)


def test_STMT_19_the_next_run_sends_a_corrected_statement_once(
    bills: Bills, patient: PatientViewer
) -> None:
    def cut(days: int) -> list[Statement]:
        on, now = ON + timedelta(days=days), NOW + timedelta(days=days)
        numbers = cut_statements(on=on, now=now, public_url=URL).numbers
        with transaction() as session:
            rows = session.scalars(select(Statement).where(Statement.number.in_(numbers))).all()
            for row in rows:
                sent = StatementDelivery(statement_id=row.id, channel="paper", delivered_on=on)
                session.add(sent)
            return list(rows)

    with transaction() as session:
        session.get_one(Practice, 1).receipts_through = ON + timedelta(days=2)
    [first] = cut(0)
    dispute_id, first_hand = filed(patient, bills.self_pay), staff()
    take_off(bills, first_hand)
    answered(dispute_id, staff("manager"), Finding.PARTLY, now=NOW + timedelta(hours=3))
    [corrected] = cut(1)
    told = from_json(corrected.content)
    assert told.corrected is not None
    assert told.corrected.replaces == first.number
    assert told.corrected.old_amount == first.amount_due
    assert told.corrected.reason == "You told us that a bill was wrong. We corrected it."
    assert corrected.due_on >= corrected.cycle_on + timedelta(days=21)
    [line] = [line for line in told.lines if line.disputed]
    assert (line.owe, line.disputed) == (Money(0), Money(3000))
    assert any("is wrong. That part is not due now." in change.what for change in told.changes)
    assert cut(2) == []
    about_statements = [f for f in verify_ledger().faults if "statement" in f.check]
    assert about_statements == []
