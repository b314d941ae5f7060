"""Somebody without a record turns texts on and off and writes to the office, and sees nothing of bills (ID-1, MSG-1, MSG-9)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.audit import AuditEvent
from portal.models.consents import TextConsent
from portal.models.identity import AccountAccess
from portal.models.messages import OutboundMessage, ThreadMessage
from portal.models.profiles import Profile
from portal.models.work import WorkItem
from tests.web.bills import NOW, make_practice
from tests.web.pages import PageClient
from tests.web.people import make_account

Opens = Callable[..., PageClient]
PHONE = "+12125550142"
BUDGET = 12


@pytest.fixture
def newcomer(patient_app: Flask, staff_app: Flask, as_patient: Opens) -> PageClient:
    for flask_app in (patient_app, staff_app):
        flask_app.config["CLOCK"] = lambda: NOW
    make_practice()
    client = as_patient()
    add_profile(client.login_id, proven=NOW)
    return client


def add_profile(login_id: int, *, proven: datetime | None) -> None:
    with transaction() as session:
        session.add(
            Profile(
                login_id=login_id,
                first_name="Newly",
                last_name="Sample",
                birth_on=NOW.date().replace(year=1991),
                mobile=PHONE,
                mobile_proven_at=proven,
                created_at=NOW,
            )
        )


def write(client: PageClient, text: str) -> None:
    client.get("/messages")
    client.post("/messages", {"text": text, "form_id": str(uuid.uuid4())}, expect=302)


def test_ID_1_MSG_9_somebody_new_writes_and_is_answered(
    newcomer: PageClient, as_patient: Opens, as_staff: Opens
) -> None:
    assert "Your sign-in has no record with us yet" in newcomer.get("/messages").text
    assert "Messages" in newcomer.get("/home").text
    write(newcomer, "Do you take new patients?")
    desk = as_staff("front_desk")
    inbox = desk.get("/messages/")
    assert "Newly Sample Not linked" in inbox.text
    assert "Newly Sample" not in desk.get("/messages/?show=unknown").text
    at = f"/messages/newcomers/{newcomer.login_id}"
    assert at in inbox.links()
    page = desk.get(at)
    assert "Not linked. We do not know who this is." in page.text
    assert "Do you take new patients?" in page.text
    answer = {"text": "We do.", "form_id": str(uuid.uuid4())}
    page = desk.follow(desk.post(at, answer, expect=302))
    assert "Sent. An e-mail says that a message waits." in page.text
    page = desk.follow(desk.post(at, answer, expect=302))
    assert "This was sent already." in page.text
    assert "Nothing waits here" in desk.get("/messages/").text
    with read_only() as session:
        [letter] = session.scalars(select(OutboundMessage))
        assert (letter.template, letter.guarantor_account_id) == ("new_message", None)
        assert "We do." not in letter.body
        kinds = session.scalars(select(AuditEvent.object_type).where(AuditEvent.face == "staff"))
        assert "newcomer_thread" in set(kinds)
    assert "We do." in newcomer.get("/messages").text
    with read_only() as session:
        seen = select(ThreadMessage.seen_at).where(ThreadMessage.author == "staff")
        assert session.scalars(seen).all() == [NOW]
    stranger = as_patient()
    assert "We do." not in stranger.get("/messages").text


def test_ID_1_what_was_written_before_the_link_stays_the_writers(
    newcomer: PageClient, as_patient: Opens, as_staff: Opens
) -> None:
    write(newcomer, "Am I a patient of yours?")
    account_id = make_account(first_name="Testa")
    with transaction() as session:
        session.add(
            AccountAccess(
                login_id=newcomer.login_id,
                guarantor_account_id=account_id,
                granted_by="test",
                granted_at=NOW,
            )
        )
    other = as_patient(account_id)
    assert "Am I a patient" in newcomer.get("/messages").text
    assert "Am I a patient" not in other.get("/messages").text
    desk = as_staff("front_desk")
    page = desk.get(f"/messages/newcomers/{newcomer.login_id}")
    assert "Linked since." in page.text
    assert f"/accounts/{account_id}/messages" in page.links()
    at = f"/messages/newcomers/{newcomer.login_id}/done"
    assert "Set aside." in desk.follow(desk.post(at, expect=302)).text
    newcomer.post("/messages", {"text": "No account", "form_id": str(uuid.uuid4())}, expect=302)
    with read_only() as session:
        last = session.scalars(select(ThreadMessage).order_by(ThreadMessage.id.desc())).first()
        assert last is not None
        assert (last.guarantor_account_id, last.newcomer_id) == (account_id, None)


def test_MSG_19_an_emergency_of_somebody_new_is_work_at_once(newcomer: PageClient) -> None:
    write(newcomer, "I want to kill myself")
    assert "call 911 now" in newcomer.get("/messages").text
    with read_only() as session:
        [item] = session.scalars(select(WorkItem))
        assert (item.kind, item.guarantor_account_id) == ("emergency_text", None)


def test_only_somebody_who_wrote_has_a_thread(newcomer: PageClient, as_staff: Opens) -> None:
    desk, at = as_staff("front_desk"), f"/messages/newcomers/{newcomer.login_id}"
    desk.get(at, expect=404)
    desk.post(at, {"text": "Hello", "form_id": str(uuid.uuid4())}, expect=404)


def test_MSG_1_MSG_3_somebody_new_turns_texts_on_and_off(newcomer: PageClient) -> None:
    assert "/details/texts" in newcomer.get("/details").links()
    page = newcomer.get("/details/texts")
    assert "You get no texts from us, except codes that you ask for." in page.text
    assert not [box for box in page.all("input") if box.get("checked")]
    page = newcomer.follow(newcomer.post("/details/texts", {"visits": "y"}, expect=302))
    assert "Stop texts about visits" in page.text
    page = newcomer.follow(newcomer.post("/details/texts/stop/visits", expect=302))
    assert "Texts about visits are off." in page.text
    newcomer.post("/details/texts/stop/everything", expect=404)
    with read_only() as session:
        rows = session.scalars(select(TextConsent).order_by(TextConsent.id)).all()
        assert [(r.category, r.granted, r.login_id, r.guarantor_account_id) for r in rows] == [
            ("visits", True, newcomer.login_id, None),
            ("visits", False, newcomer.login_id, None),
        ]
        assert "may text me about" in rows[0].wording
        assert session.scalars(select(OutboundMessage.template)).all() == ["opt_in"]


def test_MSG_2_no_yes_on_a_number_that_was_not_proven(
    newcomer: PageClient, as_patient: Opens
) -> None:
    other = as_patient()
    add_profile(other.login_id, proven=None)
    assert "First show us that your phone is yours" in other.get("/details/texts").text
    page = other.post("/details/texts", {"visits": "y"})
    assert "First show that the number is yours" in page.text
    with read_only() as session:
        assert session.scalars(select(TextConsent)).all() == []


def test_ID_1_whoever_has_a_record_chooses_on_its_page(
    newcomer: PageClient, as_patient: Opens
) -> None:
    owner = as_patient(make_account())
    assert owner.get("/details/texts", expect=302).location == "/contact/"
    owner.post("/details/texts/stop/visits", expect=404)
    assert "/details/texts" not in owner.get("/details").links()
