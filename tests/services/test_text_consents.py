"""The consent ledger: by number, category and account; a no ends every yes and what waits to be sent."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.holds import Condition
from portal.models.consents import TextConsent
from portal.models.messages import OutboundMessage
from portal.queries.conditions import conditions
from portal.queries.text_consents import TextCategory, consent_history, standing_consent
from portal.services.record_text_consent import (
    Said,
    grant_texts,
    withdraw_all_texts,
    withdraw_texts,
)
from portal.services.send_message import queue_text
from tests.services.ledger_book import Book

PHONE = "+12125550142"
BILLING = TextCategory.BILLING
WEB = Said(source="web", wording_version="1", wording="I agree.", ip="192.0.2.1", user_agent="x")


@pytest.fixture
def book(session: Session) -> Book:
    return Book(session)


def agree(book: Book, now: datetime, account_id: int | None, category=BILLING, said=WEB) -> int:
    return grant_texts(
        book.session,
        phone=PHONE,
        category=category,
        guarantor_account_id=account_id,
        said=said,
        now=now,
    )


def stands(book: Book, account_id: int, category=BILLING) -> bool:
    found = standing_consent(
        book.session, phone=PHONE, category=category, guarantor_account_id=account_id
    )
    held = conditions(book.session, on=found.at.date() if found else datetime(2026, 3, 2).date())
    if category is BILLING:  # the gate's own query says the same
        assert (Condition.NO_SMS_CONSENT in held.of(account_id).kinds) is (found is None)
    return found is not None


def test_MSG_1_no_row_is_no_consent_and_a_yes_is_for_one_account_and_category(
    book: Book, now: datetime
) -> None:
    hers, his = (book.account(mobile=PHONE).id for _ in range(2))
    assert not stands(book, hers)
    agree(book, now, hers)
    assert stands(book, hers)
    assert not stands(book, his)
    assert not stands(book, hers, TextCategory.VISITS)


def test_MSG_1_the_wording_the_person_saw_is_kept(book: Book, now: datetime) -> None:
    account = book.account(mobile=PHONE)
    agree(book, now, account.id)
    [row] = consent_history(book.session, phone=PHONE, account_id=account.id)
    assert (row.wording_version, row.wording, row.source, row.at) == ("1", "I agree.", "web", now)
    stored = book.session.scalars(select(TextConsent)).one()
    assert (stored.ip, stored.user_agent) == ("192.0.2.1", "x")


def test_MSG_1_the_same_yes_is_one_row_and_a_new_wording_another(book: Book, now: datetime) -> None:
    account = book.account(mobile=PHONE)
    first = agree(book, now, account.id)
    assert agree(book, now, account.id) == first
    assert agree(book, now, account.id, said=Said(source="web", wording_version="2")) != first


def test_MSG_5_stop_ends_all_categories_of_all_accounts_on_the_number(
    book: Book, now: datetime
) -> None:
    hers, his = (book.account(mobile=PHONE).id for _ in range(2))
    for account_id in (hers, his):
        for category in TextCategory:
            agree(book, now, account_id, category)
    withdraw_all_texts(book.session, phone=PHONE, said=Said(source="sms", wording="STOP"), now=now)
    assert not any(stands(book, one, category) for one in (hers, his) for category in TextCategory)
    agree(book, now, None, said=Said(source="sms", wording="START"))  # from the phone itself
    assert stands(book, hers)
    assert stands(book, his)


def test_MSG_3_one_category_is_withdrawn_alone(book: Book, now: datetime) -> None:
    account_id = book.account(mobile=PHONE).id
    for category in (BILLING, TextCategory.VISITS):
        agree(book, now, account_id, category)
    withdraw_texts(
        book.session,
        phone=PHONE,
        category=BILLING,
        guarantor_account_id=account_id,
        said=WEB,
        now=now,
    )
    assert not stands(book, account_id)
    assert stands(book, account_id, TextCategory.VISITS)


def test_MSG_3_what_waits_is_given_up_but_a_code_is_not(book: Book, now: datetime) -> None:
    queue = {"to": PHONE, "template": "x", "body": "x", "now": now}
    waiting = queue_text(book.session, **queue)
    code = queue_text(book.session, **queue)
    assert waiting
    assert code
    book.session.get_one(OutboundMessage, waiting).category = BILLING.value
    withdraw_all_texts(book.session, phone=PHONE, said=Said(source="sms"), now=now)
    given_up = book.session.get_one(OutboundMessage, waiting, populate_existing=True)
    assert (given_up.state, given_up.gate, given_up.ended_at) == ("canceled", "MSG-3", now)
    assert book.session.get_one(OutboundMessage, code, populate_existing=True).state == "queued"
