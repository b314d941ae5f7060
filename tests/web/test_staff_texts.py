"""Texts as a whole: stopped, seen, and resumed by a manager."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.audit import AuditEvent
from portal.models.messages import MessageSwitch, OutboundMessage
from tests.web.pages import PageClient

AsStaff = Callable[[str], PageClient]
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock(staff_app: Flask) -> None:
    staff_app.config["CLOCK"] = lambda: NOW


def test_MSG_13_a_manager_lets_texts_leave_again(as_staff: AsStaff) -> None:
    manager = as_staff("manager")
    assert "Texts leave." in manager.get("/texts/").text
    with transaction() as session:
        session.add(MessageSwitch(name="texts", stopped_at=NOW, reason="30007"))
        session.add(
            OutboundMessage(
                channel="sms",
                recipient="+12125550142",
                category="billing",
                template="due_soon",
                body="",
                state="undelivered",
                error="30007",
                created_at=NOW,
            )
        )
        session.add(
            OutboundMessage(
                channel="sms",
                recipient="+12125550142",
                category="billing",
                template="due_soon",
                body="",
                state="queued",
                gate="MSG-8",
                created_at=NOW,
            )
        )
    page = manager.get("/texts/")
    assert "All texts are stopped" in page.text
    assert "carriers filter our texts (30007)" in page.text
    assert "5550142" not in page.text
    assert "quiet hours (MSG-8)" in page.text
    manager.post("/texts/", data={"reason": "Registered the new wording."})
    assert "Texts leave." in manager.get("/texts/").text
    with read_only() as session:
        assert session.get_one(MessageSwitch, "texts").stopped_at is None
        reasons = session.scalars(
            select(AuditEvent.reason).where(AuditEvent.object_type == "message_switch")
        )
        assert list(reasons) == ["Registered the new wording."]


def test_MSG_13_a_biller_may_not(as_staff: AsStaff) -> None:
    assert as_staff("biller").get("/texts/", expect=403)
