"""Put the letters about visits into the day's mail batch: for who has neither a text nor an e-mail (SCH-9)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.reach import Lines
from billing.visit_reminders import by_letter
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.messages import OutboundMessage
from portal.models.practice import Practice
from portal.ports import PdfPrinter
from portal.queries.reach import RULE, paper_lines
from portal.queries.visit_facts import VisitFacts, visit_facts
from portal.services.clear_visit import STALE
from portal.services.mail_batch import Envelope, put_in_envelope
from portal.services.note_status import note_status
from portal.services.queue_visit_messages import PAPER
from portal.services.reminder_letters import When, printed_reminder
from portal.services.tell_visit_otherwise import ask_for_call


def print_visit_letters(
    *, on: date, now: datetime, printer: PdfPrinter, folder: Path
) -> tuple[Envelope, ...]:
    """Print each letter that waits, once; those printed on this day, earlier runs among them.

    A visit that was moved, confirmed or given up gets none. One that the post would not reach in time is a call.
    A file is written before its letter is marked: killed in between, the next run writes the same file again.
    """
    with transaction() as session:
        waiting = session.scalars(
            select(OutboundMessage)
            .where(OutboundMessage.channel == PAPER, OutboundMessage.state == "queued")
            .order_by(OutboundMessage.id)
            .with_for_update()
        ).all()
        for message in waiting:
            _print(session, message, on=on, now=now, printer=printer, folder=folder)
        session.flush()
        return _envelopes(session, on)


def _print(
    session: Session,
    message: OutboundMessage,
    *,
    on: date,
    now: datetime,
    printer: PdfPrinter,
    folder: Path,
) -> None:
    account = session.get_one(GuarantorAccount, message.guarantor_account_id)
    if message.appointment_id is None:
        raise AssertionError("a letter about a visit names its visit")
    facts = visit_facts(session, message.appointment_id)
    lines = paper_lines(session, [account])[account.id]
    visit = facts.visit
    true = visit.booked and not visit.confirmed and visit.set_at <= message.created_at
    rules = (() if lines else (RULE,)) if true and by_letter(visit, on=on) else STALE
    message.gate = ", ".join(rules) or "allowed"
    if rules:
        message.state, message.ended_at = "canceled", now
        if true:
            ask_for_call(session, facts, now=now)
    else:
        words = _words(session, account, facts, lines, on)
        put_in_envelope(folder, _file(message.id), printer.print("visit_letter", words))
        message.state, message.sent_at = "sent", now
        message.provider_id = (
            f"{on.isoformat()}/{_file(message.id)}"  # where it lies in the batches
        )
    note_status(session, message.id, message.state, now=now, error="" if not rules else rules[0])


def _words(
    session: Session, account: GuarantorAccount, facts: VisitFacts, lines: Lines, on: date
) -> Mapping[str, Any]:
    practice = session.get_one(Practice, 1)
    title, paragraphs = printed_reminder(
        When(facts.local), phone=practice.phone, language=account.language
    )
    return {
        "title": title,
        "practice": practice.name,
        "practice_address": [
            line
            for line in (
                practice.street,
                practice.street2,
                f"{practice.city}, {practice.state} {practice.postal_code}",
            )
            if line
        ],
        "practice_phone": practice.phone,
        "name": account.display_name,
        "address": list(lines),
        "on": f"{on:%B} {on.day}, {on.year}",
        "paragraphs": list(paragraphs),
    }


def _envelopes(session: Session, on: date) -> tuple[Envelope, ...]:
    rows = session.execute(
        select(OutboundMessage, GuarantorAccount)
        .join(GuarantorAccount, GuarantorAccount.id == OutboundMessage.guarantor_account_id)
        .where(OutboundMessage.channel == PAPER, OutboundMessage.provider_id.startswith(f"{on}/"))
        .order_by(OutboundMessage.id)
    ).all()
    lines = paper_lines(session, [account for _, account in rows])
    return tuple(
        Envelope(
            file=f"{_file(message.id)}.pdf", name=account.display_name, lines=lines[account.id]
        )
        for message, account in rows
    )


def _file(message_id: int) -> str:
    return f"letter-{message_id}"
