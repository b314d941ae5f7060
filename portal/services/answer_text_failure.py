"""A text did not arrive: try again, tell by another channel, ask for a number, or stop them all (MSG-13)."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.text_failures import Remedy, remedy_for, wait_before_retry
from billing.text_templates import NEWS
from portal.models.messages import TEXTS, MessageSwitch, OutboundMessage, TextNumber
from portal.models.statements import Statement
from portal.queries.proven_email import proven_emails
from portal.services.judge_reach import judge_reach
from portal.services.letters import bill_notice, letterhead
from portal.services.mail_news import mail_news
from portal.services.open_work import open_work
from portal.services.practice_date import practice_date
from portal.services.queue_letter import queue_letter
from portal.services.record_text_consent import Said, withdraw_all_texts
from portal.services.send_message import queue_row
from portal.services.tell_visit_otherwise import tell_visit_otherwise

log = logging.getLogger(__name__)


def answer_text_failure(
    session: Session, message: OutboundMessage, *, code: str, public_url: str, now: datetime
) -> None:
    """Do what the provider's error asks for; each failed text has one follow-up at most (fallback_of_id).

    A code that somebody asked for has none: they ask again.
    """
    remedy = remedy_for(code)
    if remedy.opted_out and message.state != "refused":  # else send_message has noted it already
        said = Said(source="carrier", wording=code)
        withdraw_all_texts(session, phone=message.recipient, said=said, now=now)
    if remedy.bad_number:
        _mark_bad(session, message, code, remedy, now)
    if remedy.alert:
        _alert(session, code, remedy, now)
    if remedy.stops_texts:
        _stop_texts(session, code, now)
    if not message.category:
        return
    wait = wait_before_retry(code, tries=message.tries)
    if wait is not None:
        _try_again(session, message, now + wait, now)
    elif remedy.other_channel:
        _tell_otherwise(session, message, remedy, public_url, now)


def _mark_bad(
    session: Session, message: OutboundMessage, code: str, remedy: Remedy, now: datetime
) -> None:
    session.execute(
        insert(TextNumber)
        .values(phone=message.recipient, bad_since=now, bad_code=code)
        .on_conflict_do_update(
            index_elements=[TextNumber.phone], set_={"bad_since": now, "bad_code": code}
        )
    )
    if message.guarantor_account_id is not None:
        session.flush()
        judge_reach(session, message.guarantor_account_id, now=now)
    open_work(
        session,
        key=f"bad_number:{message.guarantor_account_id}:{message.recipient}",
        kind="bad_number",
        reasons=[f"texts do not reach the mobile: {remedy.means} ({code})"],
        next_step="Ask for another mobile number, or take this one off the account.",
        account_id=message.guarantor_account_id,
        now=now,
    )


def _alert(session: Session, code: str, remedy: Remedy, now: datetime) -> None:
    """One item a day for the same fault of our set-up at the provider."""
    log.error("texts_set_up_wrong", extra={"code": code})
    open_work(
        session,
        key=f"texts_alert:{code}:{practice_date(session, now).isoformat()}",
        kind="texts_alert",
        reasons=[f"{remedy.means} (Twilio {code})"],
        next_step="Mend it in the Twilio console. If texts are stopped, start them again under Texts.",
        now=now,
    )


def _stop_texts(session: Session, code: str, now: datetime) -> None:
    values = {"stopped_at": now, "reason": code, "resumed_by_id": None}
    session.execute(
        insert(MessageSwitch)
        .values(name=TEXTS, **values)
        .on_conflict_do_update(index_elements=[MessageSwitch.name], set_=values)
    )


def _try_again(
    session: Session, message: OutboundMessage, not_before: datetime, now: datetime
) -> None:
    queue_row(
        session,
        channel="sms",
        recipient=message.recipient,
        category=message.category,
        template=message.template,
        body="",
        guarantor_account_id=message.guarantor_account_id,
        statement_id=message.statement_id,
        appointment_id=message.appointment_id,
        waitlist_offer_id=message.waitlist_offer_id,
        fallback_of_id=message.id,
        tries=message.tries,
        created_at=now,
        not_before=not_before,
    )


def _tell_otherwise(
    session: Session, message: OutboundMessage, remedy: Remedy, public_url: str, now: datetime
) -> None:
    """By e-mail where an address is proven, else a person does it; the statement itself came on its own way."""
    account_id, statement_id = message.guarantor_account_id, message.statement_id
    if account_id is not None and message.template in NEWS:
        about = f"text:{message.id}"
        mail_news(
            session,
            template=message.template,
            account_id=account_id,
            about=about,
            public_url=public_url,
            now=now,
        )
        return
    if tell_visit_otherwise(session, message, public_url=public_url, now=now):
        return
    if account_id is None or statement_id is None:
        return
    addresses = proven_emails(session, account_id=account_id)
    if addresses:
        number = session.get_one(Statement, statement_id).number
        queue_letter(
            session,
            to=addresses[0],
            letter=bill_notice(letterhead(session, public_url=public_url), number=number),
            now=now,
            category=message.category,
            guarantor_account_id=account_id,
            statement_id=statement_id,
            fallback_of_id=message.id,
        )
        return
    open_work(
        session,
        key=f"unreached:{statement_id}:{message.template}",
        kind="unreached",
        reasons=[f"a text about a statement did not arrive: {remedy.means}"],
        next_step="Call, or send the notice on paper. No e-mail address is proven.",
        account_id=account_id,
        now=now,
    )
