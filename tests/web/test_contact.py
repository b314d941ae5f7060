"""How we reach you: prove a number, tick a box, stop with one click, choose how much a text may say."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount, RecordVersion
from portal.models.audit import AuditEvent
from portal.models.consents import TextConsent
from portal.models.identity import Login
from portal.models.messages import OutboundMessage, TextNumber
from portal.web.us_phone import us_number
from tests.services.ledger_book import Book
from tests.services.staff_world import add_account
from tests.web.pages import PageClient, words
from tests.web.people import PASSWORD, hashed, make_account, make_login, signed_in

PHONE = "+12125550142"
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
AsPatient = Callable[..., PageClient]


@pytest.fixture
def account_id(patient_app: Flask) -> int:
    patient_app.config["CLOCK"] = lambda: NOW
    with transaction() as session:
        Book(session).practice()
    return make_account()


@pytest.fixture
def client(account_id: int, as_patient: AsPatient) -> PageClient:
    return as_patient(account_id, email="testa@example.com")


def account(account_id: int) -> GuarantorAccount:
    with read_only() as session:
        return session.get_one(GuarantorAccount, account_id)


def sent(template: str) -> list[OutboundMessage]:
    with read_only() as session:
        rows = select(OutboundMessage).where(OutboundMessage.template == template)
        return list(session.scalars(rows.order_by(OutboundMessage.id)))


def prove(client: PageClient, account_id: int, phone: str = "(212) 555-0142") -> str:
    """Ask for a code and type it; the code."""
    client.get(f"/contact/{account_id}/mobile")
    client.post(f"/contact/{account_id}/mobile", {"mobile": phone}, expect=302)
    codes = {m.recipient: found for m in sent("code") for found in re.findall(r"\d{6}", m.body)}
    typed = {"code": codes.pop(us_number(phone) or "")}
    if codes:  # the old number is asked too (ID-12)
        typed["second_code"] = next(iter(codes.values()))
    client.get(f"/contact/{account_id}/mobile/code")
    client.post(f"/contact/{account_id}/mobile/code", typed, expect=302)
    return typed["code"]


def consents() -> list[TextConsent]:
    with read_only() as session:
        return list(session.scalars(select(TextConsent).order_by(TextConsent.id)))


def test_MSG_21_a_number_is_proven_by_a_code_to_that_number(
    client: PageClient, account_id: int
) -> None:
    assert client.get("/contact/", expect=302).location == f"/contact/{account_id}"
    assert "We have no mobile number for you." in client.get(f"/contact/{account_id}").text
    prove(client, account_id)
    assert sent("code")[-1].recipient == PHONE
    kept = account(account_id)
    assert (kept.mobile, kept.proven_mobile, kept.proven_mobile_at) == (PHONE, PHONE, NOW)
    assert "that it is yours" in client.get(f"/contact/{account_id}").text


def test_ID_7_a_wrong_late_or_used_code_proves_nothing(
    client: PageClient, account_id: int, patient_app: Flask
) -> None:
    client.get(f"/contact/{account_id}/mobile")
    client.post(f"/contact/{account_id}/mobile", {"mobile": PHONE}, expect=302)
    found = re.search(r"\d{6}", sent("code")[-1].body)
    assert found
    right = found.group()
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    path = f"/contact/{account_id}/mobile/code"
    for typed in (wrong, "\uff11\uff12\uff13\uff14\uff15\uff16", "\u00b2" * 6):
        assert "not right" in client.post(path, {"code": typed}).text
    patient_app.config["CLOCK"] = lambda: NOW + timedelta(minutes=10, seconds=1)
    assert "too old" in client.post(path, {"code": right}).text
    patient_app.config["CLOCK"] = lambda: NOW
    client.post(path, {"code": right}, expect=302)
    page = client.post(path, {"code": right})
    assert page.location == f"/contact/{account_id}/mobile"


def test_ID_12_another_number_needs_the_password_once_more(
    account_id: int, patient_app: Flask
) -> None:
    """Links to the bills and their codes go there: a browser left open must not send them elsewhere."""
    client = PageClient(patient_app)
    signed_in(client, make_login("patient", accounts=[account_id], password_hash=hashed(client)))
    with client.http.session_transaction() as cookie:
        cookie["fs_paa"] -= 601
    path = f"/contact/{account_id}/mobile"
    page = client.post(path, {"mobile": PHONE}, expect=302)
    assert page.location == f"/confirm-password?next={path}"
    assert sent("code") == []
    assert client.follow(page).h1 == "Enter your password once more"
    page = client.post(f"/confirm-password?next={path}", {"password": PASSWORD}, expect=302)
    assert client.follow(page).h1 == "Your mobile number"
    client.post(path, {"mobile": PHONE}, expect=302)
    assert len(sent("code")) == 1


@pytest.mark.parametrize(
    "number",
    ["876 555 1234", "(809) 555-0142", "+1 416 555 0142", "900 555 1234", "+44 20 7946 0958"],
)
def test_only_numbers_of_the_united_states_are_texted(
    client: PageClient, account_id: int, number: str
) -> None:
    """+1 is also Canada and dear islands, whose numbers run up a bill for a few cents' share."""
    page = client.post(f"/contact/{account_id}/mobile", {"mobile": number}, expect=200)
    assert "Enter a US phone number" in page.text
    assert sent("code") == []
    phones = client.flask_app.extensions["security"].phone_util
    assert phones.validate_phone_number(number)
    assert phones.get_canonical_form("787 555 1234") == "+17875551234"


def test_ID_4_nobody_can_have_a_strangers_phone_texted_all_day(
    client: PageClient, account_id: int, as_patient: AsPatient, patient_app: Flask
) -> None:
    """Ten codes a day to one number, from all accounts together: its owner did not ask for them."""
    other_id = make_account()
    other = as_patient(other_id)
    for quarter in range(3):
        moment = NOW + timedelta(minutes=16 * quarter)
        patient_app.config["CLOCK"] = lambda at=moment: at
        for who, one in ((client, account_id), (other, other_id)):
            for _ in range(3):
                who.post(f"/contact/{one}/mobile", {"mobile": "212 555 0142"})
    assert len(sent("code")) == 10
    page = other.post(f"/contact/{other_id}/mobile", {"mobile": "212-555-0142"}, expect=200)
    assert "too many tries" in page.text
    other.post(f"/contact/{other_id}/mobile", {"mobile": "212-555-0143"}, expect=302)


def test_MSG_2_the_boxes_are_separate_unticked_and_optional(
    client: PageClient, account_id: int
) -> None:
    assert not client.get(f"/contact/{account_id}").all("fieldset")
    prove(client, account_id)
    page = client.get(f"/contact/{account_id}")
    boxes = [box for box in page.all("input") if box.get("type") == "checkbox"]
    assert [box.get("name") for box in boxes] == ["billing", "payments", "visits"]
    assert not [box for box in boxes if box.get("checked") or box.get("required")]
    for sentence in (
        "may text me about my bills",
        "Message frequency varies. Message and data rates may apply.",
        "Reply STOP to opt out, HELP for help.",
        "do not have to agree to get care",
        "not shared for marketing",
    ):
        assert sentence in page.text
    assert "/text-terms" in page.links()
    assert "/privacy" in page.links()
    assert client.get("/text-terms").h1 == "Text message terms"
    client.post(f"/contact/{account_id}/agree", {}, expect=302)
    assert consents() == []


def test_MSG_1_and_10_a_yes_keeps_what_was_seen_and_is_confirmed_once(
    client: PageClient, account_id: int
) -> None:
    prove(client, account_id)
    client.get(f"/contact/{account_id}")
    client.post(f"/contact/{account_id}/agree", {"billing": "y", "visits": "y"}, expect=302)
    assert [(row.category, row.granted, row.source) for row in consents()] == [
        ("billing", True, "web"),
        ("visits", True, "web"),
    ]
    row = consents()[0]
    assert row.wording.startswith("Yes, Example Family Practice may text me about my bills")
    assert "HELP for help" in row.wording
    assert (row.wording_version, row.login_id, row.ip) == ("2026-11", client.login_id, "127.0.0.1")
    [confirmation] = sent("opt_in")
    assert "You agreed to texts about bills and visits." in confirmation.body
    assert confirmation.recipient == PHONE
    assert confirmation.guarantor_account_id is None, "no sweep sends it after a STOP"


def test_MSG_22_the_confirmation_speaks_the_language_of_the_account(
    client: PageClient, account_id: int
) -> None:
    with transaction() as session:
        session.get_one(GuarantorAccount, account_id).language = "es"
    prove(client, account_id)
    client.get(f"/contact/{account_id}")
    client.post(f"/contact/{account_id}/agree", {"billing": "y", "visits": "y"}, expect=302)
    [confirmation] = sent("opt_in")
    assert "Acepta mensajes de facturas y citas." in confirmation.body
    assert "STOP para cancelar" in confirmation.body
    assert ".es." in confirmation.template_version


def test_MSG_3_one_click_stops_a_category_and_what_waits(
    client: PageClient, account_id: int
) -> None:
    prove(client, account_id)
    client.get(f"/contact/{account_id}")
    client.post(f"/contact/{account_id}/agree", {"billing": "y", "visits": "y"}, expect=302)
    with transaction() as session:
        session.add(
            OutboundMessage(
                channel="sms",
                recipient=PHONE,
                category="billing",
                template="due_soon",
                body="",
                guarantor_account_id=account_id,
                state="queued",
                created_at=NOW,
            )
        )
    page = client.get(f"/contact/{account_id}")
    assert "Stop texts about bills" in page.text
    page = client.follow(client.post(f"/contact/{account_id}/stop/billing", expect=302))
    assert "Texts about bills are off." in page.text
    assert "Stop texts about visits" in page.text
    assert "No to texts about bills, on this site" in page.text
    assert sent("due_soon")[0].state == "canceled"


def test_MSG_2_no_yes_without_a_proven_number(client: PageClient, account_id: int) -> None:
    with transaction() as session:
        session.get_one(GuarantorAccount, account_id).mobile = PHONE
    client.get(f"/contact/{account_id}")
    page = client.post(f"/contact/{account_id}/agree", {"billing": "y"})
    assert "First show that the number is yours" in page.text
    assert consents() == []


def test_MSG_9_more_than_a_link_is_chosen_after_a_warning(
    client: PageClient, account_id: int
) -> None:
    page = client.get(f"/contact/{account_id}/choices")
    assert "Anybody who sees your phone can read it." in page.text
    checked = [box.get("value") for box in page.all("input") if box.get("checked") is not None]
    assert checked == ["text", "text", "email", "link"]
    wanted = {
        "visit_notices": "email",
        "bill_notices": "paper",
        "payment_notices": "email",
        "text_grade": "amount",
    }
    page = client.follow(client.post(f"/contact/{account_id}/choices", wanted, expect=302))
    assert [words(fact) for fact in page.all("dd")][:3] == [
        "By e-mail",
        "Only with your statement",
        "By e-mail",
    ]
    kept = account(account_id)
    assert (kept.visit_notices, kept.bill_notices, kept.text_grade) == ("email", "paper", "amount")
    with read_only() as session:
        [version] = session.scalars(select(RecordVersion))
        assert version.before == {
            "visit_notices": "text",
            "bill_notices": "text",
            "text_grade": "link",
        }
        [audited] = session.scalars(
            select(AuditEvent.reason).where(
                AuditEvent.object_type == "contact", AuditEvent.reason != ""
            )
        )
        assert audited == (
            "news of visits by text, now email; news of bills by text, now paper;"
            " how much a text says link, now amount"
        )
    client.post(f"/contact/{account_id}/choices", wanted, expect=302)
    with read_only() as session:
        assert session.scalar(select(func.count(RecordVersion.id))) == 1, "nothing changed"


def test_MSG_1_MSG_24_the_choice_says_what_is_possible(client: PageClient, account_id: int) -> None:
    page = client.get(f"/contact/{account_id}/choices")
    assert "Texts about bills, payments and visits are off." in page.text
    assert "Your statements themselves come by mail." in page.text
    assert "No notes: texts are off" in client.get(f"/contact/{account_id}").text
    boxes = page.all("input")
    visits = [box.get("value") for box in boxes if box.get("name") == "visit_notices"]
    assert visits == ["text", "email"], "nothing is printed about visits"
    page = client.post(
        f"/contact/{account_id}/choices",
        {
            "visit_notices": "paper",
            "bill_notices": "text",
            "payment_notices": "text",
            "text_grade": "link",
        },
    )
    assert "Not a valid choice" in page.text
    assert account(account_id).visit_notices == "text"


def test_MSG_13_a_bad_number_is_told_and_a_code_that_came_through_mends_it(
    client: PageClient, account_id: int
) -> None:
    with transaction() as session:
        session.get_one(GuarantorAccount, account_id).mobile = PHONE
        session.add(TextNumber(phone=PHONE, bad_since=NOW, bad_code="30006"))
    assert "Our texts do not reach" in client.get(f"/contact/{account_id}").text
    prove(client, account_id)
    assert "Our texts do not reach" not in client.get(f"/contact/{account_id}").text


def test_ID_12_another_number_is_told_to_the_sign_in(client: PageClient, account_id: int) -> None:
    with transaction() as session:
        session.get_one(Login, client.login_id).confirmed_at = NOW
    prove(client, account_id)
    assert sent("mobile_changed") == []
    prove(client, account_id, "(212) 555-0199")
    assert [message.recipient for message in sent("mobile_changed")] == ["testa@example.com"]


@pytest.mark.parametrize("part", ["", "/mobile", "/choices", "/mobile/code"])
def test_ID_1_another_patients_page_is_not_found(
    client: PageClient, account_id: int, part: str
) -> None:
    other = make_account(first_name="Otha")
    client.get(f"/contact/{other}{part}", expect=404)
    client.get(f"/contact/{account_id}")
    for path, data in (("agree", {"billing": "y"}), ("stop/billing", {}), ("choices", {})):
        client.post(f"/contact/{other}/{path}", data, expect=404)


def test_two_accounts_have_each_their_page(as_patient: AsPatient, account_id: int) -> None:
    other = make_account(first_name="Otha")
    page = as_patient(account_id, other).get("/contact/")
    assert {f"/contact/{account_id}", f"/contact/{other}"} <= set(page.links())


def test_MSG_1_staff_note_what_was_told(as_staff: Callable[[str], PageClient]) -> None:
    world = add_account()
    desk = as_staff("front_desk")
    path = f"/accounts/{world.account_id}/texts"
    desk.get(path)
    assert "Enter who told you." in desk.post(path, {"category": "billing", "answer": "yes"}).text
    told = {"category": "billing", "answer": "yes", "reason": "She said so on the phone today."}
    people = desk.follow(desk.post(path, told, expect=302))
    assert "Texts about billing" in people.text
    [row] = consents()
    assert (row.granted, row.source, row.wording, row.login_id) == (
        True,
        "verbal",
        "She said so on the phone today.",
        desk.login_id,
    )
    desk.get(path)
    desk.post(path, told | {"answer": "no"}, expect=302)
    assert [row.granted for row in consents()] == [True, False]
    with read_only() as session:
        audited = select(AuditEvent.reason).where(
            AuditEvent.object_type == "text_consent", AuditEvent.object_id == "billing"
        )
        assert list(session.scalars(audited.order_by(AuditEvent.id))) == ["yes", "no"]
    as_staff("fa_counsellor").get(path, expect=403)
