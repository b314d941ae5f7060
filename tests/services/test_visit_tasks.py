"""Tasks before a visit come with the booking, move with it, and stop at the door of the room (SCH-4, SCH-10, SCH-11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from billing.transitions import AppointmentStep
from portal.db import read_only, transaction
from portal.models.accounts import Coverage, Payer
from portal.models.appointments import AppointmentTask, CoverageCheck
from portal.models.insurance import CardImage, InsuranceSubmission
from portal.models.work import WorkItem
from portal.office_ports import Eligibility
from portal.queries.viewer import StaffViewer
from portal.services.appointment_actor import Actor
from portal.services.cancel_appointment import cancel_appointment
from portal.services.close_card_tasks import close_card_tasks
from portal.services.escalate_tasks import escalate_tasks
from portal.services.mark_appointment import mark_appointment
from portal.services.move_appointment import move_appointment
from portal.services.record_coverage_check import (
    CannotVerify,
    TaskAnswer,
    end_task,
    override_coverage,
    record_coverage_check,
)
from portal.services.stop_unverified import NotVerified
from tests.booking_world import NEXT_MONDAY, BookingWorld, open_booking
from tests.services.staff_world import add_staff

STAFF = Actor(None, "staff")


@dataclass
class Insured:
    """Testa with one plan, and a heart test next Monday that needs a referral."""

    world: BookingWorld
    coverage_id: int
    visit: UUID
    desk: StaffViewer

    def tasks(self) -> dict[tuple[str, str], tuple[date, str]]:
        with read_only() as session:
            rows = session.scalars(
                select(AppointmentTask).where(AppointmentTask.appointment_id == self.visit)
            ).all()
        return {(row.kind, row.stage): (row.due_on, row.state) for row in rows}

    def verify(self, now: datetime, result: str = "active") -> None:
        record_coverage_check(
            appointment_id=self.visit,
            coverage_id=self.coverage_id,
            answer=Eligibility(
                result=result, method="phone", reference="R-1", facts={"copay_primary": 2500}
            ),
            staff=self.desk,
            now=now,
        )

    def mark(self, step: AppointmentStep, now: datetime) -> None:
        mark_appointment(appointment_id=self.visit, step=step, actor=STAFF, now=now)


@pytest.fixture
def insured(database_url: str, now: datetime) -> Insured:
    world = open_booking(now)
    with transaction() as session:
        payer = Payer(identifier="ACME", name="Acme Health")
        session.add(payer)
        session.flush()
        coverage = Coverage(
            patient_id=world.patient_id, payer_id=payer.id, member_id="A1234", sequence="P"
        )
        session.add(coverage)
        session.flush()
        coverage_id = coverage.id
    start = world.start(NEXT_MONDAY, "9:00", visit_type_id=world.ecg, provider_id=world.ben)
    visit = world.book(start, via="staff", coverage_intent="insurance")
    return Insured(world, coverage_id, visit, add_staff("front_desk"))


def test_SCH_4_SCH_10_tasks_come_with_the_booking_and_go_with_the_visit(
    insured: Insured, now: datetime
) -> None:
    """Booked on Monday March 2 for Monday March 9: three business days before is Wednesday."""
    assert insured.tasks() == {
        ("coverage", "booking"): (date(2026, 3, 2), "open"),
        ("coverage", "ahead"): (date(2026, 3, 4), "open"),
        ("coverage", "day"): (date(2026, 3, 9), "open"),
        ("referral", ""): (date(2026, 3, 4), "open"),
        ("card", ""): (date(2026, 3, 4), "open"),
        ("estimate", ""): (date(2026, 3, 5), "open"),
    }
    insured.verify(now)
    assert insured.tasks()["coverage", "booking"][1] == "done"
    assert insured.tasks()["coverage", "ahead"][1] == "open"
    near = now + timedelta(days=3)
    insured.verify(near)
    assert insured.tasks()["coverage", "ahead"][1] == "done"
    later = insured.world.start(
        NEXT_MONDAY + timedelta(days=14),
        "9:00",
        visit_type_id=insured.world.ecg,
        provider_id=insured.world.ben,
    )
    hold = insured.world.hold(later, now=near)
    move_appointment(appointment_id=insured.visit, hold_id=hold, actor=STAFF, now=near)
    moved = insured.tasks()
    assert moved["coverage", "booking"][1] == "done"
    assert moved["coverage", "ahead"] == (date(2026, 3, 18), "open")  # verified too long before
    assert moved["referral", ""] == (date(2026, 3, 18), "open")
    cancel_appointment(
        appointment_id=insured.visit, side="practice", reason="other", actor=STAFF, now=near
    )
    assert {state for _, state in insured.tasks().values()} == {"done", "dropped"}


def test_SCH_10_nobody_unverified_is_brought_to_a_room_without_a_written_reason(
    insured: Insured, now: datetime
) -> None:
    day = insured.world.row(insured.visit).starts_at
    insured.verify(now)  # a week before: too long
    insured.verify(day, result="inactive")
    insured.mark(AppointmentStep.ARRIVE, day)
    with pytest.raises(NotVerified):
        insured.mark(AppointmentStep.ROOM, day)
    assert insured.world.row(insured.visit).state == "arrived"
    with pytest.raises(CannotVerify):
        override_coverage(appointment_id=insured.visit, reason=" ", staff=insured.desk, now=day)
    why = "The plan’s line is down."
    override_coverage(appointment_id=insured.visit, reason=why, staff=insured.desk, now=day)
    insured.mark(AppointmentStep.ROOM, day)
    with read_only() as session:
        rows = session.scalars(select(AppointmentTask).where(AppointmentTask.result == why)).all()
        checks = session.scalars(select(CoverageCheck)).all()
    assert {row.done_by_id for row in rows} == {insured.desk.login_id}
    assert [(one.result, one.facts["copay_primary"]) for one in checks] == [
        ("active", 2500),
        ("inactive", 2500),
    ]


def test_SCH_10_an_open_referral_rises_once_a_step_until_it_is_there(
    insured: Insured, now: datetime
) -> None:
    at = {day: now + timedelta(days=day - 2) for day in (4, 5, 6)}
    risen = [escalate_tasks(on=date(2026, 3, day), now=at[day]) for day in (4, 5, 5, 6)]
    assert risen == [0, 1, 0, 1]
    with read_only() as session:
        task_id = session.scalars(
            select(AppointmentTask.id).where(AppointmentTask.kind == "referral")
        ).one()
    answer = TaskAnswer(waive=False, words="By fax", reference="REF-7")
    end_task(task_id=task_id, answer=answer, staff=insured.desk, now=at[6])
    escalate_tasks(on=date(2026, 3, 7), now=at[6])
    with read_only() as session:
        items = session.scalars(
            select(WorkItem).where(WorkItem.kind == "visit_authorisation").order_by(WorkItem.id)
        ).all()
    assert len(items) == 2
    assert "Testa" not in " ".join(word for item in items for word in item.reasons)
    assert all(item.closed_at for item in items)
    assert close_card_tasks(now=at[6]) == 0
    with transaction() as session:
        sent = InsuranceSubmission(
            login_id=insured.world.login_id,
            patient_id=insured.world.patient_id,
            kind="add",
            state="accepted",
            begun_at=now,
            sent_at=now,
            coverage_id=insured.coverage_id,
        )
        session.add(sent)
        session.flush()
        for side in ("front", "back"):
            session.add(
                CardImage(
                    submission_id=sent.id,
                    side=side,
                    stored_as="x",
                    sha256="x",
                    width=1200,
                    height=800,
                    uploaded_at=now,
                )
            )
    assert close_card_tasks(now=at[6]) == 1
    assert insured.tasks()["card", ""][1] == "done"
