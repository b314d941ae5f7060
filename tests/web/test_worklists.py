"""Worklists: each item on one list, views kept under a name, and one act for many that leaves out what moved."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from billing.worklists import (
    CLAIM_AGES,
    LISTS,
    Worklist,
    answer_by,
    claim_age,
    late_before,
    list_of,
)
from portal.db import read_only, transaction
from portal.models.audit import AuditEvent
from portal.models.messages import ThreadMessage
from portal.models.work import WorkAction, WorkItem, WorkNote
from portal.queries.staff_queue import KIND_LABELS
from tests.services.staff_world import add_account
from tests.web.pages import Page, PageClient
from tests.web.statements_sent import statements_sent

As = Callable[[str], PageClient]
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock(staff_app: Flask) -> None:
    staff_app.config["CLOCK"] = lambda: NOW


def add_items(count: int, kind: str = "unpaid_claim", **fields: object) -> list[int]:
    account = add_account(f"70{len(kind) * 111:05}")
    with transaction() as session:
        rows = [
            WorkItem(
                dedupe_key=f"{kind}:{n}",
                kind=kind,
                reasons=["Acme Health has not answered for 31 days"],
                guarantor_account_id=account.account_id,
                visit_id=account.visit_id,
                opened_at=NOW,
                due_on=date(2026, 3, 4),
                **fields,
            )
            for n in range(count)
        ]
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


def chosen(ids: list[int], act: str, **more: object) -> dict[str, object]:
    return {"item": [str(one) for one in ids], "act": act, **more}


def press(client: PageClient, page: Page, ids: list[int], act: str, **more: object) -> Page:
    """The button of a preview."""
    kept = {"form_id": page.hidden("form_id"), "seen": page.hidden("seen"), "step": "do"}
    return client.post("/queue/many", chosen(ids, act, **kept, **more))


def test_OPS_3_each_kind_of_work_stands_on_one_list() -> None:
    named = [kind for one in LISTS.values() for kind in one.kinds]
    assert len(named) == len(set(named))
    assert [kind for kind in named if kind not in KIND_LABELS] == []
    assert list_of("unpaid_claim") is Worklist.UNPAID
    assert list_of("wish nobody knows") is Worklist.PATIENTS


def test_OPS_3_the_bands_of_age_leave_no_day_out() -> None:
    on = date(2026, 3, 2)
    edges = {0: "0-30", 30: "0-30", 31: "31-60", 60: "31-60", 61: "61-90", 90: "61-90"}
    edges |= {91: "91-120", 120: "91-120", 121: "121", 900: "121"}
    assert {days: claim_age(date.fromordinal(on.toordinal() - days), on) for days in edges} == edges
    assert [first for _, first, _ in CLAIM_AGES][1:] == [last + 1 for _, _, last in CLAIM_AGES[:-1]]


def test_a_list_says_how_much_money_and_whose_bills_hang_on_it(as_staff: As) -> None:
    add_items(3)
    client = as_staff("biller")
    client.get("/queue/?list=unpaid")
    with statements_sent() as sent:
        page = client.get("/queue/?list=unpaid")
    assert len(sent) <= 12, "\n".join(sent)
    assert "3 items" in page.text
    assert "bills of 1 patient hang on them" in page.text
    assert "Acme Health has not answered" not in client.get("/queue/?list=credits").text


def test_a_view_is_kept_opens_first_and_is_forgotten(as_staff: As) -> None:
    add_items(2)
    client, other = as_staff("biller"), as_staff("payment_poster")
    client.get("/queue/?list=unpaid&whose=nobody")
    client.post("/queue/views?list=unpaid&whose=nobody", {"name": "Mine to ask", "first": "y"})
    page = client.get("/queue/", expect=302)
    assert "whose=nobody" in page.location
    assert "Mine to ask 2" in client.get("/queue/?all=1").text
    assert "Mine to ask" not in other.get("/queue/?all=1").text
    client.post("/queue/views?list=unpaid", {"name": "Mine to ask", "shared": "y"})
    shared = other.get("/queue/?all=1")
    assert "Mine to ask" in shared.text
    assert "Forget" not in shared.text
    counts = json.loads(other.http.get("/queue/counts?unattended=1").get_data(as_text=True))
    assert counts["list-unpaid"] == 2
    other.post("/queue/views/1/forget", {}, expect=404)
    client.post("/queue/views/1/forget", {})
    assert "Mine to ask" not in client.get("/queue/?all=1").text


def test_a_view_needs_a_name_and_no_card_number(as_staff: As) -> None:
    client = as_staff("biller")
    page = client.follow(client.post("/queue/views?list=unpaid", {"name": ""}))
    assert "Give the view a name" in page.text
    client.post("/queue/views", {"name": "4111 1111 1111 1111"})
    assert "4111" not in client.get("/queue/?all=1").text


def test_many_are_given_to_somebody_once_and_each_is_written_down(as_staff: As) -> None:
    ids = add_items(3)
    client = as_staff("biller")
    page = client.post("/queue/many?list=unpaid", chosen(ids, "give"))
    assert "Nothing is changed yet" in page.text
    done = press(client, page, ids, "give", owner=str(client.login_id), note="Ours this week")
    assert "3 items changed" in done.text
    press(client, page, ids, "give", owner=str(client.login_id))
    with read_only() as session:
        assert set(session.scalars(select(WorkItem.owner_id))) == {client.login_id}
        assert session.scalar(select(func.count(WorkAction.id))) == 3, "the second press is none"
        assert session.scalar(select(func.count(WorkNote.id))) == 3
        told = select(func.count(AuditEvent.id)).where(
            AuditEvent.object_type == "work_item", AuditEvent.action == "update"
        )
        assert session.scalar(told) == 3


def test_what_another_touched_since_the_look_is_left_and_named(as_staff: As) -> None:
    ids = add_items(2)
    client, other = as_staff("biller"), as_staff("manager")
    page = client.post("/queue/many", chosen(ids, "day"))
    other.post(
        f"/queue/{ids[0]}/owner",
        {"owner-seen": "", "owner-owner": str(other.login_id), "owner-due_on": ""},
    )
    done = press(client, page, ids, "day", due_on="3/9/2026")
    assert "1 item changed" in done.text
    assert "meanwhile" in done.text
    with read_only() as session:
        rows = [session.get_one(WorkItem, one) for one in ids]
        assert rows[1].due_on == date(2026, 3, 9)
        assert (rows[0].owner_id, rows[0].due_on != date(2026, 3, 9)) == (other.login_id, True)


def test_a_bill_is_never_freed_in_a_heap(as_staff: As) -> None:
    free, held = add_items(1), add_items(1, "figures", holds_bill=True)
    client = as_staff("biller")
    page = client.post("/queue/many", chosen([*free, *held], "close"))
    assert "Money or a bill hangs on it" in page.text
    bare = press(client, page, [*free, *held], "close", note="Asked by phone")
    assert "Choose how they ended" in bare.text
    done = press(
        client, page, [*free, *held], "close", note="Asked by phone", outcome="with_the_payer"
    )
    assert "1 item changed" in done.text
    with read_only() as session:
        assert session.get_one(WorkItem, free[0]).outcome == "with_the_payer"
        assert session.get_one(WorkItem, held[0]).closed_at is None


def test_all_of_a_view_are_taken_whatever_the_page_shows(as_staff: As) -> None:
    add_items(40)
    client = as_staff("biller")
    page = client.post("/queue/many?list=unpaid", {"act": "note", "all": "1"})
    assert "Change 40 items" in page.text
    nothing = client.follow(client.post("/queue/many?list=unpaid", {"act": "note"}))
    assert "Choose some items" in nothing.text


def test_HIPAA_7_who_only_looks_has_no_boxes(as_staff: As) -> None:
    ids = add_items(1)
    auditor = as_staff("auditor")
    page = auditor.get("/queue/?list=unpaid")
    assert not [box for box in page.all("input") if box.get("name") == "item"]
    auditor.post("/queue/many", chosen(ids, "close"), expect=403)


def test_OPS_6_who_wrote_is_to_have_an_answer_in_two_business_days() -> None:
    friday, monday = date(2026, 3, 6), date(2026, 3, 9)
    assert answer_by(friday) == date(2026, 3, 10)
    for day in range(40):
        on = date.fromordinal(monday.toordinal() + day)
        first = late_before(on)
        assert answer_by(first) >= on > answer_by(date.fromordinal(first.toordinal() - 1))


def test_OPS_6_messages_to_answer_are_counted_beside_the_lists(as_staff: As) -> None:
    client = as_staff("biller")
    assert "Messages to answer" not in client.get("/queue/").text
    one, other = add_account("7000001").account_id, add_account("7000002").account_id
    with transaction() as session:
        for account_id, days in ((one, 6), (one, 5), (other, 0)):
            session.add(
                ThreadMessage(
                    guarantor_account_id=account_id,
                    author="patient",
                    channel="portal",
                    body="May I ask something?",
                    at=NOW - timedelta(days=days),
                )
            )
    assert "Messages to answer 2" in client.get("/queue/").text
    assert client.http.get("/queue/counts").json["list-messages"] == 2
    assert "Messages to answer" not in as_staff("payment_poster").get("/queue/").text
    late = client.get("/messages/?show=late").text
    assert "7000001" in late
    assert "7000002" not in late
    both = client.get("/messages/").text
    assert both.index("7000001") < both.index("7000002")
    assert "Feb 26" in both
    assert "Mar 4" in both
