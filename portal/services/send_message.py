"""Texts and e-mails: queued with the work that causes them, sent by a job, at most once when in doubt."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import case, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.text_templates import LINK, LINK_HIDDEN, NEWS
from portal.db import alone, read_only, transaction
from portal.models.messages import OutboundMessage
from portal.ports import (
    Accepted,
    Attachment,
    BadAddress,
    EmailSender,
    OptedOut,
    Refused,
    RetryLater,
    SmsSender,
)
from portal.queries.reach import RULE, mailbox
from portal.queries.statement_sent import ON_ITS_WAY
from portal.queue import enqueue
from portal.services.clear_message import Stop, Wait, clear_message
from portal.services.clear_visit import OFFER_OVER, STALE, is_late
from portal.services.lock_message import lock_message, lock_waiting
from portal.services.mail_news import mail_news
from portal.services.mail_visit import visit_file
from portal.services.note_status import note_status
from portal.services.note_undelivered import note_undelivered
from portal.services.notice_mail import is_letter, letter_may_leave, record_letter
from portal.services.record_text_consent import Said, withdraw_all_texts
from portal.services.statement_notice import is_notice, may_leave, record_notice
from portal.services.tell_visit_otherwise import tell_visit_otherwise
from portal.services.word_message import Links

# Their words open a sign-in: once handed over they are not kept, nor copied into every backup.
SECRETS = (
    "sign_in_code",
    "code",
    "email_code",
    "change_code",
    "staff_invitation",
    "link_code",
    "paperless_sample",
    "proxy_invitation",
    "security/email/reset_instructions",
)

# MSG-20: kept without what the link opens.
_KEPT_BODY = case(
    (OutboundMessage.template.in_(SECRETS), ""),
    else_=func.regexp_replace(OutboundMessage.body, LINK.pattern, LINK_HIDDEN, "g"),
)


def queue_text(
    session: Session, *, to: str, template: str, body: str, now: datetime, version: str = ""
) -> int | None:
    """Write a text that somebody has just asked for, a code or an answer, in the caller's transaction.

    The body carries no PHI (MSG-9). It has no category, so nobody judges it when it leaves; it bears no account,
    so no sweep sends it hours later, at night or after a STOP. Everything else is a row with a category.
    """
    return queue_row(
        session,
        channel="sms",
        recipient=to,
        template=template,
        template_version=version,
        body=body,
        created_at=now,
    )


def queue_row(
    session: Session, *, not_before: datetime | None = None, **values: object
) -> int | None:
    """Write a message of these columns and its job; None when `dedupe_key` or `fallback_of_id` was used before."""
    statement = (
        insert(OutboundMessage)
        .values(state="queued", not_before=not_before, **values)
        .on_conflict_do_nothing()
        .returning(OutboundMessage.id)
    )
    message_id = session.scalar(statement)
    if message_id is not None:
        enqueue(session, "send_message", not_before=not_before, message_id=message_id)
    return message_id


def send_message(
    *,
    message_id: int,
    sms: SmsSender,
    email: EmailSender,
    now: datetime,
    links: Links | None = None,
) -> str:
    """Hand one message to its provider and return its state; a message already over is left alone.

    So is one that another worker is handing over at this moment: the provider may not list it yet. One that belongs to a category is judged first (clear_message): it may be given up or wait. `links` is needed
    for those.
    """
    with alone(f"message {message_id}") as mine:
        if not mine:
            return "sending"
        return _send(message_id, sms, email, now, links)


def _send(
    message_id: int, sms: SmsSender, email: EmailSender, now: datetime, links: Links | None
) -> str:
    message, doubtful = _claim(message_id, now, links)
    if message.state != "sending":
        return message.state
    try:
        accepted = _hand_over(message, doubtful, sms, email)
    except OptedOut as refused:
        error, phone = str(refused), message.recipient
        return _close(message_id, state="refused", error=error, now=now, opted_out=phone)
    except BadAddress as refused:
        error = str(refused)
        return _close(message_id, state="refused", error=error, now=now, bad_address=True)
    except Refused as refused:
        return _close(message_id, state="refused", error=str(refused), now=now)
    except RetryLater:
        # Nothing was sent: the next try starts afresh. An unknown outcome stays in "sending".
        _close(message_id, state="queued", error="", now=now)
        raise
    if accepted is None:
        # An earlier try never arrived. A day may have passed since: everything is asked again.
        _close(message_id, state="queued", error="", now=now)
        return _send(message_id, sms, email, now, links)
    return _close(message_id, state="sent", error="", now=now, accepted=accepted, sent_at=now)


def _claim(message_id: int, now: datetime, links: Links | None) -> tuple[OutboundMessage, bool]:
    """The message, marked as being sent; true when an earlier try may have sent it.

    The account is locked first: a payment or hold either stands in the books already, or waits for us.
    """
    with transaction() as session:
        message = _lock(session, message_id)
        doubtful = message.state == "sending"
        # A second try of a notice is asked about again too: a hold may have come in between.
        asked = is_notice(message) and message.state in ON_ITS_WAY
        if asked and not may_leave(session, message, now=now):
            return message, doubtful
        waits = is_letter(message) and message.state in ON_ITS_WAY
        if waits and not letter_may_leave(session, message, now=now):
            return message, doubtful
        if message.state == "queued" and _is_safe(session, message, now):
            if message.category:
                _judge(session, message, now, links)
            else:
                _begin(session, message, now)
        return message, doubtful


def _is_safe(session: Session, message: OutboundMessage, now: datetime) -> bool:
    """Send an e-mail where its reader asked for as of now; nowhere, where they asked for that (HIPAA-10)."""
    if message.channel != "email":
        return True  # the number of a text is asked with its consent
    to = mailbox(session, message.recipient, account_id=message.guarantor_account_id)
    if to:
        message.recipient = to
        return True
    message.state, message.gate, message.ended_at = "canceled", RULE, now
    note_status(session, message.id, "canceled", now=now, error=RULE)
    return False


def _lock(session: Session, message_id: int) -> OutboundMessage:
    message = lock_message(session, message_id)
    if message is None:
        raise AssertionError("a message is never deleted")
    return message


def _begin(session: Session, message: OutboundMessage, now: datetime) -> None:
    message.state = "sending"
    message.sent_at = now
    message.tries += 1
    note_status(session, message.id, "sending", now=now)


def _judge(session: Session, message: OutboundMessage, now: datetime, links: Links | None) -> None:
    """Let it leave, wait or end, and keep what was said (MSG-20)."""
    if message.not_before is not None and message.not_before > now:
        return  # its own job comes then
    if links is None:
        raise ValueError("a message of a category is worded when it leaves: it needs links")
    # Two accounts may share a phone: its caps are counted by one at a time.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(message.recipient))))
    answer = clear_message(session, message, now=now, links=links)
    if isinstance(answer, Wait) and _cannot_wait(session, message, answer):
        answer = Stop((answer.rule,))  # it is not kept back for a day: it is told otherwise now
    if isinstance(answer, Stop):
        _tell_otherwise(session, message, answer, now, links)
        message.state, message.ended_at = "canceled", now
        message.gate = ", ".join(answer.rules)
        note_status(session, message.id, "canceled", now=now, error=message.gate)
    elif isinstance(answer, Wait):
        message.gate, message.not_before = answer.rule, answer.until
        if answer.until is not None:
            enqueue(session, "send_message", not_before=answer.until, message_id=message.id)
    else:
        message.gate, message.consent_id = "allowed", answer.consent_id
        message.body, message.template_version = answer.words.body, answer.words.version
        _begin(session, message, now)


def _cannot_wait(session: Session, message: OutboundMessage, answer: Wait) -> bool:
    news = message.template in NEWS and message.channel == "sms"
    return news or is_late(session, message, answer.until)


def _tell_otherwise(
    session: Session, message: OutboundMessage, answer: Stop, now: datetime, links: Links
) -> None:
    """What is new waits, and no text may say so."""
    if message.channel == "sms" and answer.rules not in (STALE, OFFER_OVER):
        tell_visit_otherwise(session, message, public_url=links.public_url, now=now)
    if message.template in NEWS and message.channel == "sms":
        mail_news(
            session,
            template=message.template,
            account_id=message.guarantor_account_id or 0,
            about=f"text:{message.id}",
            public_url=links.public_url,
            now=now,
        )


def _hand_over(
    message: OutboundMessage, doubtful: bool, sms: SmsSender, email: EmailSender
) -> Accepted | None:
    """What the provider says; None when a text of a category must be judged anew before a second try."""
    if message.channel == "email":
        # A second copy bears the same id, and mail programs show one.
        return email.send(
            to=message.recipient,
            subject=message.subject,
            body=message.body,
            message_id=f"message-{message.id}",
            attachment=_file_of(message),
        )
    if doubtful:
        since = message.created_at
        earlier = sms.find(to=message.recipient, body=message.body, since=since)
        if earlier is not None or message.category:
            return earlier
    return sms.send(to=message.recipient, body=message.body)


def _file_of(message: OutboundMessage) -> Attachment | None:
    """Made as it leaves: nothing of it is kept."""
    with read_only() as session:
        return visit_file(session, message, now=message.sent_at or message.created_at)


def _close(
    message_id: int,
    *,
    state: str,
    error: str,
    now: datetime,
    accepted: Accepted | None = None,
    sent_at: datetime | None = None,
    opted_out: str = "",
    bad_address: bool = False,
) -> str:
    with transaction() as session:
        if opted_out:
            lock_waiting(session, phone=opted_out, account_id=None)
        message = _lock(session, message_id)
        if message.state != "sending":
            return message.state  # a bounce, or another who looked after it, was faster than we
        values: dict[str, object] = {"state": state, "error": error, "sent_at": sent_at}
        if accepted is not None:
            values["provider_id"] = accepted.provider_id
        if state != "queued":
            values["body"] = _KEPT_BODY
            values["ended_at"] = now if state == "refused" else None
        session.execute(
            update(OutboundMessage).where(OutboundMessage.id == message_id).values(**values)
        )
        note_status(session, message_id, state, now=now, error=error)
        if state == "sent" and is_notice(message):
            record_notice(session, message, now=now)
        if state == "sent" and is_letter(message):
            record_letter(session, message, now=now)
        if state == "refused" and message.channel == "email":
            note_undelivered(session, message, bad_address=bad_address, now=now)
        if state == "refused":
            enqueue(session, "answer_failure", message_id=message_id)
        if opted_out:
            said = Said(source="carrier", wording="21610")
            withdraw_all_texts(session, phone=opted_out, said=said, now=now)
    return state
