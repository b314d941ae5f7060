"""Cases at the office: the board by stage and age, what lacks, what is next and when, and the final notice by hand (COLL-3 to 5, OPS-22)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from billing.cases import AGES, Stage, age_band
from portal.db import read_only, transaction
from portal.models.accounts import AccountCondition
from portal.models.audit import AuditEvent
from portal.models.claims import Visit
from portal.models.gate import DunningStep
from portal.models.work import WorkItem
from portal.queries.case_board import case_board
from portal.services.prove_step import ProofKind, prove_step
from portal.services.screen_assistance import screen_assistance
from tests.services.staff_world import World, add_account
from tests.web.bills import NOW, ON, empty_account, make_practice
from tests.web.pages import PageClient
from tests.web.statements_sent import statements_sent

As = Callable[[str], PageClient]


@pytest.fixture
def world(staff_app: Flask) -> World:
    staff_app.config["CLOCK"] = lambda: NOW
    make_practice()
    return add_account("1111-2222")


def told(world: World, days_ago: int) -> date:
    start = ON - timedelta(days=days_ago)
    with transaction() as session:
        session.get_one(Visit, world.visit_id).first_statement_on = start
    return start


def prove(world: World, kind: ProofKind, on: date, **facts: object) -> None:
    with transaction() as session:
        prove_step(
            session,
            kind,
            account_id=world.account_id,
            happened_on=on,
            source=f"{kind}:{world.account_id}",
            facts=facts,
            now=NOW,
        )


def stage() -> Stage:
    board = case_board(stage="", age="", on=ON, number=1)
    [row] = board.page.rows
    counted = {one.stage: one.found for one in board.stages if one.found}
    assert counted == {row.stage: 1}
    return row.stage


def test_a_case_moves_over_the_board_as_its_steps_are_proven(world: World) -> None:
    assert case_board(stage="", age="", on=ON, number=1).page.rows == []
    start = told(world, 100)
    assert stage() is Stage.STATEMENTS
    screen_assistance(account_id=world.account_id, why="office", on=ON, now=NOW)
    assert stage() is Stage.SCREENED
    prove(world, ProofKind.ORAL_ATTEMPT, ON, outcome="spoke")
    assert stage() is Stage.HELP_TOLD
    prove(
        world,
        ProofKind.FINAL_NOTICE,
        ON,
        deadline_on=str(ON + timedelta(days=31)),
        names=["placement"],
        encloses_summary=True,
    )
    assert stage() is Stage.NOTICED
    [row] = case_board(stage="noticed", age="91-120", on=ON, number=1).page.rows
    assert (row.next_step, row.next_on) == ("The gate may open", ON + timedelta(days=32))
    assert case_board(stage="noticed", age="0-60", on=ON, number=1).page.rows == []
    with transaction() as session:
        session.add(
            DunningStep(
                guarantor_account_id=world.account_id,
                step="gate_open",
                started_on=start,
                due_on=ON,
                found_at=NOW,
            )
        )
    assert stage() is Stage.GATE_OPEN


def test_what_a_new_bill_starts_anew_proves_nothing_of_an_older_step(world: World) -> None:
    prove(world, ProofKind.ORAL_ATTEMPT, ON - timedelta(days=200), outcome="spoke")
    told(world, 100)
    assert stage() is Stage.STATEMENTS


@pytest.mark.parametrize("days", [0, 60, 61, 90, 91, 120, 121, 4000])
def test_every_age_stands_in_one_band(days: int) -> None:
    name = age_band(days)
    _, first, last = next(one for one in AGES if one[0] == name)
    assert first <= days <= (last or days)


def test_the_board_and_the_list_are_read_in_few_statements(as_staff: As, world: World) -> None:
    clerk = as_staff("collections")
    assert "No account is in arrears like this." in clerk.get("/cases/").text
    told(world, 70)
    for number in range(5):
        told(add_account(f"2222-000{number}"), 10 + number)
    with statements_sent() as sent:
        page = clerk.get("/cases/")
    assert len(sent) <= 12
    assert "6 cases." in page.text
    assert page.text.index("Testa Sample") > 0
    assert "Since Feb 20, 2026" in page.text  # day 60 of the oldest
    assert "1 case." in clerk.get("/cases/?age=61-90").text
    assert "No account is in arrears" in clerk.get("/cases/?stage=placed").text
    assert "6 cases." in clerk.get("/cases/?stage=nonsense&age=nonsense").text


def test_CORE_6_what_is_on_hold_stands_in_the_list_and_the_case_and_calls_for_no_step(
    as_staff: As, world: World
) -> None:
    told(world, 95)
    screen_assistance(account_id=world.account_id, why="office", on=ON, now=NOW)
    clerk, address = as_staff("collections"), f"/accounts/{world.account_id}/case"
    listed = clerk.get("/cases/").text
    assert "Since Feb 25, 2026" in listed
    with transaction() as session:
        session.add(
            AccountCondition(
                guarantor_account_id=world.account_id, kind="bankruptcy", since=NOW, source="test"
            )
        )
    listed, case = clerk.get("/cases/").text, clerk.get(address).text
    assert "On holdBankruptcy" in listed
    assert "Since Feb" not in listed
    assert "On hold: Bankruptcy." in case
    assert "No step below is taken until that ends." in case
    assert "Due since" not in case


def test_OPS_22_the_case_says_what_is_proven_what_lacks_and_what_is_next(
    as_staff: As, world: World
) -> None:
    start = told(world, 95)
    prove(world, ProofKind.ORAL_ATTEMPT, ON, outcome="spoke")
    clerk, address = as_staff("collections"), f"/accounts/{world.account_id}/case"
    with statements_sent() as sent:
        page = clerk.get(address)
    assert len(sent) <= 12, "\n".join(one[:110] for one in sent)
    text = page.text
    for words in (
        "95 days",
        "Told of help by phone",
        "A final notice that arrived 30 days ago and named an agency",
        "COLL-4",
        "A screening for help",
        "FA-8",
        "A row of this state’s law, or of yours, that nobody here has read",
        "Due since Jan 26, 2026",
    ):
        assert words in text, words
    assert f"{start:%b} {start.day}, {start.year}" in text
    refused = clerk.post(f"{address}/notice", {})
    assert "Ask for the final notice" not in refused.text
    with read_only() as session:
        assert session.scalars(select(AuditEvent).where(AuditEvent.object_type == "case")).first()


def test_COLL_4_the_notice_by_hand_is_refused_in_words_with_rules(
    as_staff: As, world: World
) -> None:
    told(world, 10)
    clerk, address = as_staff("collections"), f"/accounts/{world.account_id}/case"
    assert "Lacking: four statements that arrived" in clerk.get(address).text
    form = {"form_id": "00000000-0000-4000-8000-000000000001"}
    page = clerk.post(f"{address}/notice", form)
    assert "(STMT-10)" in page.text
    assert "Start the call" not in as_staff("biller").get(address).text


def test_nothing_owed_is_no_case_and_another_account_is_not_found(
    as_staff: As, world: World
) -> None:
    empty = empty_account()
    clerk = as_staff("collections")
    assert "there is no case" in clerk.get(f"/accounts/{empty}/case").text
    clerk.get("/accounts/999999/case", expect=404)
    assert world.account_id


def test_FA_8_one_press_screens_everybody_who_waits(as_staff: As, world: World) -> None:
    with transaction() as session:
        session.add(
            WorkItem(
                dedupe_key="dunning:1:screening",
                kind="screen_for_help",
                guarantor_account_id=world.account_id,
                opened_at=NOW,
            )
        )
    clerk = as_staff("collections")
    page = clerk.follow(clerk.post("/cases/screen", expect=302))
    assert "Accounts screened: 1." in page.text
    manager = as_staff("manager")
    with read_only() as session:
        item = session.scalars(select(WorkItem.id)).one()
    assert "Open the case" in manager.get(f"/queue/{item}").text
