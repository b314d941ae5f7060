"""ID-5 on the pages: one person asks, another approves, and either parts the records again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask

from portal.services.find_duplicates import find_duplicates
from tests.services.staff_world import World, add_account
from tests.web.pages import PageClient

As = Callable[[str], PageClient]


@pytest.fixture(autouse=True)
def _clock(staff_app: Flask, now: datetime) -> None:
    staff_app.config["CLOCK"] = lambda: now


@pytest.fixture
def two(database_url: str, now: datetime) -> tuple[World, World]:
    found = add_account("7000001"), add_account("7000002", amounts=(30_00,))
    find_duplicates(now=now)
    return found


def ask(client: PageClient, two: tuple[World, World]) -> None:
    client.get("/duplicates/1")
    wish = {"kept": str(two[0].patient_id), "reason": "The same card at the desk"}
    client.post("/duplicates/1/ask", wish, expect=302)


def test_ID_5_one_asks_another_merges_and_parts(two: tuple[World, World], as_staff: As) -> None:
    front, manager = as_staff("front_desk"), as_staff("manager")
    page = front.get("/duplicates/")
    assert "Same name born the same day" in page.text, "a phone's page says it once"
    assert "same birth date" in page.text
    assert "differs" not in front.get("/duplicates/1").text
    ask(front, two)
    assert "Another person approves it" in front.get("/duplicates/merges/1").text
    assert "1 merge of two records waits" in manager.get("/").text.replace("\n", " ")
    assert "1 merge" not in front.get("/").text
    manager.get("/duplicates/merges/1")
    manager.post("/duplicates/merges/1/approve", {}, expect=302)
    account = manager.get(f"/accounts/{two[0].account_id}").text
    assert "$88.00" in account
    gone = manager.get(f"/accounts/{two[1].account_id}").text
    assert "merged into another record" in gone
    manager.get("/duplicates/merges/1")
    manager.post("/duplicates/merges/1/undo", {"note": " "}, expect=200)
    manager.post("/duplicates/merges/1/undo", {"note": "They are cousins"}, expect=302)
    assert "$58.00" in manager.get(f"/accounts/{two[0].account_id}").text
    assert "They are cousins" in manager.get("/duplicates/merges/1").text


def test_ID_5_nobody_approves_an_own_wish(two: tuple[World, World], as_staff: As) -> None:
    front = as_staff("front_desk")
    ask(front, two)
    front.get("/duplicates/merges/1")
    assert (
        "Somebody else approves it"
        in front.post("/duplicates/merges/1/approve", {}, expect=409).text
    )


def test_ID_5_a_reason_and_the_record_that_stays_are_needed(
    two: tuple[World, World], as_staff: As
) -> None:
    front = as_staff("front_desk")
    front.get("/duplicates/1")
    page = front.post("/duplicates/1/ask", {"reason": ""}, expect=200).text
    assert "the record that stays" in page
    front.get("/duplicates/1")
    front.post("/duplicates/1/ask", {"kept": "99", "reason": "x"}, expect=200)


def test_ID_5_two_people_leave_the_list(two: tuple[World, World], as_staff: As) -> None:
    front = as_staff("front_desk")
    front.get("/duplicates/1")
    front.post("/duplicates/1/set-aside", {}, expect=302)
    assert "No two records look like one person" in front.get("/duplicates/").text
    assert "found that they are two people" in front.get("/duplicates/1").text


def test_ID_5_what_is_not_there_is_not_found(two: tuple[World, World], as_staff: As) -> None:
    front = as_staff("front_desk")
    front.get("/duplicates/99", expect=404)
    front.get("/duplicates/merges/99", expect=404)


def test_HIPAA_7_collections_and_auditors_do_not_merge(
    two: tuple[World, World], as_staff: As
) -> None:
    for role in ("collections", "auditor", "sysadmin"):
        as_staff(role).get("/duplicates/", expect=403)
