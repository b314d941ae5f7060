"""Staff send a link to pay by text or e-mail; it pays once and opens nothing else (PCI-5, MSG-9, PLAN-19)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.audit import AuditEvent
from portal.models.messages import OutboundMessage
from portal.models.pay_links import PayLink
from portal.services.send_message import send_message
from portal.services.word_message import Links
from tests.sandbox_server import PUBLIC_URL, SandboxServer
from tests.services.text_world import agree
from tests.services.till import Till, open_till
from tests.web.pages import Page, PageClient
from tests.web.texted import PHONE, give_phone

QUESTIONS = {"birth_on": "4/28/1986", "postal_code": "20852"}


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 2, 17, 0, tzinfo=UTC)  # noon in New York


@pytest.fixture
def till(patient_app: Flask, staff_app: Flask, sandbox: SandboxServer, now: datetime) -> Till:
    for app in (patient_app, staff_app):
        app.config["CLOCK"] = lambda: now
    found = open_till(sandbox, now)
    give_phone(found.account_id)
    with transaction() as session:
        session.get_one(GuarantorAccount, found.account_id).email = "testa@example.com"
    return found


@pytest.fixture
def desk(till: Till, as_staff: Callable[[str], PageClient]) -> PageClient:
    return as_staff("front_desk")


def send(desk: PageClient, till: Till, kind: str) -> Page:
    return desk.post(f"/accounts/{till.account_id}/pay-links", {"kind": kind})


def newest() -> OutboundMessage:
    with transaction() as session:
        query = select(OutboundMessage).order_by(OutboundMessage.id.desc()).limit(1)
        return session.scalars(query).one()


def path_in(message: OutboundMessage) -> str:
    found = re.search(r"/p/[0-9A-Z]{14}", message.body)
    assert found, message.body
    return found[0]


def opened(app: Flask, path: str) -> Page:
    browser = PageClient(app)
    browser.follow(browser.get(path, expect=302))
    return browser.post("/pay-statement/link", QUESTIONS)


def test_PLAN_19_an_e_mailed_link_opens_the_total_once(
    desk: PageClient, till: Till, patient_app: Flask
) -> None:
    shown = desk.follow(send(desk, till, "email"))
    assert "The link is on its way" in shown.text
    message = newest()
    assert (message.recipient, message.subject) == ("testa@example.com", "Your link to pay")
    for told in ("Testa", "$", "182"):
        assert told not in message.body
    path = path_in(message)
    assert opened(patient_app, path).location == "/pay-statement/amount"
    assert "We could not match these" in opened(patient_app, path).text
    assert "Used" in desk.get(f"/accounts/{till.account_id}/pay-links").text
    with transaction() as session:
        sent = select(AuditEvent).where(AuditEvent.action == "send")
        assert session.scalars(sent).one().object_type == "pay_link"


def test_PLAN_19_a_link_is_dead_after_72_hours_and_once_it_is_revoked(
    desk: PageClient, till: Till, patient_app: Flask, now: datetime
) -> None:
    send(desk, till, "email")
    first = path_in(newest())
    send(desk, till, "email")
    second = path_in(newest())
    with transaction() as session:
        link_id = session.scalars(select(PayLink.id).order_by(PayLink.id)).first()
    desk.post(f"/accounts/{till.account_id}/pay-links/{link_id}/revoke", {}, expect=302)
    assert "Revoked" in desk.get(f"/accounts/{till.account_id}/pay-links").text
    assert "We could not match these" in opened(patient_app, first).text
    patient_app.config["CLOCK"] = lambda: now + timedelta(hours=72, minutes=1)
    assert "We could not match these" in opened(patient_app, second).text
    desk.post(f"/accounts/{till.account_id + 99}/pay-links/{link_id}/revoke", {}, expect=404)


def test_MSG_1_a_text_needs_their_yes_and_gets_its_words_as_it_leaves(
    desk: PageClient, till: Till, patient_app: Flask, now: datetime
) -> None:
    assert "have not agreed to texts" in send(desk, till, "text").text
    agree(till.account_id, PHONE, now)
    send(desk, till, "text")
    message = newest()
    assert message.body == ""
    doors = patient_app.extensions["kindbill"]
    links = Links(hash_keys=doors.hash_keys, public_url=PUBLIC_URL)
    state = send_message(
        message_id=message.id, sms=till.sandbox.sms(), email=doors.email, now=now, links=links
    )
    assert state == "sent"
    [text] = [one.body for one in till.sandbox.sms()._client.messages.list(to=PHONE)]
    assert re.search(r"/p/[0-9A-Z]{14}", text)
    kept = newest()
    assert "[link]" in kept.body, "what opens it is not kept (MSG-20)"
    assert "$" not in kept.body + text
    assert kept.template == "pay_link"


def test_PLAN_19_no_link_goes_out_where_nothing_is_due_or_three_went_today(
    desk: PageClient, till: Till
) -> None:
    for _ in range(3):
        send(desk, till, "email")
    assert "within a day" in send(desk, till, "email").text
    till.look(till.paid().payment_id)
    assert "Nothing is due" in send(desk, till, "email").text


def test_PLAN_19_revoking_stops_a_message_that_still_waits(desk: PageClient, till: Till) -> None:
    send(desk, till, "email")
    with transaction() as session:
        link_id = session.scalars(select(PayLink.id)).one()
    desk.post(f"/accounts/{till.account_id}/pay-links/{link_id}/revoke", {}, expect=302)
    assert newest().state == "canceled"
