"""STOP, START, HELP and the rest, from the stored text to what leaves and what is never sent again."""

from __future__ import annotations

import itertools
import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from billing.text_templates import ANSWERS, LONGEST, room, wording
from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount, RecordVersion
from portal.models.consents import TextConsent
from portal.models.messages import OutboundMessage, ThreadMessage
from portal.models.work import WorkItem
from portal.queries.text_consents import TextCategory, standing_consents
from portal.services.handle_text import handle_text
from portal.services.record_text_consent import Said, grant_texts, withdraw_texts
from portal.services.text_answers import answer_body
from tests.services.ledger_book import Book

PHONE, OTHER = "+12125550142", "+12125550143"
WEB = Said(source="web", wording_version="1", wording="I agree.")
SIDS = itertools.count(1)


@pytest.fixture
def account_id(database_url: str, now: datetime) -> int:
    """Testa, who agreed to texts about visits and bills on the web."""
    with transaction() as session:
        book = Book(session)
        book.practice(name="Riverside Family Medicine", phone="(212) 555-0100")
        return agreed(book, now, first_name="Testa", number="9100-0001")


def agreed(book: Book, now: datetime, **fields: str) -> int:
    account = book.account(mobile=PHONE, last_name="Sample", **fields)
    for category in (TextCategory.VISITS, TextCategory.BILLING):
        grant_texts(
            book.session,
            phone=PHONE,
            category=category,
            guarantor_account_id=account.id,
            said=WEB,
            now=now - timedelta(days=30),
        )
    return account.id


def received(body: str, at: datetime, phone: str = PHONE) -> int:
    with transaction() as session:
        message = ThreadMessage(
            author="patient",
            channel="sms",
            phone=phone,
            kind="received",
            body=body,
            provider_id=f"SM{next(SIDS)}",
            at=at,
        )
        session.add(message)
        session.flush()
        return message.id


def hear(
    body: str,
    at: datetime,
    *,
    phone: str = PHONE,
    answered: bool = False,
    after: timedelta = timedelta(seconds=1),
) -> str:
    return handle_text(message_id=received(body, at, phone), answered=answered, now=at + after)


def answers(phone: str = PHONE) -> list[str]:
    with read_only() as session:
        return list(
            session.scalars(
                select(OutboundMessage.template)
                .where(OutboundMessage.recipient == phone, OutboundMessage.template.in_(ANSWERS))
                .order_by(OutboundMessage.id)
            )
        )


def standing(account_id: int) -> set[TextCategory]:
    with read_only() as session:
        rows = standing_consents(session, phone=PHONE, account_id=account_id)
    return {row.category for row in rows}


def waiting(now: datetime, phone: str = PHONE) -> int:
    """A billing text on its way to the number."""
    with transaction() as session:
        message = OutboundMessage(
            channel="sms",
            recipient=phone,
            category="billing",
            template="new_statement",
            body="You have a new statement.",
            state="queued",
            created_at=now,
        )
        session.add(message)
        session.flush()
        return message.id


def work() -> list[tuple[str, int | None]]:
    with read_only() as session:
        rows = session.execute(
            select(WorkItem.kind, WorkItem.guarantor_account_id).order_by(WorkItem.id)
        )
        return [(row.kind, row.guarantor_account_id) for row in rows]


def test_MSG_5_stop_ends_every_category_and_what_waits(account_id: int, now: datetime) -> None:
    message_id = waiting(now)
    assert hear("please stop texting me", now) == "stop"
    assert standing(account_id) == set()
    assert answers() == ["opt_out"]
    with read_only() as session:
        assert session.get_one(OutboundMessage, message_id).state == "canceled"
        rows = session.scalars(select(TextConsent).where(~TextConsent.granted)).all()
    assert {row.category for row in rows} == {category.value for category in TextCategory}
    assert {(row.source, row.wording) for row in rows} == {("sms", "please stop texting me")}


def test_MSG_3_stop_counts_for_every_account_on_the_number(account_id: int, now: datetime) -> None:
    with transaction() as session:
        second = agreed(Book(session), now, first_name="Sam", number="9100-0002")
    hear("STOP", now)
    assert standing(account_id) == standing(second) == set()


def test_MSG_4_exactly_one_confirmation_and_nothing_after_it(
    account_id: int, now: datetime
) -> None:
    for minutes, body in enumerate(("stop", "STOP", "no more texts", "hello?", "When do I pay")):
        hear(body, now + timedelta(minutes=minutes))
    assert answers() == ["opt_out"]


def test_MSG_4_no_confirmation_after_five_minutes(account_id: int, now: datetime) -> None:
    assert hear("stop", now, after=timedelta(minutes=6)) == "stop"
    assert answers() == []
    assert standing(account_id) == set()


def test_MSG_11_no_second_reply_when_the_provider_has_replied(
    account_id: int, now: datetime
) -> None:
    hear("STOP", now, answered=True)
    hear("HELP", now + timedelta(minutes=1), answered=True)
    hear("START", now + timedelta(minutes=2), answered=True)
    assert answers() == []
    assert standing(account_id) == {TextCategory.VISITS, TextCategory.BILLING}


def test_MSG_11_start_brings_back_what_stop_took_and_no_more(
    account_id: int, now: datetime
) -> None:
    with transaction() as session:
        withdraw_texts(
            session,
            phone=PHONE,
            category=TextCategory.VISITS,
            guarantor_account_id=account_id,
            said=Said(source="staff"),
            now=now - timedelta(days=1),
        )
    hear("STOP", now)
    assert hear("START", now + timedelta(minutes=1)) == "start"
    assert standing(account_id) == {TextCategory.BILLING}, "a no to staff outlives START"
    assert answers() == ["opt_out", "opt_in_again"]
    hear("STOP", now + timedelta(minutes=2))
    assert answers() == ["opt_out", "opt_in_again", "opt_out"]


@pytest.mark.parametrize("body", ["YES", "START", "Unstop"])
def test_MSG_11_an_opt_in_word_is_no_new_consent(account_id: int, now: datetime, body: str) -> None:
    before = standing(account_id)
    assert hear(body, now) == "question"
    assert standing(account_id) == before
    assert hear(body, now, phone=OTHER) == "question"
    with read_only() as session:
        assert not session.scalar(
            select(func.count(TextConsent.id)).where(TextConsent.phone == OTHER)
        )


def test_MSG_11_help_is_answered(account_id: int, now: datetime) -> None:
    assert hear("Help", now) == "help"
    assert answers() == ["help"]


@pytest.mark.parametrize("body", ["What is this bill?", "C", "2"])
def test_MSG_19_anything_else_goes_to_a_person_with_one_reply_a_day(
    account_id: int, now: datetime, body: str
) -> None:
    assert hear(body, now) == "question"
    assert hear("Hello?", now + timedelta(hours=3)) == "question"
    assert answers() == ["text_received"]
    hear("Anybody?", now + timedelta(hours=25))
    assert answers() == ["text_received"] * 2
    with read_only() as session:
        rows = session.scalars(select(ThreadMessage)).all()
    assert {row.guarantor_account_id for row in rows} == {account_id}
    assert {row.seen_at for row in rows} == {None}


def test_MSG_19_a_number_of_several_accounts_or_of_nobody_is_for_staff_to_place(
    account_id: int, now: datetime
) -> None:
    with transaction() as session:
        agreed(Book(session), now, first_name="Sam", number="9100-0002")
    hear("What is this bill?", now)
    hear("What is this bill?", now, phone=OTHER)
    with read_only() as session:
        rows = session.scalars(select(ThreadMessage.guarantor_account_id)).all()
    assert rows == [None, None]


def test_MSG_19_wrong_number_ends_the_texts_and_frees_the_number(
    account_id: int, now: datetime
) -> None:
    assert hear("Wrong number", now) == "wrong_number"
    assert standing(account_id) == set()
    assert answers() == ["opt_out"]
    assert work() == [("wrong_number", account_id)]
    with read_only() as session:
        assert session.get_one(GuarantorAccount, account_id).mobile == ""
        [version] = session.scalars(select(RecordVersion))
        [message] = session.scalars(select(ThreadMessage))
    assert version.before["mobile"] == PHONE
    assert message.guarantor_account_id is None, "a stranger's words are in nobody's thread"
    hear("START", now + timedelta(minutes=1))
    assert standing(account_id) == set()


def test_MSG_19_an_emergency_is_answered_at_once_and_opens_urgent_work(
    account_id: int, now: datetime
) -> None:
    assert hear("I have chest pain", now) == "emergency"
    assert answers() == ["emergency"]
    assert work() == [("emergency_text", account_id)]
    hear("suicide", now, phone=OTHER)
    assert work()[1:] == [("emergency_text", None)]


def test_MSG_19_stop_in_an_emergency_is_honoured_in_one_text(
    account_id: int, now: datetime
) -> None:
    assert hear("STOP. I can't breathe", now) == "stop"
    assert answers() == ["opt_out_emergency"]
    assert standing(account_id) == set()
    assert work() == [("emergency_text", account_id)]


def test_MSG_12_a_text_handled_twice_is_done_once(account_id: int, now: datetime) -> None:
    message_id = received("stop", now)
    for _ in range(2):
        assert handle_text(message_id=message_id, answered=False, now=now) == "stop"
    assert answers() == ["opt_out"]
    with read_only() as session:
        no = session.scalar(select(func.count(TextConsent.id)).where(~TextConsent.granted))
    assert no == len(TextCategory)


def test_MSG_4_two_stops_at_once_get_one_confirmation(account_id: int, now: datetime) -> None:
    ids = [received(body, now) for body in ("stop", "STOP please", "end", "quit")]
    together = threading.Barrier(len(ids))

    def run(message_id: int) -> None:
        together.wait()
        handle_text(message_id=message_id, answered=False, now=now)

    threads = [threading.Thread(target=run, args=(message_id,)) for message_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers() == ["opt_out"]
    with read_only() as session:
        assert set(session.scalars(select(ThreadMessage.kind))) == {"stop"}


def test_two_machines_that_answer_each_other_come_to_an_end(account_id: int, now: datetime) -> None:
    for minute in range(30):
        hear("HELP", now + timedelta(minutes=minute))
    assert len(answers()) == 10


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("template", ANSWERS)
def test_MSG_10_every_answer_is_one_segment_whatever_the_practice_is_called(
    template: str, language: str
) -> None:
    for org in ("Riverside", "Clínica «São João» of 🏥 " + "Invented Springs " * 8, "🏥", ""):
        body, version = answer_body(
            template, org=org, phone="+1 (212) 555-0100 ext. 2345", language=language
        )
        assert room(body) <= LONGEST
        assert not body.startswith(":")
        assert language in version


@pytest.mark.parametrize("template", ANSWERS)
def test_MSG_9_no_answer_speaks_of_a_person_or_care(template: str) -> None:
    body, _ = answer_body(
        template, org="Riverside Family Medicine", phone="(212) 555-0100", language="en"
    )
    assert body.startswith("Riverside")
    for word in ("Testa", "Sample", "balance", "$", "doctor", "9100"):
        assert word not in body


@pytest.mark.parametrize(("others", "language"), [("es", "es"), ("en", "en")])
def test_MSG_22_the_answer_speaks_the_language_of_all_who_gave_us_the_number(
    database_url: str, now: datetime, others: str, language: str
) -> None:
    with transaction() as session:
        book = Book(session)
        book.practice()
        agreed(book, now, first_name="Testa", number="9100-0001", language="es")
        agreed(book, now, first_name="Ana", number="9100-0002", language=others)
    hear("STOP", now)
    with read_only() as session:
        [(body, version)] = session.execute(
            select(OutboundMessage.body, OutboundMessage.template_version).where(
                OutboundMessage.template == "opt_out"
            )
        ).all()
    assert version == wording("opt_out", language=language).version
    assert ("Responda START" in body) is (language == "es")
