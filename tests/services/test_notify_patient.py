"""The notice that an answer waits: judged when it leaves like every other text, and told by e-mail where none may."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from portal.db import transaction
from portal.models.messages import MessageSwitch
from portal.queries.text_consents import TextCategory
from portal.services.notify_patient import notify_patient
from portal.services.record_text_consent import Said, withdraw_texts
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
