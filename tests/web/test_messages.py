"""A patient and the office write to each other: only on our pages, only the patient's own (MSG-9, HIPAA-3, PCI-5)."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount
from portal.models.audit import AuditEvent
from portal.models.consents import TextConsent
from portal.models.messages import OutboundMessage, ThreadMessage
from portal.models.work import WorkItem
from portal.queries.text_consents import TextCategory
from portal.services.ask_office import MOST_AN_HOUR
from portal.services.handle_text import handle_text
from portal.services.record_text_consent import Said, grant_texts
from tests.web.bills import NOW, Bills, account_of_every_kind, make_practice
from tests.web.pages import Page, PageClient
from tests.web.people import make_account
from tests.web.statements_sent import statements_sent

Opens = Callable[..., PageClient]
PHONE = "+12125550142"
CARD = "4242 4242 4242 4242"
BUDGET = 12


@pytest.fixture
def bills(patient_app: Flask, staff_app: Flask) -> Bills:
    for flask_app in (patient_app, staff_app):
        flask_app.config["CLOCK"] = lambda: NOW
    make_practice()
    return account_of_every_kind()


def threads() -> list[ThreadMessage]:
    with read_only() as session:
        return list(session.scalars(select(ThreadMessage).order_by(ThreadMessage.id)))


def sent() -> list[OutboundMessage]:
    with read_only() as session:
        return list(session.scalars(select(OutboundMessage).order_by(OutboundMessage.id)))


def audited(action: str) -> list[AuditEvent]:
    with read_only() as session:
        return list(
            session.scalars(
                select(AuditEvent).where(AuditEvent.action == action, AuditEvent.outcome == "ok")
            )
        )


def write(
    client: PageClient,
    words: str,
    path: str = "/messages",
    expect: int | None = None,
    **more: object,
) -> Page:
    form = {"form_id": str(uuid.uuid4()), "text": words, **more}
    return client.post(path, form, expect=expect)


def ask(client: PageClient, account_id: int, words: str = "What is this?", **more: object) -> Page:
    return client.follow(write(client, words, account=account_id, **more))


def answer(
    client: PageClient, account_id: int, words: str = "It is a copay.", **more: object
) -> Page:
    return client.follow(write(client, words, f"/accounts/{account_id}/messages", **more))


def texted(body: str, phone: str = PHONE) -> ThreadMessage:
    """A text that came in and was handled."""
    with transaction() as session:
        message = ThreadMessage(
            author="patient",
            channel="sms",
            phone=phone,
            kind="received",
            body=body,
            provider_id=f"SM{uuid.uuid4().hex}",
            at=NOW,
        )
        session.add(message)
        session.flush()
    handle_text(message_id=message.id, answered=False, now=NOW)
    return message


def agree(account_id: int) -> None:
    with transaction() as session:
        session.get_one(GuarantorAccount, account_id).mobile = PHONE
        grant_texts(
            session,
            phone=PHONE,
            category=TextCategory.BILLING,
            guarantor_account_id=account_id,
            said=Said(source="web"),
            now=NOW,
        )


def test_nobody_writes_more_than_the_office_could_read(bills: Bills, as_patient: Opens) -> None:
    client = as_patient(bills.account_id)
    for _ in range(MOST_AN_HOUR):
        ask(client, bills.account_id)
    assert "many messages from you" in ask(client, bills.account_id).text
    assert len(threads()) == MOST_AN_HOUR


def test_a_question_is_kept_and_says_when_the_answer_comes(bills: Bills, as_patient: Opens) -> None:
    client = as_patient(bills.account_id)
    assert "No messages yet" in client.get("/messages").text
    page = ask(client, bills.account_id, "Why two bills?\nPlease tell me.")
    assert "We got your message. We answer in our office hours" in page.text
    assert "Why two bills?" in page.text
    assert sent() == [], "nothing leaves"
    [event] = audited("create")
    assert event.account_ids == [bills.account_id]


def test_the_same_form_sent_twice_is_one_question(bills: Bills, as_patient: Opens) -> None:
    client, form_id = as_patient(bills.account_id), str(uuid.uuid4())
    for _ in range(2):
        ask(client, bills.account_id, form_id=form_id)
    assert len(threads()) == 1


def test_a_question_about_a_bill_carries_its_visit(
    bills: Bills, as_patient: Opens, as_staff: Opens
) -> None:
    client = as_patient(bills.account_id)
    assert f"/bills/{bills.decided}/ask" in client.get(f"/bills/{bills.decided}").links()
    client.get(f"/bills/{bills.decided}/ask")
    page = client.follow(write(client, "Why?", f"/bills/{bills.decided}/ask"))
    assert f"/bills/{bills.decided}" in page.links()
    staff_page = as_staff("biller").get(f"/accounts/{bills.account_id}/messages")
    assert f"/accounts/{bills.account_id}/bills/{bills.decided}" in staff_page.links()


def test_HIPAA_18_another_patients_bill_and_thread_are_not_found(
    bills: Bills, as_patient: Opens
) -> None:
    ask(as_patient(bills.account_id), bills.account_id, "mine alone")
    other = as_patient(make_account())
    assert "mine alone" not in other.get("/messages").text
    other.get(f"/bills/{bills.decided}/ask", expect=404)
    write(other, "hello", f"/bills/{bills.decided}/ask", expect=404)
    write(other, "hello", account=bills.account_id, expect=200)
    assert [message.body for message in threads()] == ["mine alone"]


def test_PCI_5_a_card_number_is_refused_on_both_sides(
    bills: Bills, as_patient: Opens, as_staff: Opens
) -> None:
    page = write(as_patient(bills.account_id), CARD, account=bills.account_id, expect=200)
    assert "looks like a card number" in page.text
    path = f"/accounts/{bills.account_id}/messages"
    page = write(as_staff("biller"), f"I put {CARD}", path, expect=200)
    assert "looks like a card number" in page.text
    assert threads() == []


def test_MSG_19_emergency_words_are_told_to_call_911(bills: Bills, as_patient: Opens) -> None:
    page = ask(as_patient(bills.account_id), bills.account_id, "I have chest pain")
    assert "call 911 now" in page.text
    with read_only() as session:
        [item] = session.scalars(select(WorkItem).where(WorkItem.kind == "emergency_text"))
    assert item.guarantor_account_id == bills.account_id


def test_MSG_9_an_answer_stays_here_and_a_bare_notice_leaves_by_text(
    bills: Bills, as_patient: Opens, as_staff: Opens
) -> None:
    agree(bills.account_id)
    client = as_patient(bills.account_id)
    ask(client, bills.account_id)
    page = answer(as_staff("front_desk"), bills.account_id, "Your deductible, $50.00.")
    assert "A text tells the patient" in page.text
    [notice] = sent()
    assert (notice.channel, notice.recipient) == ("sms", PHONE)
    assert "deductible" not in notice.body
    assert "Sample" not in notice.body
    assert len(notice.body) <= 160
    assert "1 new" in client.get("/bills").text
    assert "Your deductible, $50.00." in client.get("/messages").text
    assert "1 new" not in client.get("/bills").text, "it was read"
    assert (
        "read by the patient"
        in as_staff("biller").get(f"/accounts/{bills.account_id}/messages").text
    )


def test_MSG_1_without_consent_the_notice_is_an_e_mail(
    bills: Bills, as_patient: Opens, as_staff: Opens
) -> None:
    as_patient(bills.account_id, email="testa@example.com")
    page = answer(as_staff("manager"), bills.account_id, "Your deductible.")
    assert "An e-mail tells the patient" in page.text
    [notice] = sent()
    assert (notice.channel, notice.recipient) == ("email", "testa@example.com")
    assert "deductible" not in notice.subject + notice.body
    [event] = audited("send")
    assert bills.account_id in event.account_ids


def test_an_account_without_a_sign_in_is_to_be_called(bills: Bills, as_staff: Opens) -> None:
    page = answer(as_staff("biller"), bills.account_id)
    assert "call the patient" in page.text
    assert sent() == []


def test_the_same_answer_twice_leaves_one_notice(
    bills: Bills, as_patient: Opens, as_staff: Opens
) -> None:
    as_patient(bills.account_id)
    client, form_id = as_staff("biller"), str(uuid.uuid4())
    for _ in range(2):
        answer(client, bills.account_id, form_id=form_id)
    assert (len(threads()), len(sent())) == (1, 1)


def test_MSG_3_a_stop_gives_up_a_notice_that_waits(
    bills: Bills, as_patient: Opens, as_staff: Opens
) -> None:
    agree(bills.account_id)
    as_patient(bills.account_id)
    answer(as_staff("biller"), bills.account_id)
    texted("stop")
    assert [(m.template, m.state) for m in sent()] == [
        ("new_message", "canceled"),
        ("opt_out", "queued"),
    ]


def test_the_inbox_puts_emergencies_first_and_follows_who_does_what(
    bills: Bills, as_patient: Opens, as_staff: Opens
) -> None:
    agree(bills.account_id)
    ask(as_patient(bills.account_id), bills.account_id)
    texted("I can't breathe", "+12125550199")
    texted("What is this bill?")
    biller, desk = as_staff("biller"), as_staff("front_desk")
    inbox = biller.get("/messages/")
    assert inbox.text.index("Unknown number") < inbox.text.index("2 messages to answer")
    assert "2 not read" in inbox.text
    thread = f"/accounts/{bills.account_id}/messages"
    assert "What is this bill?" in biller.get(thread).text
    assert "2 not read" not in biller.get("/messages/").text
    biller.follow(biller.post(f"{thread}/take"))
    assert bills_listed(biller.get("/messages/?show=mine")) == 1
    assert bills_listed(desk.get("/messages/?show=mine")) == 0
    answer(desk, bills.account_id)
    assert bills_listed(desk.get("/messages/")) == 1, "the unknown number still waits"
    assert bills_listed(desk.get("/messages/?show=answered")) == 1
    ask(as_patient(bills.account_id), bills.account_id, "ok thanks")
    desk.follow(desk.post(f"{thread}/done"))
    assert bills_listed(desk.get("/messages/")) == 1


def bills_listed(page: Page) -> int:
    return len(page.all("tr")[1:])


def test_the_thread_tells_what_was_sent_and_why_it_failed(
    bills: Bills, as_patient: Opens, as_staff: Opens
) -> None:
    agree(bills.account_id)
    texted("hello")
    with transaction() as session:
        message = session.scalars(select(OutboundMessage)).one()
        message.state, message.error = "undelivered", "30005"
    page = as_staff("auditor").get(f"/accounts/{bills.account_id}/messages")
    assert "Automatic reply: a person will read it" in page.text
    assert "not delivered: nobody has this number (30005)" in page.text


def test_an_unknown_number_is_placed_and_audited(
    bills: Bills, as_patient: Opens, as_staff: Opens
) -> None:
    message = texted("What is this bill?")
    client = as_staff("front_desk")
    path = f"/messages/unknown/{message.id}"
    assert "No account has this number" in client.get(path).text
    page = client.post(f"{path}/place", {"account_number": "nonsense"}, expect=200)
    assert "Check the account number" in page.text
    page = client.follow(client.post(f"{path}/place", {"account_number": "9100-0002"}))
    assert "What is this bill?" in page.text
    [event] = [e for e in audited("update") if e.object_type == "unknown_text"][-1:]
    assert event.account_ids == [bills.account_id]
    client.get(path, expect=404)
    assert "What is this bill?" in as_patient(bills.account_id).get("/messages").text


def test_a_number_of_two_accounts_names_both(bills: Bills, as_staff: Opens) -> None:
    agree(bills.account_id)
    other = make_account(first_name="Sam")
    with transaction() as session:
        session.get_one(GuarantorAccount, other).mobile = PHONE
    message = texted("Which bill?")
    page = as_staff("biller").get(f"/messages/unknown/{message.id}")
    assert "Several accounts have this number" in page.text
    assert "Sam Sample" in page.text
    client = as_staff("biller")
    client.follow(client.post(f"/messages/unknown/{message.id}/done"))
    assert bills_listed(client.get("/messages/?show=unknown")) == 0


@pytest.mark.parametrize("role", ["payment_poster", "fa_counsellor", "collections", "sysadmin"])
def test_HIPAA_7_other_roles_see_no_messages(bills: Bills, as_staff: Opens, role: str) -> None:
    client = as_staff(role)
    for path in ("/messages/", f"/accounts/{bills.account_id}/messages", "/messages/unknown/1"):
        client.get(path, expect=403)


def test_HIPAA_7_the_auditor_reads_and_changes_nothing(
    bills: Bills, as_patient: Opens, as_staff: Opens
) -> None:
    ask(as_patient(bills.account_id), bills.account_id)
    auditor, path = as_staff("auditor"), f"/accounts/{bills.account_id}/messages"
    assert "What is this?" in auditor.get(path).text
    assert threads()[0].seen_at is None, "whoever only reads leaves no mark"
    for change in ("", "/take", "/done"):
        write(auditor, "no", f"{path}{change}", expect=403)
    assert len(threads()) == 1
    assert threads()[0].answered_at is None


def test_HIPAA_3_every_look_is_audited(bills: Bills, as_patient: Opens, as_staff: Opens) -> None:
    ask(as_patient(bills.account_id), bills.account_id)
    client = as_staff("biller")
    client.get("/messages/")
    client.get(f"/accounts/{bills.account_id}/messages")
    seen = {e.object_type for e in audited("view") if bills.account_id in e.account_ids}
    assert {"inbox", "thread"} <= seen


def test_every_page_of_messages_keeps_its_budget(
    bills: Bills, as_patient: Opens, as_staff: Opens
) -> None:
    agree(bills.account_id)
    patient, biller = as_patient(bills.account_id), as_staff("biller")
    for number in range(30):
        ask(patient, bills.account_id, f"Question {number}")
        texted("hello", f"+1212555{1000 + number}")
    unknown = next(m for m in threads() if m.guarantor_account_id is None)
    for client, path in (
        (patient, "/messages"),
        (biller, "/messages/"),
        (biller, f"/accounts/{bills.account_id}/messages"),
        (biller, f"/messages/unknown/{unknown.id}"),
    ):
        with statements_sent() as statements:
            client.get(path)
        assert len(statements) <= BUDGET, (path, len(statements))


def test_consents_are_untouched_by_messages(bills: Bills, as_patient: Opens) -> None:
    ask(as_patient(bills.account_id), bills.account_id, "STOP")
    with read_only() as session:
        assert session.scalars(select(TextConsent)).all() == []
