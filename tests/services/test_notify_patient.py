"""The notice that an answer waits: judged when it leaves like every other text, and told by e-mail where none may."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.identity import AccountAccess
from portal.models.messages import MessageSwitch
from portal.models.payments import Payment
from portal.queries.notice_channel import About
from portal.queries.text_consents import TextCategory
from portal.services import letters
from portal.services.notify_patient import notify_patient
from portal.services.record_text_consent import Said, grant_texts, withdraw_texts
from portal.services.tell_of_payment import tell_of_payment
from tests.sandbox_server import PUBLIC_URL, SandboxServer
from tests.services.statement_world import DAY, noon
from tests.services.text_world import PHONE, Phone, phone, sign_up

pytestmark = pytest.mark.usefixtures("database_url")
STOPPED = Said(source="web")


@pytest.fixture
def testa(sandbox: SandboxServer, tmp_path: Path) -> Phone:
    reader = phone(sandbox, tmp_path)
    sign_up(reader.account_id)
    return reader


def tell(reader: Phone, now: datetime, about: str = "message:1") -> str:
    with transaction() as session:
        return notify_patient(
            session, account_id=reader.account_id, about=about, public_url=PUBLIC_URL, now=now
        )


def told(reader: Phone) -> list[tuple[str, str, str]]:
    return [(row.channel, row.state, row.gate) for row in reader.messages()]


def test_MSG_9_the_text_names_the_thread_and_opens_nothing(testa: Phone) -> None:
    assert tell(testa, noon(DAY)) == "sms"
    assert testa.send(testa.only(), noon(DAY)) == "sent"
    [body] = testa.texts()
    assert body.startswith("Example Family: You have a new message. Sign in to read it:")
    assert f"{PUBLIC_URL}/messages" in body
    assert "/t/" not in body
    assert testa.only().consent_id is not None


def test_MSG_7_a_second_text_of_the_day_goes_by_e_mail(testa: Phone) -> None:
    testa.queue()
    assert testa.send(testa.only(), noon(DAY)) == "sent"
    tell(testa, noon(DAY))
    notice = testa.messages()[-1]
    assert testa.send(notice, noon(DAY)) == "canceled"
    assert told(testa)[1:] == [("sms", "canceled", "MSG-7"), ("email", "queued", "")]
    assert len(testa.texts()) == 1


def test_MSG_8_at_night_it_goes_by_e_mail_whenever_it_was_queued(testa: Phone) -> None:
    tell(testa, noon(DAY))
    night = noon(DAY) + timedelta(hours=12)
    assert testa.send(testa.only(), night) == "canceled"
    assert told(testa) == [("sms", "canceled", "MSG-8"), ("email", "queued", "")]
    assert tell(testa, night, about="message:2") == "email"
    assert testa.texts() == []


def test_MSG_13_while_texts_are_stopped_it_goes_by_e_mail(testa: Phone) -> None:
    tell(testa, noon(DAY))
    with transaction() as session:
        session.add(MessageSwitch(name="texts", stopped_at=noon(DAY), reason="30007"))
    assert testa.send(testa.only(), noon(DAY)) == "canceled"
    assert told(testa)[-1] == ("email", "queued", "")


def test_MSG_3_a_no_on_our_pages_gives_up_the_notice_that_waits(testa: Phone) -> None:
    tell(testa, noon(DAY))
    with transaction() as session:
        withdraw_texts(
            session,
            phone=PHONE,
            category=TextCategory.BILLING,
            guarantor_account_id=testa.account_id,
            said=STOPPED,
            now=noon(DAY),
        )
    assert testa.send(testa.only(), noon(DAY)) == "canceled"
    assert testa.texts() == []


def test_news_of_a_bill_and_of_a_message_do_not_tell_each_other(testa: Phone) -> None:
    testa.queue()
    tell(testa, noon(DAY))
    bill, _ = testa.messages()
    assert testa.send(bill, noon(DAY)) == "sent"


@pytest.mark.parametrize(
    ("choice", "chosen", "agreed", "way"),
    [
        (About.VISITS, "text", TextCategory.VISITS, "sms"),
        (About.VISITS, "text", TextCategory.BILLING, "email"),
        (About.VISITS, "email", TextCategory.VISITS, "email"),
        (About.BILLS, "text", TextCategory.BILLING, "sms"),
        (About.BILLS, "text", TextCategory.VISITS, "email"),
        (About.BILLS, "paper", TextCategory.BILLING, "email"),
    ],
)
def test_MSG_1_an_answer_comes_as_chosen_for_its_kind(
    testa: Phone, choice: About, chosen: str, agreed: TextCategory, way: str
) -> None:
    _say(testa, {choice: chosen}, agreed)
    with transaction() as session:
        told_as = notify_patient(
            session,
            account_id=testa.account_id,
            about="message:1",
            public_url=PUBLIC_URL,
            now=noon(DAY),
            choice=choice,
        )
    assert told_as == way
    assert told(testa) == [(way, "queued", "")]


@pytest.mark.parametrize(
    ("chosen", "agreed", "ways"),
    [
        ("email", TextCategory.PAYMENTS, ["email"]),
        ("text", TextCategory.PAYMENTS, ["sms"]),
        ("text", TextCategory.BILLING, ["email"]),
        ("paper", TextCategory.PAYMENTS, []),
    ],
)
def test_MSG_1_a_receipt_comes_as_chosen_for_payments(
    testa: Phone, chosen: str, agreed: TextCategory, ways: list[str]
) -> None:
    _say(testa, {About.PAYMENTS: chosen}, agreed)
    _receipt(testa)
    assert [row.channel for row in testa.messages()] == ways


def test_MSG_8_a_receipt_that_no_text_may_tell_of_goes_by_e_mail(testa: Phone) -> None:
    _say(testa, {About.PAYMENTS: "text"}, TextCategory.PAYMENTS)
    _receipt(testa)
    assert testa.send(testa.only(), noon(DAY) + timedelta(hours=12)) == "canceled"
    letter = testa.messages()[-1]
    assert (letter.channel, letter.template) == ("email", "payment_news")
    assert f"{PUBLIC_URL}/payments" in letter.body


def test_MSG_9_the_text_of_a_receipt_opens_nothing(testa: Phone) -> None:
    _say(testa, {About.PAYMENTS: "text"}, TextCategory.PAYMENTS)
    _receipt(testa)
    assert testa.send(testa.only(), noon(DAY)) == "sent"
    [body] = testa.texts()
    assert f"{PUBLIC_URL}/payments " in body
    assert "/t/" not in body


def test_HIPAA_9_who_pays_for_another_hears_by_e_mail(testa: Phone) -> None:
    _say(testa, {About.PAYMENTS: "paper"}, TextCategory.PAYMENTS)
    _receipt(testa, proxy_grant_id=1)
    assert [row.channel for row in testa.messages()] == ["email"]


def _say(reader: Phone, choices: dict[About, str], agreed: TextCategory) -> None:
    """One kind of texts alone is agreed to."""
    with transaction() as session:
        account = session.get_one(GuarantorAccount, reader.account_id)
        for about, channel in choices.items():
            setattr(account, about.value, channel)
        for category in TextCategory:
            if category is not agreed:
                withdraw_texts(
                    session,
                    phone=PHONE,
                    category=category,
                    guarantor_account_id=reader.account_id,
                    said=STOPPED,
                    now=noon(DAY),
                )
        grant_texts(
            session,
            phone=PHONE,
            category=agreed,
            guarantor_account_id=reader.account_id,
            said=STOPPED,
            now=noon(DAY),
        )


def _receipt(reader: Phone, proxy_grant_id: int | None = None) -> None:
    """As a payment tells of itself; it is not kept, so the grant need not stand either."""
    with transaction() as session:
        login_id = session.scalars(
            select(AccountAccess.login_id).where(
                AccountAccess.guarantor_account_id == reader.account_id
            )
        ).one()
        payment = Payment(
            id=uuid4(),
            guarantor_account_id=reader.account_id,
            login_id=login_id,
            proxy_grant_id=proxy_grant_id,
        )
        letter = letters.receipt(letters.letterhead(session, public_url=PUBLIC_URL), number="R-1")
        tell_of_payment(session, payment, letter, about="receipt:1", now=noon(DAY))
