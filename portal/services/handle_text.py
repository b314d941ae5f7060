"""Act on one text from a phone: stop, start, help, wrong number, or pass it on to a person (MSG-3 to 5, MSG-19)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from billing.inbound_texts import Meaning, Reading, read_text
from billing.visit_texts import STOPPED
from portal.db import transaction
from portal.models.messages import OutboundMessage, ThreadMessage
from portal.queries.open_questions import open_questions
from portal.queries.text_senders import Sender, is_stopped, senders, taken_by_stop
from portal.services.answer_reply import Wanted, answer, carry_out, wanted_by
from portal.services.hear_complaint import hear_complaint
from portal.services.open_text_work import open_text_work
from portal.services.receive_text import RECEIVED
from portal.services.record_text_consent import Said, grant_texts, withdraw_all_texts
from portal.services.text_answers import may_answer_still, queue_answer
from portal.services.unlink_phone import unlink_phone
from portal.services.word_message import Links

CONFIRM_WITHIN = timedelta(minutes=5)  # MSG-4; what comes later is one text too many
DAY = timedelta(days=1)
CANCEL = re.compile(r"\W*cancel", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """A text with what we know of its sender."""

    message: ThreadMessage
    accounts: tuple[Sender, ...]
    reading: Reading
    answered: bool
    now: datetime

    @property
    def phone(self) -> str:
        return self.message.phone

    @property
    def language(self) -> str:
        """That of everybody who gave us the number; English where they differ, and for a stranger (MSG-22)."""
        spoken = {sender.language for sender in self.accounts}
        return spoken.pop() if len(spoken) == 1 else "en"


def handle_text(
    *, message_id: int, answered: bool, now: datetime, links: Links | None = None
) -> str:
    """Do what the text asks for, once; returns its kind: stop, start, help, wrong_number, emergency or question,
    or that of an answer to us: confirm, change, take, leave.

    `answered`: the provider has replied by itself (MSG-11). The reply, the consents and what is given up commit
    together. Texts of one number are handled one after the other, so that two STOPs get one confirmation. An answer
    to a question of ours changes the calendar in a transaction of its own; without `links` none is looked for.
    """
    kind, heard, wanted = _read(message_id, answered, now, answers=links is not None)
    if heard is None or wanted is None or links is None:
        return kind
    template = carry_out(wanted, public_url=links.public_url, now=now)
    with transaction() as session:
        message = session.get_one(ThreadMessage, message_id, with_for_update=True)
        if message.kind == RECEIVED:
            message.kind = wanted.act.value
            message.seen_at = message.answered_at = now
            answer(
                session,
                wanted,
                template,
                phone=heard.phone,
                language=heard.language,
                links=links,
                now=now,
            )
        return message.kind


def _read(
    message_id: int, answered: bool, now: datetime, *, answers: bool
) -> tuple[str, _Heard | None, Wanted | None]:
    """Read it, and act at once on all but an answer to a question of ours: that is done after this transaction."""
    with transaction() as session:
        message = session.get_one(ThreadMessage, message_id)
        _one_at_a_time(session, message.phone)
        session.refresh(message, with_for_update=True)
        if message.kind != RECEIVED:
            return message.kind, None, None
        accounts = senders(session, message.phone)
        names = [name for sender in accounts for name in (sender.first_name, sender.last_name)]
        reading = read_text(message.body, names=names)
        if len(accounts) == 1:
            message.guarantor_account_id = accounts[0].account_id
        heard = _Heard(
            message=message, accounts=accounts, reading=reading, answered=answered, now=now
        )
        if answers and (wanted := _answers_us(session, heard)) is not None:
            return message.kind, heard, wanted
        message.kind = _act(session, heard)
        if message.kind in {"stop", "start", "help", "wrong_number"}:
            message.seen_at = message.answered_at = now  # nobody has to read it
        return message.kind, heard, None


def _answers_us(session: Session, heard: _Heard) -> Wanted | None:
    """An answer is a bare word or letter. A YES that brings texts back is no answer (MSG-11)."""
    reading = heard.reading
    if reading.emergency or reading.meaning not in {Meaning.QUESTION, Meaning.START}:
        return None
    if reading.meaning is Meaning.START and taken_by_stop(session, heard.phone):
        return None
    return wanted_by(session, heard.phone, heard.message.body, now=heard.now)


def _act(session: Session, heard: _Heard) -> str:
    if heard.reading.emergency:
        open_text_work(
            session, "emergency_text", heard.message.id, _ids(heard.accounts), now=heard.now
        )
    if heard.reading.meaning is Meaning.WRONG_NUMBER:
        return _wrong_number(session, heard)
    if heard.reading.meaning is Meaning.STOP:
        return _stop(session, heard, source="sms")
    if heard.reading.emergency:
        _answer(session, heard, "emergency")
        return "emergency"
    if heard.reading.meaning is Meaning.START and _start(session, heard):
        return "start"
    if heard.reading.meaning is Meaning.HELP:
        if not heard.answered:
            _answer(session, heard, "help")
        return "help"
    hear_complaint(session, heard.message, now=heard.now)
    if not is_stopped(session, heard.phone) and not _sent(session, heard, "text_received"):
        _answer(session, heard, "text_received")
    return "question"


def _stop(session: Session, heard: _Heard, *, source: str) -> str:
    stopped_before = is_stopped(session, heard.phone)
    stood = _meant_a_visit(session, heard)
    said = Said(source=source, wording=heard.message.body)
    account_id = heard.message.guarantor_account_id
    withdraw_all_texts(
        session, phone=heard.phone, said=said, guarantor_account_id=account_id, now=heard.now
    )
    in_time = heard.now - heard.message.at <= CONFIRM_WITHIN
    if in_time and not stopped_before and not heard.answered:
        template = "opt_out_emergency" if heard.reading.emergency else "opt_out"
        if stood and template == "opt_out":
            template = STOPPED
        queue_answer(
            session, to=heard.phone, template=template, language=heard.language, now=heard.now
        )
    elif heard.reading.emergency:
        _answer(session, heard, "emergency")
    return "stop"


def _meant_a_visit(session: Session, heard: _Heard) -> bool:
    """CANCEL after a reminder: they may have meant the visit, and have to be told that it stands."""
    if not CANCEL.match(heard.message.body):
        return False
    return open_questions(session, heard.phone, now=heard.now).visit is not None


def _start(session: Session, heard: _Heard) -> bool:
    """Bring back what STOP took away, and nothing that was never agreed to; false when there is nothing."""
    stopped = taken_by_stop(session, heard.phone)
    for yes in stopped:
        said = Said(
            source="sms",
            wording_version=yes.wording_version,
            wording=heard.message.body,
            language=yes.language,
        )
        grant_texts(
            session,
            phone=heard.phone,
            category=yes.category,
            guarantor_account_id=yes.account_id,
            said=said,
            now=heard.now,
        )
    if stopped and not heard.answered:
        _answer(session, heard, "opt_in_again")
    return bool(stopped)


def _wrong_number(session: Session, heard: _Heard) -> str:
    """The number is somebody else's: no text to it any more, and no account keeps it (MSG-1, MSG-19)."""
    _stop(session, heard, source="wrong_number")
    unlink_phone(session, phone=heard.phone, source=f"text:{heard.message.id}", now=heard.now)
    open_text_work(session, "wrong_number", heard.message.id, _ids(heard.accounts), now=heard.now)
    # What a stranger wrote does not belong in a patient's thread.
    heard.message.guarantor_account_id = None
    return "wrong_number"


def _answer(session: Session, heard: _Heard, template: str) -> None:
    if may_answer_still(session, heard.phone, now=heard.now):
        queue_answer(
            session, to=heard.phone, template=template, language=heard.language, now=heard.now
        )


def _sent(session: Session, heard: _Heard, template: str) -> bool:
    """Whether this answer went to the number within a day."""
    found = session.scalar(
        select(OutboundMessage.id)
        .where(
            OutboundMessage.recipient == heard.phone,
            OutboundMessage.template == template,
            OutboundMessage.created_at > heard.now - DAY,
        )
        .limit(1)
    )
    return found is not None


def _ids(accounts: tuple[Sender, ...]) -> tuple[int, ...]:
    return tuple(sender.account_id for sender in accounts)


def _one_at_a_time(session: Session, phone: str) -> None:
    """Wait for another text of the same number to be done; an unknown number has no row to lock."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"text:{phone}"}
    )
