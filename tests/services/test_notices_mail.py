"""Letters announced by e-mail: asked again when the e-mail leaves, evidence from the mail server, paper for what came back (MSG-24, CORE-3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from billing.holds import Condition
from portal import db
from portal.models.consents import ESignConsent
from portal.models.messages import OutboundMessage
from portal.services.record_bounces import record_bounces
from tests.adapters.mail_server import MailServer, mail_server
from tests.services.notice_world import queue, send, the
from tests.services.paperless_world import BEFORE, EMAIL, Post, agree, open_post, outbox
from tests.services.statement_world import DAY, after, later, noon
from tests.services.test_notices import answer, deliveries, hold

pytestmark = pytest.mark.usefixtures("database_url")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(tmp_path) as running:
        yield running


@pytest.fixture
def post(tmp_path: Path, server: MailServer) -> Post:
    made = open_post(tmp_path, server)
    agree()
    made.send(BEFORE)
    return made


def waiting() -> OutboundMessage:
    [message] = outbox("letter_waiting")
    return message


def test_MSG_24_who_agreed_is_told_by_e_mail_and_the_server_s_word_is_the_evidence(post) -> None:
    notice_id = queue(answer(post.account_id)) or 0
    assert send(post.office).announced == 1
    assert the(notice_id).state == "sending"
    assert deliveries() == []  # nothing is delivered before a server took it
    post.send(noon(DAY))
    [fact] = deliveries()
    assert (fact.channel, fact.status, fact.address) == ("email", "accepted", EMAIL)
    assert fact.content_hash == the(notice_id).content_hash
    assert (the(notice_id).state, the(notice_id).sent_on) == ("sent", DAY)
    assert f"/letters/{notice_id}" in waiting().body


def test_CORE_3_what_came_back_goes_on_paper_and_both_facts_stay(post) -> None:
    notice_id = queue(answer(post.account_id)) or 0
    send(post.office)
    post.send(noon(DAY))
    record_bounces([post.report(waiting())], email=post.mailer, now=noon(after(1)))
    assert the(notice_id).state == "queued"
    assert send(post.office, on=after(1)).printed == 1
    assert [(one.channel, one.status) for one in deliveries()] == [
        ("email", "accepted"),
        ("email", "bounced"),
        ("paper", "handed_over"),
    ]
    record_bounces([post.report(waiting())], email=post.mailer, now=noon(after(2)))
    assert len(deliveries()) == 3  # the same report changes nothing


def test_CORE_5_a_hold_between_queue_and_sending_stops_it(post) -> None:
    notice_id = queue(answer(post.account_id)) or 0
    send(post.office)
    hold(post.account_id, Condition.DECEASED)
    post.send(noon(DAY))
    assert (the(notice_id).state, the(notice_id).gate) == ("stopped", "COLL-25")
    assert waiting().state == "canceled"


def test_STMT_18_a_consent_that_is_gone_means_paper(post) -> None:
    notice_id = queue(answer(post.account_id)) or 0
    send(post.office)
    later(
        lambda w: w.add(
            ESignConsent(
                guarantor_account_id=post.account_id,
                granted=False,
                source="test",
                email=EMAIL,
                at=noon(DAY),
            )
        )
    )
    post.send(noon(DAY))
    assert the(notice_id).state == "queued"
    assert send(post.office).printed == 1


def test_an_e_mail_that_nobody_took_in_two_days_is_given_up_for_paper(post) -> None:
    notice_id = queue(answer(post.account_id)) or 0
    send(post.office)
    assert send(post.office, on=DAY + timedelta(days=1)).printed == 0
    assert send(post.office, on=DAY + timedelta(days=3)).printed == 1
    assert (the(notice_id).state, waiting().state) == ("sent", "failed")
    with db.read_only() as session:
        assert len(session.scalars(select(OutboundMessage.id)).all()) >= 1
