"""Another e-mail, phone or address: the old one is asked, both are told, and nothing is sent elsewhere at once (ID-12)."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount, RecordVersion
from portal.models.consents import ESignConsent
from portal.models.identity import Login
from portal.models.messages import OutboundMessage, TextNumber
from portal.queries.esign_words import TECHNICAL, TECHNICAL_VERSION
from portal.queries.paperless import electronic_readers
from portal.queries.viewer import PatientViewer
from portal.services.change_email import EmailRefused, change_email
from portal.services.clear_message import Wait, clear_message
from portal.services.word_message import Links
from tests.services.ledger_book import Book
from tests.web.pages import PageClient
from tests.web.people import digits_in, make_account, make_login, messages, signed_in
from tests.web.test_sign_in import give_password

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
OLD, NEW = "testa@example.com", "testa.new@example.com"
FIRST, SECOND = "+12125550142", "+12125550199"
AsPatient = Callable[..., PageClient]


@pytest.fixture
def account_id(patient_app: Flask) -> int:
    patient_app.config["CLOCK"] = lambda: NOW
    with transaction() as session:
        Book(session).practice()
    return make_account()


@pytest.fixture
def client(account_id: int, as_patient: AsPatient) -> PageClient:
    client = as_patient(account_id, email=OLD)
    with transaction() as session:
        session.get_one(Login, client.login_id).confirmed_at = NOW
    return client


def mailed(to: str, template: str = "change_code") -> list[OutboundMessage]:
    return [m for m in messages() if m.recipient == to and m.template == template]


def row(account_id: int) -> GuarantorAccount:
    with read_only() as session:
        return session.get_one(GuarantorAccount, account_id)


def ask_for_email(client: PageClient, address: str = NEW) -> dict[str, str]:
    """The codes that came to both mailboxes."""
    client.get("/account/email/")
    client.post("/account/email/", {"email": address}, expect=302)
    client.get("/account/email/codes")
    old, new = mailed(OLD), mailed(address)
    return {"old_code": digits_in(old[-1]), "new_code": digits_in(new[-1]) if new else "000000"}


def test_ID_12_both_mailboxes_answer_before_the_sign_in_moves(
    client: PageClient, account_id: int, as_staff: Callable[[str], PageClient]
) -> None:
    codes = ask_for_email(client)
    assert codes["old_code"] != codes["new_code"]
    page = client.follow(client.post("/account/email/codes", codes, expect=302))
    assert f"You sign in with {NEW} from now on." in page.text
    told = [m.recipient for m in messages() if m.template == "email_changed"]
    assert told == [OLD, NEW]
    with read_only() as session:
        [version] = session.scalars(select(RecordVersion))
    assert (version.record, version.before) == ("logins", {"email": OLD})
    people = as_staff("manager").get(f"/accounts/{account_id}/people")
    assert OLD in people.text, "staff see what it was"


@pytest.mark.parametrize("wrong", ["old_code", "new_code"])
def test_ID_12_one_right_code_is_not_enough(client: PageClient, wrong: str) -> None:
    codes = ask_for_email(client)
    codes[wrong] = f"{(int(codes[wrong]) + 1) % 1_000_000:06d}"
    page = client.post("/account/email/codes", codes, expect=200)
    assert "That code is not right" in page.text
    assert OLD in client.get("/account/security").text


def test_ID_7_the_codes_age_and_work_once(client: PageClient, patient_app: Flask) -> None:
    codes = ask_for_email(client)
    patient_app.config["CLOCK"] = lambda: NOW + timedelta(minutes=10, seconds=1)
    assert "too old" in client.post("/account/email/codes", codes, expect=200).text
    patient_app.config["CLOCK"] = lambda: NOW
    client.post("/account/email/codes", codes, expect=302)
    again = client.post("/account/email/codes", codes, expect=302)
    assert again.location == "/account/email/"


def test_ID_8_guessing_the_codes_ends(client: PageClient) -> None:
    right = ask_for_email(client)
    wrong = {"old_code": "000000", "new_code": "000000"}
    for _ in range(5):
        client.post("/account/email/codes", wrong, expect=200)
    assert "too many tries" in client.post("/account/email/codes", right, expect=200).text


def test_ID_4_an_address_with_a_sign_in_looks_the_same_and_its_owner_is_told(
    client: PageClient,
) -> None:
    make_login("patient", email="known@example.com")
    free = client.follow(post_email(client, "free@example.com"))
    taken = client.follow(post_email(client, "known@example.com"))
    same = {
        re.sub(r'value="[^"]*"', "", page.source).replace(name, "X")
        for page, name in ((free, "free@example.com"), (taken, "known@example.com"))
    }
    assert len(same) == 1
    assert mailed("known@example.com") == []
    assert len(mailed("known@example.com", "email_known")) == 1


def post_email(client: PageClient, address: str) -> Any:
    client.get("/account/email/")
    return client.post("/account/email/", {"email": address}, expect=302)


def test_ID_9_the_password_comes_first(client: PageClient, account_id: int) -> None:
    with client.http.session_transaction() as cookie:
        cookie["fs_paa"] -= 601
    for path in ("/account/email/", f"/contact/{account_id}/address"):
        assert "/confirm-password" in client.post(path, {"email": NEW}, expect=302).location
    assert messages() == []


def test_ID_12_other_browsers_are_signed_out(client: PageClient, patient_app: Flask) -> None:
    other = signed_in(PageClient(patient_app), client.login_id)
    client.post("/account/email/codes", ask_for_email(client), expect=302)
    other.get("/account/security", expect=302)
    client.get("/account/security")


def test_ID_12_statements_without_paper_do_not_follow_for_72_hours(
    client: PageClient, account_id: int
) -> None:
    agree(client, account_id, OLD, NOW - timedelta(days=30))
    assert readers(account_id, NOW) == [OLD]
    client.post("/account/email/codes", ask_for_email(client), expect=302)
    assert readers(account_id, NOW) == [], "paper, until the new address agrees"
    agree(client, account_id, NEW, NOW)
    assert readers(account_id, NOW + timedelta(hours=71)) == []
    assert readers(account_id, NOW + timedelta(hours=72)) == [NEW]


def readers(account_id: int, now: datetime) -> list[str]:
    with read_only() as session:
        found = electronic_readers(session, account_ids=[account_id], now=now)
    return [reader.email for reader in found.values()]


def agree(client: PageClient, account_id: int, email: str, at: datetime) -> None:
    with transaction() as session:
        session.add(
            ESignConsent(
                guarantor_account_id=account_id,
                granted=True,
                source="web",
                email=email,
                wording={TECHNICAL: {"version": TECHNICAL_VERSION}},
                demonstrated_at=at,
                at=at,
                login_id=client.login_id,
            )
        )


def ask_for_number(client: PageClient, account_id: int) -> dict[str, str]:
    """Ask to be texted on the second number; the codes that were texted, by number."""
    with transaction() as session:
        session.get_one(GuarantorAccount, account_id).mobile = FIRST
    client.get(f"/contact/{account_id}/mobile")
    client.post(f"/contact/{account_id}/mobile", {"mobile": SECOND}, expect=302)
    client.get(f"/contact/{account_id}/mobile/code")
    return {m.recipient: digits_in(m) for m in messages("sms")}


def test_ID_12_the_old_number_is_asked_too(client: PageClient, account_id: int) -> None:
    codes, path = ask_for_number(client, account_id), f"/contact/{account_id}/mobile/code"
    client.post(path, {"code": codes[SECOND], "second_code": codes[SECOND]}, expect=200)
    assert row(account_id).mobile == FIRST
    client.post(path, {"code": codes[SECOND], "second_code": codes[FIRST]}, expect=302)
    kept = row(account_id)
    assert (kept.mobile, kept.mobile_held_until) == (SECOND, None)
    assert [m.recipient for m in messages() if m.template == "mobile_changed"] == [OLD]


def test_ID_12_a_lost_number_is_made_good_by_mail_and_texts_wait(
    client: PageClient, account_id: int
) -> None:
    codes, path = ask_for_number(client, account_id), f"/contact/{account_id}/mobile/code"
    page = client.follow(client.post(f"/contact/{account_id}/mobile/by-email", expect=302))
    assert "Code from your e-mail" in page.text
    typed = {"code": codes[SECOND], "second_code": codes[FIRST]}
    client.post(path, typed, expect=200)
    typed["second_code"] = digits_in(mailed(OLD)[-1])
    page = client.follow(client.post(path, typed, expect=302))
    assert "texts about bills begin on March 5" in page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert row(account_id).mobile_held_until == NOW + timedelta(hours=72)


def test_ID_12_a_number_known_to_be_bad_is_not_texted(client: PageClient, account_id: int) -> None:
    with transaction() as session:
        session.add(TextNumber(phone=FIRST, bad_since=NOW, bad_code="30006"))
    codes = ask_for_number(client, account_id)
    assert set(codes) == {SECOND}
    typed = {"code": codes[SECOND], "second_code": digits_in(mailed(OLD)[-1])}
    client.post(f"/contact/{account_id}/mobile/code", typed, expect=302)
    assert row(account_id).mobile_held_until is not None


def test_ID_12_a_text_to_a_held_number_waits(client: PageClient, account_id: int) -> None:
    codes = ask_for_number(client, account_id)
    client.post(f"/contact/{account_id}/mobile/by-email", expect=302)
    typed = {"code": codes[SECOND], "second_code": digits_in(mailed(OLD)[-1])}
    client.post(f"/contact/{account_id}/mobile/code", typed, expect=302)
    client.get(f"/contact/{account_id}")
    client.post(f"/contact/{account_id}/agree", {"visits": "y"}, expect=302)
    message = OutboundMessage(
        channel="sms",
        recipient=SECOND,
        category="visits",
        template="visit_tasks",
        body="",
        guarantor_account_id=account_id,
        state="queued",
        created_at=NOW,
    )
    links = Links(hash_keys=(b"k",), public_url="http://localhost:8000")
    with transaction() as session:
        session.add(message)
        session.flush()
        answer = clear_message(session, message, now=NOW, links=links)
    assert answer == Wait(NOW + timedelta(hours=72), "ID-12")


def test_ID_12_paper_goes_elsewhere_and_all_are_told(
    client: PageClient, account_id: int, as_staff: Callable[[str], PageClient]
) -> None:
    with transaction() as session:
        account = session.get_one(GuarantorAccount, account_id)
        account.street, account.city, account.state = "1 Old Lane", "Rockville", "MD"
    path = f"/contact/{account_id}/address"
    assert "1 Old Lane" in client.get(path).source
    new = {"street": "9 New Road", "city": "Bethesda", "state": "md", "postal_code": "20814"}
    page = client.follow(client.post(path, new, expect=302))
    assert "9 New Road, Bethesda, MD 20814" in page.text
    assert [m.template for m in messages()] == ["address_changed"]
    assert "1 Old Lane" in as_staff("manager").get(f"/accounts/{account_id}/people").text
    client.post(path, new, expect=302)
    assert len(messages()) == 1, "the same once more tells nobody"


def test_ID_12_another_patients_address_is_not_found(client: PageClient) -> None:
    other = make_account(first_name="Otha")
    client.get(f"/contact/{other}/address", expect=404)
    client.post(f"/contact/{other}/address", {"street": "9 New Road"}, expect=404)
    client.post(f"/contact/{other}/mobile/by-email", expect=404)


def test_ID_12_of_two_who_move_to_one_address_at_once_one_is_refused(
    client: PageClient, account_id: int
) -> None:
    other = make_login("patient", email="other@example.com")
    together = Barrier(2)

    def move(login_id: int, old: str) -> str:
        viewer = PatientViewer(login_id, frozenset({account_id}))
        together.wait()
        try:
            change_email(viewer=viewer, old=old, new=NEW, session_id=0, now=NOW)
        except EmailRefused:
            return "refused"
        return "moved"

    with ThreadPoolExecutor(2) as threads:
        ends = list(threads.map(move, (client.login_id, other), (OLD, "other@example.com")))
    assert sorted(ends) == ["moved", "refused"]
    assert len([m for m in messages() if m.template == "email_changed"]) == 2


def test_the_old_address_opens_nothing_any_more(client: PageClient, stranger: PageClient) -> None:
    client.post("/account/email/codes", ask_for_email(client), expect=302)
    assert "not right" in give_password(stranger, email=OLD).text
