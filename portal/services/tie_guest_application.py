"""Tie an application that came without a sign-in to the account of whoever sent it, or close it with a reason (FA-6, COLL-6)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.assistance import Presumed
from billing.assistance_income import Income, Period, Source
from billing.free_text import check_free_text
from billing.money import Money
from portal.db import transaction
from portal.models.assistance import PENDING
from portal.models.guest_applications import GuestApplication, GuestPaper
from portal.queries.viewer import StaffViewer
from portal.services.assistance_refusals import CannotDecideAssistance
from portal.services.close_work import close_work
from portal.services.enter_application import Paper, Relative, write_application
from portal.services.guest_application import WORK
from portal.services.guest_papers import document_of
from portal.services.move_application import held_application
from portal.services.receive_application import look_again
from portal.services.record_access import add_staff_act
from portal.services.refusal import NotFound


def tie_guest(
    guest_id: UUID,
    *,
    account_id: int,
    staff: StaffViewer,
    public_url: str,
    on: date,
    now: datetime,
) -> UUID:
    """The application's id; it counts as received on the day on which it was sent, and its bills wait from now on.

    Pressed twice it is tied once. Raises CannotDecideAssistance or NotFound.
    """
    with transaction() as session:
        row = _sent(session, guest_id, staff)
        if row.application_id is not None:
            return row.application_id
        if row.state != "sent" or row.sent_on is None:
            raise CannotDecideAssistance("This application is closed.")
        application_id = uuid4()
        written = write_application(
            session,
            application_id=application_id,
            account_id=account_id,
            paper=_paper(row, row.sent_on),
            staff=staff,
            public_url=public_url,
            on=on,
            now=now,
        )
        assert written  # the id is fresh
        papers = session.scalars(select(GuestPaper).where(GuestPaper.guest_id == guest_id)).all()
        session.add_all(document_of(application_id, one) for one in papers)
        application = held_application(session, application_id)
        if papers and application.state in PENDING:
            look_again(session, application, public_url=public_url, on=on, now=now)
        row.application_id, row.state = application_id, "tied"
        row.ended_at, row.ended_by_id = now, staff.login_id
        _done(session, row, staff, outcome="tied", account_id=account_id, now=now)
    return application_id


def close_guest(guest_id: UUID, *, reason: str, staff: StaffViewer, now: datetime) -> None:
    """Nobody here is this person; they were told how to reach us. Raises CannotDecideAssistance or NotFound."""
    words = check_free_text(reason).strip()
    if not words:
        raise CannotDecideAssistance("Write down why, and what the person was told.")
    with transaction() as session:
        row = _sent(session, guest_id, staff)
        if row.state != "sent":
            return
        row.state, row.end_reason = "closed", words
        row.ended_at, row.ended_by_id = now, staff.login_id
        _done(session, row, staff, outcome="closed", account_id=None, now=now)


def _sent(session: Session, guest_id: UUID, staff: StaffViewer) -> GuestApplication:
    if not staff.may("assistance.enter"):
        raise CannotDecideAssistance("Your role does not enter applications.")
    row = session.get(GuestApplication, guest_id, with_for_update=True)
    if row is None or row.state == "draft":
        raise NotFound
    return row


def _paper(row: GuestApplication, received_on: date) -> Paper:
    said = row.answers
    people = tuple(
        Relative(
            name=one["name"],
            birth_on=date.fromisoformat(one["birth_on"]) if one["birth_on"] else None,
            relation=one["relation"],
            tax_dependent=one["tax_dependent"],
        )
        for one in said["people"]
    )
    return Paper(
        how="portal",
        received_on=received_on,
        applicant=row.name,
        household=1 + len(people),
        relatives=people,
        incomes=tuple(
            Income(Source(one["source"]), Period(one["period"]), Money(one["amount"]))
            for one in said["incomes"]
        ),
        earners=tuple(one["member"] for one in said["incomes"]),
        residence=row.residence_state,
        county=row.residence_county,
        program=Presumed(said["program"]) if said.get("program") else None,
        hardship=said.get("hardship", ""),
        owed_in_year=Money(said.get("owed_in_year", 0)),
        paid_in_year=Money(said.get("paid_in_year", 0)),
        another_plan=bool(said.get("another_plan")),
        answers={name: bool(said.get(name)) for name in ("insured", "medicaid", "no_income")},
        language=row.language,
        contact="mail",
        signature=(row.signed_name, row.sent_at) if row.sent_at else None,
    )


def _done(
    session: Session,
    row: GuestApplication,
    staff: StaffViewer,
    *,
    outcome: str,
    account_id: int | None,
    now: datetime,
) -> None:
    close_work(session, f"{WORK}:{row.id}", by=staff.login_id, outcome=outcome, now=now)
    add_staff_act(
        session,
        staff,
        action="update",
        object_type="guest_application",
        object_id=row.id,
        account_ids=(account_id,) if account_id is not None else (),
        reason=outcome,
        now=now,
    )
