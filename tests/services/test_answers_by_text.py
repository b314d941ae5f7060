"""C, R and 1 after a reminder, from the text that came in to the visit and the one answer (MSG-3, MSG-19)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from portal.db import read_only, transaction
from portal.models.accounts import GuarantorAccount
from portal.models.appointments import Appointment
from portal.models.messages import OutboundMessage, ThreadMessage
from portal.models.text_links import TextLink
from portal.models.work import WorkItem
from portal.queries.staff_thread import staff_thread
from portal.services.appointment_actor import Actor
from portal.services.cancel_appointment import cancel_appointment
from portal.services.handle_text import handle_text
from portal.services.queue_visit_reminders import queue_visit_reminders
from portal.services.tell_visit_otherwise import tell_visit_otherwise
from portal.services.text_visit_news import text_visit_news
from tests.services.visit_world import LINKS, URL, Calendar, Worker, at, change, outbound

PHONE = "+12125550142"
DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=9)


@dataclass
class Reader:
    """One phone whose reminders have just arrived."""

    visits: list[UUID]
    worker: Worker

    def says(self, body: str, at: datetime = LATER, sid: str = "", phone: str = PHONE) -> str:
        with transaction() as session:
            message = ThreadMessage(
                author="patient",
                channel="sms",
                phone=phone,
                kind="received",
                body=body,
                provider_id=sid or uuid4().hex,
                at=at,
            )
            session.add(message)
            session.flush()
            message_id = message.id
        kind = handle_text(message_id=message_id, answered=False, now=at, links=LINKS)
        # The job may run twice: nothing more happens.
        assert handle_text(message_id=message_id, answered=False, now=at, links=LINKS) == kind
        return kind

    def hears(self) -> list[str]:
        """The answers, by template; with their words they leave too."""
        self.worker.work(LATER)
        return [m.template for m in outbound() if m.category == "" and m.channel == "sms"]

    def account_id(self) -> int:
        with read_only() as session:
            return session.scalars(select(GuarantorAccount.id)).one()

    def visit(self, number: int = 0) -> Appointment:
        with read_only() as session:
            return session.get_one(Appointment, self.visits[number])


def reader(*starts: datetime, language: str = "en", **fields) -> Reader:
    with transaction() as session:
        book = Calendar(session)
        book.practice(text_name="Example Family")
        book.calendar()
        mine = {"phone": PHONE, "language": language, "login": "t@example.com"} | fields
        patient = book.person(**mine)
        visits = [
            book.booked(patient, one, set_at=NOW - timedelta(days=30), provider_id=book.provider())
            for one in starts
        ]
    queue_visit_reminders(on=DAY, now=NOW, public_url=URL)
    found = Reader(visits, Worker())
    found.worker.work(NOW)
    return found


@pytest.fixture
def testa(database_url: str) -> Reader:
    return reader(at(DAY + timedelta(days=3), time(14)))


@pytest.mark.parametrize("body", ["1", "confirmo"])
def test_MSG_19_the_visit_is_confirmed_once(testa: Reader, body: str) -> None:
    assert testa.says(body) == "confirm"
    row = testa.visit()
    assert (row.confirmed_at, row.confirmed_via) == (LATER, "text")
    assert testa.says("C", LATER + timedelta(minutes=1)) == "confirm"
    assert testa.visit().confirmed_at == LATER
    assert testa.hears()[0] == "visit_confirmed"
    assert "Thank you. Your visit is confirmed." in testa.worker.post.texts[1][2]


def test_MSG_9_and_19_r_gets_a_link_to_that_one_visit_whose_token_is_not_kept(
    testa: Reader,
) -> None:
    assert testa.says("R please") == "change"
    assert testa.hears() == ["visit_move"]
    sent = testa.worker.post.texts[-1][2]
    token = sent.split("/v/")[1].split()[0]
    with read_only() as session:
        links = session.scalars(select(TextLink).order_by(TextLink.id)).all()
        kept = session.scalars(
            select(OutboundMessage.body).where(OutboundMessage.template == "visit_move")
        ).one()
    assert {link.appointment_id for link in links} == {testa.visits[0]}
    assert token not in kept
    assert testa.visit().state == "booked"


def test_MSG_3_cancel_ends_texts_and_the_answer_says_that_the_visit_stands(testa: Reader) -> None:
    assert testa.says("CANCEL") == "stop"
    assert testa.hears() == ["opt_out_visit"]
    assert testa.visit().state == "booked"
    assert (
        testa.says("C", LATER + timedelta(minutes=1)) == "confirm"
    )  # the visit is still asked about


def test_MSG_3_a_reminder_that_stop_took_back_goes_by_e_mail_with_the_next_run(
    testa: Reader,
) -> None:
    with transaction() as session:  # it waits for the morning as the STOP comes
        session.scalars(select(OutboundMessage)).one().state = "queued"
    assert testa.says("STOP") == "stop"
    queue_visit_reminders(on=DAY, now=LATER, public_url=URL)
    queue_visit_reminders(on=DAY, now=LATER, public_url=URL)
    testa.worker.work(LATER)
    assert [to for _, to, _ in testa.worker.post.emails] == ["t@example.com"]


def test_MSG_3_stop_is_answered_as_ever(testa: Reader) -> None:
    assert testa.says("STOP") == "stop"
    assert testa.hears() == ["opt_out"]


@pytest.mark.parametrize("body", ["Y", "yes", "no puedo ir"])
def test_MSG_19_what_answers_no_question_goes_to_a_person_with_one_reply_a_day(
    testa: Reader, body: str
) -> None:
    assert testa.says(body) == "question"
    assert testa.says(body, LATER + timedelta(minutes=5)) == "question"
    assert testa.hears() == ["text_received"]
    assert testa.visit().confirmed_at is None


@pytest.mark.parametrize(
    "fields", [{"state": "canceled"}, {"starts_at": at(DAY, time(15)), "time_set_at": LATER}]
)
def test_MSG_19_a_visit_that_was_moved_or_given_up_is_confirmed_by_nobody(
    testa: Reader, fields: dict
) -> None:
    change(testa.visits[0], **fields)
    assert testa.says("C", LATER + timedelta(minutes=1)) == "question"
    assert testa.visit().confirmed_at is None


def test_MSG_1_a_number_that_is_no_longer_theirs_confirms_nothing(testa: Reader) -> None:
    with transaction() as session:
        session.scalars(select(GuarantorAccount)).one().mobile = "+12125550199"
    assert testa.says("C") == "question"
    assert testa.visit().confirmed_at is None


def test_MSG_7_one_text_tells_of_several_and_a_bare_c_asks_which(database_url: str) -> None:
    two = reader(at(DAY + timedelta(days=3), time(14)), at(DAY + timedelta(days=3), time(15)))
    assert len(two.worker.post.texts) == 1
    assert "several visits" in two.worker.post.texts[0][2]
    told = [m for m in outbound() if m.category == "visits"]
    assert sorted((m.template, m.state) for m in told) == [
        ("visit_reminder", "canceled"),
        ("visits_reminder", "sent"),
    ]
    assert two.says("C") == "confirm"
    assert two.hears() == ["visit_which"]
    assert two.visit(0).confirmed_at is two.visit(1).confirmed_at is None


def test_MSG_22_in_spanish(database_url: str) -> None:
    ana = reader(at(DAY + timedelta(days=3), time(14)), language="es", text_grade="full")
    assert "Cita jue 5 mar 2:00 pm. Responda C si viene" in ana.worker.post.texts[0][2]
    ana.says("C")
    ana.hears()
    assert "Su cita esta confirmada" in ana.worker.post.texts[-1][2]


@pytest.mark.parametrize(("ahead", "leaves"), [(1, True), (3, False)])
def test_MSG_7_only_a_change_of_a_near_visit_by_the_practice_needs_no_cap(
    database_url: str, ahead: int, leaves: bool
) -> None:
    found = reader(at(DAY + timedelta(days=ahead), time(9)), text_grade="full")
    change(found.visits[0], state="canceled", state_at=LATER, canceled_side="practice")
    with transaction() as session:
        row = session.get_one(Appointment, found.visits[0])
        by_desk = Actor(None, "staff")
        for _ in range(2):
            text_visit_news(session, appointment=row, kind="canceled", actor=by_desk, now=LATER)
    found.worker.work(LATER)
    news = [m for m in outbound() if m.template == "visit_canceled"]
    assert [(m.state, m.gate) for m in news] == [
        ("sent", "allowed") if leaves else ("queued", "MSG-7")
    ]
    if leaves:
        assert "We called off your visit on Tue Mar 3." in found.worker.post.texts[-1][2]


@pytest.mark.parametrize(("starts", "calls"), [(8, 1), (13, 0)])
def test_MSG_8_called_off_in_the_evening_nobody_hears_of_it_after_they_came(
    database_url: str, starts: int, calls: int
) -> None:
    found = reader(at(DAY + timedelta(days=1), time(starts)), login="", text_grade="full")
    evening = at(DAY, time(20, 30))
    cancel_appointment(
        appointment_id=found.visits[0],
        side="practice",
        reason="provider_away",
        actor=Actor(None, "staff"),
        now=evening,
    )
    found.worker.work(evening)
    [news] = [m for m in outbound() if m.template == "visit_canceled" and m.channel == "sms"]
    assert news.state == ("canceled" if calls else "queued")  # or it leaves at nine
    with read_only() as session:
        told = session.scalars(select(WorkItem).where(WorkItem.kind == "visit_call")).all()
    assert len(told) == calls


@pytest.mark.parametrize(("ahead", "channel"), [(7, "paper"), (3, "")])
def test_MSG_13_without_an_e_mail_it_becomes_a_letter_or_near_the_visit_a_call(
    database_url: str, ahead: int, channel: str
) -> None:
    reader(at(DAY + timedelta(days=ahead), time(14)), login="")
    with transaction() as session:
        row = session.scalars(select(OutboundMessage).where(OutboundMessage.channel == "sms")).one()
        for _ in range(2):
            assert tell_visit_otherwise(session, row, public_url=URL, now=LATER)
    with read_only() as session:
        calls = session.scalars(select(WorkItem).where(WorkItem.kind == "visit_call")).all()
    assert [m.channel for m in outbound() if m.channel != "sms"] == ([channel] if channel else [])
    assert len(calls) == (0 if channel else 1)


def test_MSG_20_staff_see_the_conversation_with_what_became_of_each_text(testa: Reader) -> None:
    testa.says("C")
    testa.hears()
    page = staff_thread(testa.account_id())
    assert page is not None
    answer, theirs, reminder = page.entries.rows
    assert (theirs.author, theirs.kind, theirs.body, theirs.open) == (
        "patient",
        "confirm",
        "C",
        False,
    )
    assert answer.body == "Answer: the visit is confirmed"
    assert "Your visit is confirmed." in answer.said
    assert reminder.body == "Reminder of a visit"
    assert "[link]" in reminder.said
    assert reminder.history is not None
    assert [note.status for note in reminder.history.statuses] == ["sending", "sent"]
    assert reminder.history.version.endswith(".en.link")
    assert (reminder.history.gate, reminder.history.consent_source) == ("allowed", "web")


def test_MSG_13_a_text_that_does_not_arrive_becomes_an_e_mail(database_url: str) -> None:
    found = reader(at(DAY + timedelta(days=7), time(14)))
    [message] = [m for m in outbound() if m.channel == "sms"]
    assert message.state == "sent"
    with transaction() as session:
        row = session.get_one(OutboundMessage, message.id)
        assert tell_visit_otherwise(session, row, public_url=URL, now=LATER)
    found.worker.work(LATER)
    [(_, to, body)] = found.worker.post.emails
    assert to == "t@example.com"
    assert "Your visit is on Monday, March 9 at 2:00 pm." in body
