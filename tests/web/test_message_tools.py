"""What goes with messages: a line of the bill, files made anew, who answers, and kept answers (HIPAA-3, HIPAA-18, MSG-9)."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from billing.kept_answers import UnknownField, checked_words, filled
from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount
from portal.models.claims import Charge
from portal.models.identity import Login
from portal.models.messages import KeptAnswer, MessageAttachment, OutboundMessage, ThreadMessage
from portal.services.attach_file import MOST_BYTES
from tests.web.bills import NOW, Bills, account_of_every_kind, make_practice
from tests.web.pages import PageClient
from tests.web.people import make_account
from tests.web.statements_sent import statements_sent

Opens = Callable[..., PageClient]


@pytest.fixture
def bills(patient_app: Flask, staff_app: Flask) -> Bills:
    for flask_app in (patient_app, staff_app):
        flask_app.config["CLOCK"] = lambda: NOW
    make_practice()
    return account_of_every_kind()


def picture() -> bytes:
    """A photo with what a camera writes into it."""
    image, out = Image.new("RGB", (1600, 1000), "white"), io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "Testa at home"
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def sent_with(content: bytes, **more: object) -> dict[str, object]:
    return {
        "form_id": str(uuid.uuid4()),
        "text": "Here is the letter.",
        "file": (io.BytesIO(content), "Testa Sample's letter.jpg"),
        **more,
    }


def files() -> list[MessageAttachment]:
    with read_only() as session:
        return list(session.scalars(select(MessageAttachment)))


def thread() -> list[ThreadMessage]:
    with read_only() as session:
        return list(session.scalars(select(ThreadMessage).order_by(ThreadMessage.id)))


def test_HIPAA_18_a_patients_picture_is_made_anew_and_read_by_them_and_the_office_alone(
    bills: Bills, as_patient: Opens, as_staff: Opens
) -> None:
    client = as_patient(bills.account_id)
    client.follow(client.post("/messages", sent_with(picture(), account=bills.account_id)))
    [kept] = files()
    assert kept.media_type == "image/jpeg"
    page = client.get("/messages")
    assert "Open the picture" in page.text
    own = client.http.get(f"/messages/files/{kept.id}")
    assert own.data.startswith(b"\xff\xd8\xff")
    assert b"Testa at home" not in own.data
    assert own.headers["Content-Disposition"] == 'attachment; filename="attachment.jpg"'
    stranger = as_patient(make_account())
    stranger.get(f"/messages/files/{kept.id}", expect=404)
    biller = as_staff("biller")
    with statements_sent() as asked:
        shown = biller.get(f"/accounts/{bills.account_id}/messages")
    assert len(asked) <= 12, "\n".join(asked)
    assert "Picture that came with it" in shown.text
    assert (
        biller.http.get(f"/accounts/{bills.account_id}/messages/files/{kept.id}").data == own.data
    )
    biller.get(f"/accounts/{bills.account_id + 1}/messages/files/{kept.id}", expect=404)
    as_staff("payment_poster").get(
        f"/accounts/{bills.account_id}/messages/files/{kept.id}", expect=403
    )


def test_HIPAA_18_the_same_form_twice_keeps_one_file(bills: Bills, as_patient: Opens) -> None:
    client, form_id = as_patient(bills.account_id), str(uuid.uuid4())
    for _ in range(2):
        form = sent_with(picture(), account=bills.account_id, form_id=form_id)
        client.follow(client.post("/messages", form))
    assert (len(thread()), len(files())) == (1, 1)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"no picture at all", "file"),
        (b"%PDF-1.7 cut short", "damaged"),
        (b"\xff\xd8\xff" + b"0" * MOST_BYTES, "up to 10 MB"),
    ],
)
def test_a_file_that_cannot_be_kept_keeps_no_message_either(
    bills: Bills, as_patient: Opens, content: bytes, says: str
) -> None:
    client = as_patient(bills.account_id)
    refused = client.post("/messages", sent_with(content, account=bills.account_id), expect=200)
    assert "Please check this" in refused.text
    assert says in refused.text
    assert (thread(), files()) == ([], [])


def test_MSG_9_an_answer_takes_a_file_along_and_the_notice_says_nothing_of_it(
    bills: Bills, as_patient: Opens, as_staff: Opens
) -> None:
    client, biller = as_patient(bills.account_id), as_staff("biller")
    path = f"/accounts/{bills.account_id}/messages"
    biller.follow(biller.post(path, sent_with(picture())))
    assert "Open the picture" in client.get("/messages").text
    with read_only() as session:
        [notice] = session.scalars(select(OutboundMessage))
    for said in (notice.subject, notice.body):
        assert "letter" not in said.lower()
        assert str(files()[0].id) not in said


def test_a_question_is_about_a_line_of_ones_own_bill(
    bills: Bills, as_patient: Opens, as_staff: Opens
) -> None:
    client = as_patient(bills.account_id)
    with read_only() as session:
        lines = session.execute(select(Charge.id, Charge.visit_id, Charge.procedure_code)).all()
    line = lines[0]
    other = next(one for one in lines if one.visit_id != line.visit_id)
    path = f"/bills/{line.visit_id}/ask"
    form = {"form_id": str(uuid.uuid4()), "text": "Why is this?", "account": bills.account_id}
    assert "Which service is it about?" in client.get(path).text
    client.post(path, form | {"line": other.id}, expect=404)
    assert thread() == []
    client.follow(client.post(path, form | {"line": line.id}))
    [kept] = thread()
    assert (kept.visit_id, kept.charge_id) == (line.visit_id, line.id)
    shown = as_staff("biller").get(f"/accounts/{bills.account_id}/messages")
    assert f"Line {line.procedure_code}" in shown.text


def test_what_waits_is_given_to_a_colleague_who_answers(
    bills: Bills, as_patient: Opens, as_staff: Opens
) -> None:
    client = as_patient(bills.account_id)
    form = {"form_id": str(uuid.uuid4()), "text": "Why?", "account": bills.account_id}
    client.follow(client.post("/messages", form))
    biller, desk = as_staff("biller"), as_staff("front_desk")
    as_staff("payment_poster")
    with read_only() as session:
        by_role = dict(
            session.execute(select(Login.role, Login.id).where(Login.face == "staff")).all()
        )
    path = f"/accounts/{bills.account_id}/messages"
    biller.follow(biller.post(f"{path}/assign", {"to": by_role["front_desk"]}))
    assert thread()[0].assigned_to_id == by_role["front_desk"]
    assert "1 message to answer" in desk.get("/messages/?show=mine").text
    refused = biller.post(f"{path}/assign", {"to": by_role["payment_poster"]}, expect=409)
    assert "does not answer messages" in refused.text
    biller.follow(biller.post(f"{path}/assign", {"to": "0"}))
    assert thread()[0].assigned_to_id is None


WORDS = {"title": "Receipt", "words_en": "Dear {name}, your receipt is under Payments.",
         "words_es": "Hola, {name}: su recibo está en Pagos.", "active": "y"}  # fmt: skip


def test_an_answer_is_kept_in_both_languages_and_starts_a_reply_in_the_patients(
    bills: Bills, as_patient: Opens, as_staff: Opens
) -> None:
    as_patient(bills.account_id)
    biller = as_staff("biller")
    assert "No answer is kept yet" in biller.get("/messages/kept").text
    biller.follow(biller.post("/messages/kept", WORDS))
    with transaction() as session:
        kept = session.scalars(select(KeptAnswer)).one()
        account = session.get_one(GuarantorAccount, bills.account_id)
        first, account.language = account.first_name, "en"
        number = kept.id
    path = f"/accounts/{bills.account_id}/messages"
    assert f"Dear {first}, your receipt" in biller.get(f"{path}?use={number}").text
    with transaction() as session:
        session.get_one(GuarantorAccount, bills.account_id).language = "es"
    assert f"Hola, {first}: su recibo" in biller.get(f"{path}?use={number}").text
    assert thread() == [], "nothing is sent by looking"
    refused = biller.post("/messages/kept", WORDS | {"title": "Due", "words_en": "You owe {due}"})
    assert "Only {name} is filled in" in refused.text
    refused = biller.post("/messages/kept", WORDS)
    assert "has this title" in refused.text
    changed = {key: value for key, value in WORDS.items() if key != "active"}
    biller.follow(biller.post(f"/messages/kept/{number}", changed))
    assert "Start from a kept answer" not in biller.get(path).text
    assert "Hola" not in biller.get(f"{path}?use={number}").text
    as_staff("auditor").get("/messages/kept", expect=403)


def test_only_the_name_is_filled_in() -> None:
    assert filled("Hi {name}. {name}!", "Te{name}sta") == "Hi Te{name}sta. Te{name}sta!"
    assert checked_words("  Hi {name}  ") == "Hi {name}"
    for wrong in ("{amount}", "{{name}}", "{name", "}"):
        with pytest.raises(UnknownField):
            checked_words(wrong)


def test_a_file_of_a_message_is_never_changed(bills: Bills, as_patient: Opens) -> None:
    client = as_patient(bills.account_id)
    client.follow(client.post("/messages", sent_with(picture(), account=bills.account_id)))
    with pytest.raises(DBAPIError), transaction() as session:
        session.get_one(MessageAttachment, files()[0].id).media_type = "text/html"
