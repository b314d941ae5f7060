"""KPIs of visits, statements, plans, disputes, texts and appeals, each on facts made by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from billing.money import Money
from portal.db import transaction
from portal.models.accounts import AccountCondition, Patient
from portal.models.appointments import Appointment, AppointmentEvent, AppointmentTask, CoverageCheck
from portal.models.calendar import ScheduleException
from portal.models.claims import Visit
from portal.models.consents import TextConsent
from portal.models.denials import Appeal
from portal.models.messages import MessageStatus, OutboundMessage
from portal.models.plans import Plan, PlanVersion
from portal.models.statements import Statement, StatementDelivery, StatementLine
from portal.services.freshen_reports import freshen_reports
from tests.booking_world import SINCE as BLOCKS_SINCE
from tests.booking_world import open_booking
from tests.services.ledger_book import Book
from tests.services.report_world import ReportWorld
from tests.services.staff_world import add_staff
from tests.services.test_kpis import ON, before, figures, told

AT = datetime(2026, 3, 20, 15, tzinfo=UTC)


@pytest.fixture
def world(database_url: str) -> ReportWorld:
    return ReportWorld()


def add(*rows) -> None:
    with transaction() as session:
        session.add_all(rows)


def test_KPI_10_appeals_won_are_of_those_decided(world: ReportWorld) -> None:
    line = world.charge(before(60), 100_00, sent=before(58))
    staff = add_staff("biller").login_id
    for decision, on in (("won", 9), ("partly", 8), ("lost", 7), ("", None)):
        add(
            Appeal(
                id=uuid4(), claim_id=line.claim.id, level=1, template_key="x", template_version=0, letter="x",
                enclosures=[], stored_as="x", sha256="x", pages=1, amount=Money(100_00), built_by_id=staff,
                built_at=AT, decision=decision, decided_on=before(on) if on else None,
            )
        )  # fmt: skip
    assert told(world, "appeals_won") == (667, 2, 3)


def test_KPI_15_charge_lag_is_by_when_the_charge_was_recorded(
    world: ReportWorld, owner_engine: Engine
) -> None:
    lines = [world.charge(before(30), 10_00, sent=before(29)) for _ in range(10)]
    with owner_engine.begin() as owner:
        owner.execute(text("SET session_replication_role = replica"))
        for lag, line in zip((0, 1, 1, 2, 2, 2, 3, 4, 5, 30), lines, strict=True):
            owner.execute(
                text("UPDATE journal_entries SET recorded_at = :at WHERE source_ref = :ref"),
                {
                    "at": datetime(2026, 3, 1, 20, tzinfo=UTC) + timedelta(days=lag),
                    "ref": f"test:charge:{line.claim.id}",
                },
            )
    assert told(world, "charge_lag") == (20, 2, 10)
    assert figures()["charge_lag_p90"].value == 50


def test_KPI_17_KPI_18_KPI_22_visits_verified_authorized_missed_and_called_off(
    database_url: str, now: datetime
) -> None:
    booking = open_booking(now)
    days = [date(2026, 3, 9) + timedelta(days=n) for n in range(4)]
    ids = [booking.book(booking.start(day), coverage_intent="insurance") for day in days]
    patient = booking.row(ids[0]).patient_id
    with transaction() as session:
        book = Book(session, counter=500)
        coverage = book.coverage(session.get_one(Patient, patient), book.payer("Plan", tax_id="5"))
        for row_id, at in ((ids[0], now), (ids[1], datetime(2026, 3, 9, tzinfo=UTC))):
            session.add(
                CoverageCheck(
                    coverage_id=coverage.id,
                    appointment_id=row_id,
                    result="active",
                    method="phone",
                    at=at,
                )
            )
        for row_id, kind, state in (
            (ids[0], "referral", "done"), (ids[1], "authorisation", "open"), (ids[2], "referral", "dropped"),
        ):  # fmt: skip
            session.add(
                AppointmentTask(
                    appointment_id=row_id, kind=kind, due_on=days[0], state=state,
                    done_at=now if state == "done" else None,
                )
            )  # fmt: skip
        for row_id, kind in ((ids[1], "no_show"), (ids[3], "canceled")):
            session.add(
                AppointmentEvent(appointment_id=row_id, kind=kind, at=AT, via="staff", detail={})
            )
        row = session.get_one(Appointment, ids[3])
        row.late_cancel, row.state = True, "canceled"
    freshen_reports(now=AT)
    found = figures()
    assert (found["verified"].numerator, found["verified"].denominator) == (1, 3), (
        "two of them too late or never"
    )
    assert found["authorised"].value == 500
    assert found["no_shows"].value == 333
    assert found["late_cancels"].value == 250
    # Three visits of twenty minutes; by weekday the hours of Ada, of Ben (never on Fridays) and of Cy's two places.
    days_open = [BLOCKS_SINCE + timedelta(days=n) for n in range((ON - BLOCKS_SINCE).days + 1)]
    hours = sum(7 + 4 + (3 if day.weekday() < 4 else 0) for day in days_open if day.weekday() < 5)
    filled = found["fill_rate"]
    assert (filled.numerator, filled.denominator) == (3 * 4, hours * 12)
    with (
        transaction() as session
    ):  # Ada is away for an hour in which two were booked, told after that day
        session.add(
            ScheduleException(
                provider_id=booking.ada, kind="leave", made_at=datetime.combine(ON + timedelta(days=2), AT.timetz()),
                starts_at=datetime(2026, 3, 9, 13, tzinfo=UTC), ends_at=datetime(2026, 3, 9, 14, tzinfo=UTC),
            )
        )  # fmt: skip
    assert figures()["fill_rate"].denominator == hours * 12, "nobody knew it yet on that day"
    later = figures(ON + timedelta(days=5))["fill_rate"]
    first = ON + timedelta(days=5 - 89)  # of that quarter
    days_open = [first + timedelta(days=n) for n in range(90)]
    hours = sum(7 + 4 + (3 if day.weekday() < 4 else 0) for day in days_open if day.weekday() < 5)
    assert (later.numerator, later.denominator) == (2 * 4, (hours - 1) * 12)


def stated(line, on: date, *, channel: str, number: str) -> None:
    with transaction() as session:
        statement = Statement(
            number=number, guarantor_account_id=line.visit.guarantor_account_id, cycle_on=on, cut_at=AT,
            ledger_position=0, due_on=on, amount_due=line.charge.billed, previous_balance=Money(0),
            layout_version=1, content={}, content_hash="x",
        )  # fmt: skip
        session.add(statement)
        session.flush()
        session.add(
            StatementLine(
                statement_id=statement.id, charge_id=line.charge.id, amount=line.charge.billed
            )
        )
        session.add(StatementDelivery(statement_id=statement.id, channel=channel, delivered_on=on))
        visit = session.get_one(Visit, line.visit.id)
        visit.first_statement_on = visit.first_statement_on or on


def test_KPI_21_first_statements_and_what_they_bring(world: ReportWorld) -> None:
    quick, slow, owing = (world.charge(before(60), 50_00, payer="") for _ in range(3))
    with transaction() as session:
        for line in (quick, slow, owing):
            session.get_one(Visit, line.visit.id).responsible_on = before(60)
    stated(quick, before(58), channel="email", number="1")
    world.pay(quick, before(40), 50_00)
    stated(slow, before(55), channel="paper", number="2")
    stated(slow, before(25), channel="paper", number="3")
    world.pay(slow, before(20), 50_00)
    stated(owing, before(50), channel="paper", number="4")
    assert told(world, "first_statement") == (50, 5, 3)
    assert told(world, "paid_on_first") == (500, 1, 2), "the third still owes on its first"
    assert told(world, "e_statements") == (250, 1, 4)
    assert told(world, "autopay") == (0, 0, 1)
    earlier = figures(before(30))["paid_on_first"]
    assert (earlier.numerator, earlier.denominator) == (1, 1), "the second statement had not come"


def test_KPI_21_plans_paid_to_the_end(world: ReportWorld) -> None:
    staff = add_staff("manager").login_id
    for number, state in enumerate(("completed", "completed", "defaulted", "active")):
        line = world.charge(before(60), 50_00, payer="")
        plan = Plan(
            id=uuid4(), guarantor_account_id=line.visit.guarantor_account_id, number=f"P{number}", state=state,
            state_at=AT, created_at=AT, created_by_login_id=staff, current_version=1,
            ended_on=None if state == "active" else before(5),
        )  # fmt: skip
        add(plan)
        add(
            PlanVersion(
                plan_id=plan.id, number=1, total=Money(50_00), down=Money(0), instalments=2, first_on=before(50), day=1,
                method="manual", why="first", text_version="1", agreement={}, agreement_hash="x", signed_at=AT,
                signed_on=before(55), signed_how="paper", signed_by_login_id=staff, typed_name="Testa Sample",
            )
        )  # fmt: skip
    assert told(world, "plans_kept") == (667, 2, 3)


def test_KPI_23_disputes_by_statement_and_by_how_long_they_took(world: ReportWorld) -> None:
    line = world.charge(before(60), 50_00, payer="")
    for number in range(4):
        stated(line, before(40 - number), channel="paper", number=str(number))
    for ended in (6, 10, None):
        add(
            AccountCondition(
                guarantor_account_id=line.visit.guarantor_account_id, visit_id=line.visit.id, kind="disputed",
                since=AT - timedelta(days=20), source="staff:1",
                ended_at=AT - timedelta(days=20 - ended) if ended else None,
            )
        )  # fmt: skip
    assert told(world, "disputes") == (7500, 3, 4)
    assert told(world, "dispute_days") == (60, 6, 2)
    assert figures()["disputes_upheld"].value is None, "a condition says nothing of who was right"


def test_KPI_24_texts_delivered_stopped_and_filtered(world: ReportWorld) -> None:
    for number, (status, error) in enumerate(
        (("delivered", ""), ("delivered", ""), ("undelivered", "30007"), ("undelivered", "30003"))
    ):
        message = OutboundMessage(
            channel="sms", recipient=f"+1212555010{number % 2}", template="t", body="", state="sent",
            created_at=AT, sent_at=AT,
        )  # fmt: skip
        add(message)
        add(MessageStatus(message_id=message.id, status=status, error=error, at=AT))
    add(TextConsent(phone="+12125550101", category="billing", granted=False, source="sms", at=AT))
    add(TextConsent(phone="+12125550100", category="billing", granted=False, source="web", at=AT))
    assert told(world, "texts_delivered") == (500, 2, 4)
    assert told(world, "texts_filtered") == (250, 1, 4)
    assert told(world, "texts_stopped") == (500, 1, 2)
