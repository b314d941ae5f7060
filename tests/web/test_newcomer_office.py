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
from portal.models.messages import MessageAttachment, OutboundMessage, ThreadMessage
from portal.models.profiles import Profile
from portal.models.work import WorkItem
from portal.services.attach_file import MOST_BYTES
from portal.services.grant_access import grant_access
from tests.web.bills import NOW, make_practice
from tests.web.pages import PageClient
from tests.web.people import make_account
from tests.web.statements_sent import statements_sent
from tests.web.test_message_tools import picture, sent_with

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


def test_HIPAA_18_somebody_new_sends_a_picture_that_the_office_reads_and_no_other_newcomer(
    newcomer: PageClient, as_patient: Opens, as_staff: Opens
) -> None:
    assert "Photo or PDF" in newcomer.get("/messages").text
    kept = attached(newcomer, picture())
    own = newcomer.http.get(f"/messages/files/{kept.id}")
    assert own.data.startswith(b"\xff\xd8\xff")
    assert b"Testa at home" not in own.data, "it was made anew"
    other = as_patient(email="other@example.com")
    other.get(f"/messages/files/{kept.id}", expect=404)
    write(other, "Hello")
    desk, at = as_staff("front_desk"), f"/messages/newcomers/{newcomer.login_id}"
    page = desk.get(at)
    assert "Picture that came with it" in page.text
    assert f"{at}/files/{kept.id}" in page.links()
    assert desk.http.get(f"{at}/files/{kept.id}").data == own.data
    desk.get(f"/messages/newcomers/{other.login_id}/files/{kept.id}", expect=404)
    as_staff("payment_poster").get(f"{at}/files/{kept.id}", expect=403)
    with read_only() as session:
        told = session.scalars(
            select(AuditEvent.action).where(
                AuditEvent.object_type == "message_file", AuditEvent.object_id == str(kept.id)
            )
        )
        assert "export" in set(told)


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"no picture", "file"), (b"\xff\xd8\xff" + b"0" * MOST_BYTES, "up to 10 MB")],
)
def test_HIPAA_18_what_somebody_new_sends_is_judged_as_any_other_file(
    newcomer: PageClient, content: bytes, says: str
) -> None:
    page = newcomer.post("/messages", sent_with(content), expect=200)
    assert says in page.text
    with read_only() as session:
        assert session.scalars(select(ThreadMessage)).all() == []


def test_ID_1_their_files_go_on_in_the_thread_of_their_record_and_no_helper_sees_them(
    newcomer: PageClient, as_patient: Opens, as_staff: Opens
) -> None:
    kept = attached(newcomer, picture())
    account_id = make_account(first_name="Testa")
    with transaction() as session:
        grant_access(
            session,
            login_id=newcomer.login_id,
            account_id=account_id,
            granted_by="test",
            now=NOW,
        )
    write(newcomer, "And now my bill")
    page = newcomer.get("/messages")
    assert f"/messages/files/{kept.id}" in page.links()
    assert "And now my bill" in page.text
    newcomer.get(f"/messages/files/{kept.id}")
    as_patient(account_id).get(f"/messages/files/{kept.id}", expect=404)
    desk, before = as_staff("front_desk"), f"/messages/newcomers/{newcomer.login_id}"
    with statements_sent() as asked:
        thread = desk.get(f"/accounts/{account_id}/messages")
    assert len(asked) <= BUDGET, "\n".join(asked)
    assert "wrote before they were linked" in thread.text
    assert before in thread.links()
    desk.get(f"{before}/files/{kept.id}")
    desk.get(f"/accounts/{account_id}/messages/files/{kept.id}", expect=404)


def attached(client: PageClient, content: bytes) -> MessageAttachment:
    client.follow(client.post("/messages", sent_with(content), expect=302))
    with read_only() as session:
        return session.scalars(select(MessageAttachment)).one()


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
