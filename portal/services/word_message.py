"""Fill a text's template at the moment of sending, with a fresh link and today's amount (MSG-9, MSG-22)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import phonenumbers
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.text_templates import NEWS, PAY_LINK, PHONE_LONGEST, Grade, render, short_name
from billing.visit_texts import VISIT_TEXTS, WAIT_LIST
from portal.models.accounts import GuarantorAccount
from portal.models.messages import OutboundMessage
from portal.models.pay_links import PayLink
from portal.models.practice import Practice
from portal.queries.notice_facts import NoticeFacts
from portal.queries.reach import PhoneReach
from portal.services.issue_pay_link import name_pay_link
from portal.services.issue_text_link import issue_text_link
from portal.services.word_visit import VISIT_PAGES, short_day, visit_values

AMOUNT_LONGEST = 10  # $99,999.99: what the proven lengths leave room for


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """What a link in a message is made of: `gateways.hash_keys`, newest first, and the public address."""

    hash_keys: Sequence[bytes]
    public_url: str


@dataclass(frozen=True, slots=True)
class Worded:
    """The words, and the version of them."""

    body: str
    version: str


def word_message(
    session: Session,
    message: OutboundMessage,
    reach: PhoneReach,
    practice: Practice,
    facts: NoticeFacts | None,
    *,
    now: datetime,
    links: Links,
) -> Worded:
    """The text as it leaves."""
    account = reach.account
    url = _url(session, message, account, now=now, links=links)
    values = {"org": text_name(practice), "phone": short_phone(practice.phone), "url": url}
    grade = reach.grade
    if message.template in VISIT_TEXTS:
        values |= visit_values(session, message, language=account.language)
        grade = reach.offer_grade if message.template == WAIT_LIST else grade
    if facts is not None:
        values["amount"] = str(facts.due)
        values["due"] = short_day(facts.due_on, account.language)
        if len(values["amount"]) > AMOUNT_LONGEST:
            grade = Grade.LINK
    body, version = render(message.template, language=account.language, grade=grade, **values)
    return Worded(body, version)


def _url(
    session: Session,
    message: OutboundMessage,
    account: GuarantorAccount,
    *,
    now: datetime,
    links: Links,
) -> str:
    """A fresh link to the bills; to what waits behind the sign-in only the plain address, which opens nothing for a guest."""
    pages = NEWS | VISIT_PAGES
    if message.template in pages:
        return links.public_url + pages[message.template]
    if message.template == PAY_LINK:
        link = session.scalars(select(PayLink).where(PayLink.message_id == message.id)).one()
        return name_pay_link(link, now=now, keys=links.hash_keys, public_url=links.public_url)
    return issue_text_link(
        session,
        guarantor_account_id=account.id,
        appointment_id=message.appointment_id,
        phone=message.recipient,
        now=now,
        hash_keys=links.hash_keys,
        public_url=links.public_url,
    )


def text_name(practice: Practice) -> str:
    """The practice in a text: its own short name, else its name cut to fit."""
    return practice.text_name or short_name(practice.name)


def short_phone(phone: str) -> str:
    """212-555-0100, which every phone turns into a link; another form is left as it is."""
    try:
        number = phonenumbers.parse(phone, "US")
    except phonenumbers.NumberParseException:
        return phone[:PHONE_LONGEST]
    if not phonenumbers.is_possible_number(number):
        return phone[:PHONE_LONGEST]
    digits = str(number.national_number)
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
