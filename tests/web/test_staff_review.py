"""A patient share that no rule may bill waits in the queue for a person, and leaves it one of two ways."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from billing.money import ZERO, Money
from portal.db import read_only
from portal.models.work import WorkItem
from tests.conftest import NOW
from tests.services.payer_voice import Payer, bill, book, clp, svc
from tests.web.pages import PageClient

AsStaff = Callable[[str], PageClient]


@pytest.fixture(autouse=True)
def _clock(staff_app: Flask) -> None:
    staff_app.config["CLOCK"] = lambda: NOW


@pytest.fixture
def waiting() -> tuple[int, int]:
    """The visit, and the item that holds $100.00 of PR-96 beside a deductible of $50.00."""
    with book() as found:
        found.practice()
        visit, *_ = found.insured_visit([20_000])
    Payer().pays(clp(visit.control_number, svc("99213", 200, "PR-96 100, PR-1 50")))
    with read_only() as session:
        item = session.scalars(select(WorkItem.id).where(WorkItem.kind == "review")).one()
    return visit.id, item


@pytest.mark.parametrize(("owed", "due"), [("patient", 15_000), ("us", 5_000)])
def test_OPS_8_a_person_decides_who_owes_it(
    waiting: tuple[int, int], as_staff: AsStaff, owed: str, due: int
) -> None:
    visit, item = waiting
    biller = as_staff("biller")
    assert "Decide who owes $100.00" in biller.get(f"/queue/{item}").text
    answer = {"review-owed": owed, "review-note": "The signed notice is in the chart"}
    page = biller.follow(biller.post(f"/queue/{item}/review", answer))
    assert "$100.00 is" in page.text
    after = bill(visit)
    assert (after.due_now, after.under_review) == (Money(due), ZERO)


@pytest.mark.parametrize(("carc", "rule"), [("50", "STMT-24"), ("45", "NSA-9")])
def test_STMT_24_NSA_9_what_needs_a_signed_paper_is_billed_with_one_alone(
    as_staff: AsStaff, carc: str, rule: str
) -> None:
    with book() as found:
        found.practice()
        visit, *_ = found.insured_visit([20_000])
    Payer().pays(clp(visit.control_number, svc("99213", 200, f"PR-{carc} 100, PR-1 50")))
    with read_only() as session:
        item = session.scalars(select(WorkItem.id).where(WorkItem.kind == "review")).one()
    biller, answer = as_staff("biller"), {"review-owed": "patient", "review-note": "Checked"}
    assert rule in biller.post(f"/queue/{item}/review", answer).text
    assert bill(visit.id).due_now == Money(5_000)
    page = biller.post(f"/queue/{item}/review", answer | {"review-document": "ABN 4471"})
    assert "$100.00 is billed" in biller.follow(page).text
    assert bill(visit.id).due_now == Money(15_000)


def test_OPS_13_a_poster_reads_on_the_form_why_nothing_is_taken_off(
    waiting: tuple[int, int], as_staff: AsStaff
) -> None:
    visit, item = waiting
    answer = {"review-owed": "us", "review-note": "It is ours"}
    page = as_staff("payment_poster").post(f"/queue/{item}/review", answer)
    assert "Your role takes nothing off" in page.text
    assert bill(visit).under_review == Money(10_000)


def test_OPS_8_without_a_reason_nothing_is_decided(
    waiting: tuple[int, int], as_staff: AsStaff
) -> None:
    visit, item = waiting
    page = as_staff("biller").post(f"/queue/{item}/review", {"review-owed": "patient"})
    assert "Enter why" in page.text
    assert bill(visit).under_review == Money(10_000)


def test_OPS_8_the_item_does_not_close_around_the_decision(
    waiting: tuple[int, int], as_staff: AsStaff
) -> None:
    _, item = waiting
    fields = {"close-outcome": "right_as_posted", "close-note": "Fine"}
    assert "Decide who owes" in as_staff("biller").post(f"/queue/{item}/close", fields).text
    with read_only() as session:
        assert session.get_one(WorkItem, item).closed_at is None
