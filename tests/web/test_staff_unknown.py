"""Payments of unknown outcome: on today's page with their money, and on a page of their own with their age."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from billing.money import Money
from portal.db import read_only, transaction
from portal.models.audit import AuditEvent
from portal.models.payments import Payment
from tests.services.staff_world import add_account
from tests.web.pages import PageClient
from tests.web.statements_sent import statements_sent

AsStaff = Callable[[str], PageClient]
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock(staff_app: Flask) -> None:
    staff_app.config["CLOCK"] = lambda: NOW


def a_payment(number: str, age: timedelta, *, page: str | None = None, **fields: object) -> int:
    world = add_account(number)
    begun = NOW - age
    values: dict[str, object] = {
        "id": uuid4(),
        "guarantor_account_id": world.account_id,
        "amount": Money(12_34),
        "scope": "all",
        "request_hash": "x",
        "state": "submitting",
        "created_at": begun,
        "state_at": begun,
        "session_id": page,
        "lease_until": None if page else begun + timedelta(minutes=2),
    }
    with transaction() as session:
        session.add(Payment(**(values | fields)))
    return world.account_id


def test_today_links_to_them_with_count_and_money(as_staff: AsStaff) -> None:
    client = as_staff("biller")
    assert "unknown outcome" not in client.get("/").text
    a_payment("7000001", timedelta(minutes=20))
    assert "1 payment of unknown outcome, $12.34. Do not" in client.get("/").text
    a_payment("7000002", timedelta(hours=3), page="cs_1")
    with statements_sent() as sent:
        text = client.get("/").text
    assert len(sent) <= 12, "\n".join(sent)
    assert "2 payments of unknown outcome, $24.68: 1 for over an hour" in text
    assert "unknown outcome" not in as_staff("front_desk").get("/").text


def test_the_page_says_age_what_is_known_and_what_is_next(as_staff: AsStaff) -> None:
    client = as_staff("biller")
    assert "outcome is known" in client.get("/payments/unknown").text
    accounts = [
        a_payment("7000001", timedelta(minutes=20)),
        a_payment("7000002", timedelta(hours=3), page="cs_1"),
    ]
    with statements_sent() as sent:
        text = client.get("/payments/unknown").text
    assert len(sent) <= 12, "\n".join(sent)
    for words in (
        "1 has been unknown for over an hour",
        "Do not take or send the money again",
        "20 min",
        "2 h 15 min",
        "got no answer",
        "under the same key",
        "The page is closed",
        "$24.68",
    ):
        assert words in text
    assert text.index("7000002") < text.index("7000001"), "the longest first"
    with read_only() as session:
        seen = session.scalars(
            select(AuditEvent)
            .where(AuditEvent.object_type == "unknown_payments")
            .order_by(AuditEvent.id)
        ).all()
    assert sorted(seen[-1].account_ids) == sorted(accounts)


@pytest.mark.parametrize(
    ("age", "page", "fields"),
    [
        (timedelta(minutes=1), None, {}),  # the call is under way
        (timedelta(minutes=30), "cs_1", {}),  # its page waits for the patient
        (timedelta(days=3), "cs_1", {"state": "processing"}),  # a bank debit takes days
        (timedelta(days=3), "cs_1", {"state": "canceled"}),
    ],
)
def test_what_is_known_is_not_listed(
    as_staff: AsStaff, age: timedelta, page: str | None, fields: dict[str, object]
) -> None:
    a_payment("7000001", age, page=page, **fields)
    assert "outcome is known" in as_staff("manager").get("/payments/unknown").text


@pytest.mark.parametrize("role", ["front_desk", "fa_counsellor", "sysadmin"])
def test_HIPAA_7_who_sees_no_payments_sees_none_of_these(as_staff: AsStaff, role: str) -> None:
    assert as_staff(role).get("/payments/unknown", expect=403).status == 403
