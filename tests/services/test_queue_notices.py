"""The cadence of MSG-16 by the daily run, and that a payment in the books always wins."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import select

from billing.text_cadence import BillNotice, first_day, notice_on
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.messages import OutboundMessage
from portal.models.statements import StatementDelivery
from portal.services.lock_posting import lock_accounts
from portal.services.queue_notices import queue_notices
from portal.services.word_visit import short_day
from tests.sandbox_server import PUBLIC_URL, SandboxServer
from tests.services.statement_world import DAY, World, after, cut, deliver, later, noon
from tests.services.text_world import Phone, phone, sign_up

pytestmark = pytest.mark.usefixtures("database_url")


@pytest.fixture
def testa(sandbox: SandboxServer, tmp_path: Path) -> Phone:
    return phone(sandbox, tmp_path)


def templates(reader: Phone) -> list[str]:
    return [message.template for message in reader.messages()]


def test_MSG_16_day_0_seven_before_and_three_after_each_once(testa: Phone) -> None:
    due = testa.statement.due_on
    days = [DAY + timedelta(days=n) for n in range((due - DAY).days + 30)]
    found = {day: testa.queue(day) for day in days for _ in range(2)}
    assert sum(found.values()) == 0  # the second run of each day
    assert templates(testa) == ["new_statement", "due_soon", "due_passed"]
    assert [message.created_at for message in testa.messages()] == [
        noon(day) for day in (DAY, due - timedelta(days=7), due + timedelta(days=3))
    ]


def test_MSG_16_all_three_leave_on_their_days(testa: Phone) -> None:
    for day in (DAY, testa.before_due(), testa.after_due()):
        assert testa.queue(day) == 1
        assert testa.send(testa.messages()[-1], noon(day)) == "sent"
    assert [text.split(": ")[1].split(".")[0] for text in testa.texts()] == [
        "You have a new statement",
        "A bill is due soon",
        "A bill is still open",
    ]


@pytest.mark.parametrize(("late", "queued"), [(0, 1), (3, 1), (4, 0), (20, 0)])
def test_MSG_16_a_late_run_sends_nothing_stale(testa: Phone, late: int, queued: int) -> None:
    assert testa.queue(testa.after_due() + timedelta(days=late)) == queued


def test_MSG_16_a_text_that_waited_too_long_is_given_up(testa: Phone) -> None:
    testa.queue()
    assert testa.send(testa.only(), noon(after(4))) == "canceled"
    assert testa.only().gate == "MSG-16"


def test_MSG_7_an_overtaken_statement_is_not_spoken_of(testa: Phone, tmp_path: Path) -> None:
    testa.queue()
    with transaction() as session:
        session.get_one(OutboundMessage, testa.only().id).state = "canceled"
    later(
        lambda book: book.owed(
            7000, account=book.session.get_one(GuarantorAccount, testa.account_id)
        )
    )
    cut(after(35))
    deliver(tmp_path, after(35))
    assert testa.queue(after(35)) == 1
    assert templates(testa) == ["new_statement", "new_statement"]


@pytest.mark.parametrize("choice", ["paper", "email"])
def test_row_8_who_chose_another_channel_gets_no_text(testa: Phone, choice: str) -> None:
    with transaction() as session:
        session.get_one(GuarantorAccount, testa.account_id).bill_notices = choice
    assert testa.queue() == 0


def test_row_8_who_chose_email_gets_all_three_at_the_proven_address(testa: Phone) -> None:
    with transaction() as session:
        session.get_one(GuarantorAccount, testa.account_id).bill_notices = "email"
    sign_up(testa.account_id)
    for day in (DAY, testa.before_due(), testa.after_due()):
        assert testa.queue(day) == 1
        assert testa.queue(day) == 0
        assert testa.send(testa.messages()[-1], noon(day)) == "sent"
    assert {(m.channel, m.recipient) for m in testa.messages()} == {("email", "testa@example.com")}
    assert testa.texts() == []


def test_MSG_16_an_email_about_a_paid_bill_does_not_leave(testa: Phone) -> None:
    with transaction() as session:
        session.get_one(GuarantorAccount, testa.account_id).bill_notices = "email"
    sign_up(testa.account_id)
    testa.queue()
    later(lambda book: book.pay(testa.bill, 5000, on=DAY))
    assert testa.send(testa.only(), noon(DAY)) == "canceled"


def test_MSG_24_a_statement_that_came_by_email_is_not_told_twice(testa: Phone) -> None:
    with transaction() as session:
        session.get_one(GuarantorAccount, testa.account_id).bill_notices = "email"
        session.add(
            StatementDelivery(
                statement_id=testa.statement.id,
                channel="email",
                delivered_on=DAY,
                returned_on=None,
            )
        )
    sign_up(testa.account_id)
    assert testa.queue() == 0
    assert testa.queue(testa.before_due()) == 1


def test_STMT_20_texts_name_the_date_of_the_paper_that_replaced_a_bounced_email(
    testa: Phone,
) -> None:
    with transaction() as session:
        session.get_one(GuarantorAccount, testa.account_id).text_grade = "full"
        first = session.scalars(select(StatementDelivery)).one()
        first.channel, first.returned_on = "email", after(2)
        session.flush()
        session.add(
            StatementDelivery(
                statement_id=testa.statement.id,
                channel="paper",
                delivered_on=after(4),
                returned_on=None,
                due_on=after(29),
            )
        )
    for n in (4, 29 - 7, 29 + 3):
        assert testa.queue(after(n - 1)) == 0
        assert testa.queue(after(n)) == 1
        assert testa.send(testa.messages()[-1], noon(after(n))) == "sent"
    assert short_day(after(29), "en") in testa.texts()[0]


def test_MSG_16_a_payment_that_holds_the_account_first_stops_the_text_within_a_second(
    testa: Phone,
) -> None:
    """The race: the text leaves while a payment is being posted. The sender waits and finds it paid."""
    testa.queue()
    message, locked, go = testa.only(), Event(), Event()

    def pay() -> None:
        with transaction() as session:
            lock_accounts(session, [testa.account_id])
            locked.set()
            go.wait(10)
            World(session, counter=900_000).pay(testa.bill, 5000, on=DAY)

    with ThreadPoolExecutor(2) as threads:
        paying = threads.submit(pay)
        assert locked.wait(10)
        sending = threads.submit(testa.send, message, noon(DAY))
        go.set()
        paying.result()
        assert sending.result() == "canceled"
    assert testa.texts() == []


def test_CORE_5_two_workers_send_one_text(testa: Phone) -> None:
    testa.queue()
    message = testa.only()
    # The first is still at the provider, which does not list the text yet, when the second begins.
    testa.sandbox.control("faults", do="delay", secs=1, path="Messages.json")
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda _: testa.send(message, noon(DAY)), range(2)))
    assert len(testa.texts()) == 1


def test_row_87_two_runs_at_once_queue_one_text(testa: Phone) -> None:
    with ThreadPoolExecutor(2) as threads:
        counts = list(
            threads.map(
                lambda _: queue_notices(on=DAY, now=noon(DAY), public_url=PUBLIC_URL), range(2)
            )
        )
    assert sorted(counts) == [0, 1]


def test_MSG_16_the_windows_never_meet() -> None:
    sent_on, due_on = date(2026, 3, 2), date(2026, 3, 23)
    firsts = [first_day(notice, sent_on=sent_on, due_on=due_on) for notice in BillNotice]
    assert firsts == [date(2026, 3, 2), date(2026, 3, 16), date(2026, 3, 26)]
    assert notice_on(sent_on=sent_on, due_on=due_on, on=date(2026, 3, 10)) is None
