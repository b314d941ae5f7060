"""The accounting of disclosures (HIPAA-11): kept for good, six years back, asked for with a clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from billing.disclosures import Authority, clock_of, counted_since
from billing.free_text import CardNumberRefused
from portal.db import read_only, transaction
from portal.models.work import WorkItem
from portal.queries.disclosures import disclosures_csv, disclosures_page
from portal.services.record_disclosure import (
    CannotRecord,
    Told,
    answer_accounting,
    ask_accounting,
    extend_accounting,
    record_disclosure,
)
from portal.services.refusal import NotFound
from tests.services.staff_world import ON, World, add_account, add_staff

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


def told(world: World, on: date = ON, what: str = "Dates of visits") -> Told:
    return Told(
        form_id=uuid4(),
        patient_id=world.patient_id,
        disclosed_on=on,
        to_whom="County health office, 1 Sample Street",
        what=what,
        purpose="=Report of a case",
        authority=Authority.PUBLIC_HEALTH,
    )


def test_HIPAA_11_the_clock_is_sixty_days_and_the_first_of_twelve_months_is_free() -> None:
    asked = date(2026, 3, 2)
    assert clock_of(asked_on=asked, earlier=(), extended=False).due_on == date(2026, 5, 1)
    assert clock_of(asked_on=asked, earlier=(), extended=True).due_on == date(2026, 5, 31)
    for earlier, free in (
        (asked - timedelta(days=364), False),
        (asked - timedelta(days=365), True),
    ):
        assert clock_of(asked_on=asked, earlier=[earlier], extended=False).free is free
    assert counted_since(date(2024, 2, 29)) == date(2018, 2, 28)


@pytest.mark.usefixtures("database_url")
def test_HIPAA_11_what_was_told_is_kept_once_for_good_and_counted_six_years() -> None:
    desk, world, other = add_staff("front_desk"), add_account(), add_account("7000002")
    once = told(world)
    for one in (once, once, told(world, ON.replace(year=2020)), told(world, date(2020, 3, 1))):
        record_disclosure(staff=desk, account_id=world.account_id, told=one, now=NOW)
    page = disclosures_page(world.account_id, on=ON)
    assert page is not None
    assert [row.on for row in page.rows] == [ON, date(2020, 3, 2)]
    assert disclosures_csv(page).splitlines()[1] == (
        '2026-03-02,Testa Sample,"County health office, 1 Sample Street",Dates of visits,'
        "'=Report of a case,Public health"
    )
    refused = (
        (told(world, ON + timedelta(days=1)), CannotRecord),
        (told(world, what=" "), CannotRecord),
        (told(world, what="4111 1111 1111 1111"), CardNumberRefused),
        (told(other), NotFound),
    )
    for wrong, error in refused:
        with pytest.raises(error):
            record_disclosure(staff=desk, account_id=world.account_id, told=wrong, now=NOW)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction() as session:
        session.execute(text("UPDATE disclosures SET what = 'nothing'"))


@pytest.mark.usefixtures("database_url")
def test_HIPAA_11_a_request_is_a_task_until_it_is_answered_and_is_extended_once() -> None:
    desk, account = add_staff("front_desk"), add_account().account_id
    ask_accounting(staff=desk, account_id=account, asked_on=ON, now=NOW)
    with pytest.raises(CannotRecord, match="still open"):
        ask_accounting(staff=desk, account_id=account, asked_on=ON, now=NOW)
    extend_accounting(staff=desk, account_id=account, why="Old paper records", now=NOW)
    with pytest.raises(CannotRecord, match="once"):
        extend_accounting(staff=desk, account_id=account, why="Again", now=NOW)
    with read_only() as session:
        item = session.scalars(select(WorkItem)).one()
    assert (item.kind, item.due_on, item.closed_at) == (
        "accounting_request",
        date(2026, 5, 31),
        None,
    )
    answer_accounting(staff=desk, account_id=account, now=NOW)
    with read_only() as session:
        assert session.scalars(select(WorkItem.outcome)).one() == "the list was sent"
    with pytest.raises(CannotRecord, match="No request is open"):
        answer_accounting(staff=desk, account_id=account, now=NOW)
    ask_accounting(staff=desk, account_id=account, asked_on=ON, now=NOW)
    page = disclosures_page(account, on=ON)
    assert page is not None
    assert [one.free for one in page.requests] == [False, True]
