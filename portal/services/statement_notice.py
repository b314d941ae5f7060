"""The e-mail that a statement is ready: queued with it, asked about when it leaves, its delivery once taken (CORE-3)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.holds import RULES, Action, Condition
from portal.models.messages import OutboundMessage
from portal.models.statements import Statement, StatementDelivery
from portal.queries.paperless import electronic_readers
from portal.queries.statement_sent import NOTICE
from portal.services import letters
from portal.services.first_statement import start_clocks
from portal.services.letters import Letterhead
from portal.services.note_delivery import Happened, note_delivery
from portal.services.note_status import note_status
from portal.services.practice_date import practice_date
from portal.services.queue_letter import queue_letter
from portal.services.statement_standing import denial, standing_of

EMAIL = "email"
NO_CONSENT = (RULES[Condition.NO_ESTATEMENT_CONSENT],)


def announce(
    session: Session, statement: Statement, *, to: str, head: Letterhead, now: datetime
) -> None:
    """Make the statement readable on our pages, and queue the notice of it."""
    queue_letter(
        session,
        to=to,
        letter=letters.statement_notice(head, number=statement.number),
        now=now,
        guarantor_account_id=statement.guarantor_account_id,
        statement_id=statement.id,
        dedupe_key=f"{NOTICE}:{statement.id}",
    )


def is_notice(message: OutboundMessage) -> bool:
    """Whether this message is the delivery of a statement."""
    return message.template == NOTICE and message.statement_id is not None


def may_leave(session: Session, message: OutboundMessage, *, now: datetime) -> bool:
    """Ask the gate at the moment of sending; a stopped notice is marked with what stopped it.

    When only the consent is gone, or the address is another's by now, paper goes out instead.
    """
    statement = session.get_one(Statement, message.statement_id)
    on = practice_date(session, now)
    standing = standing_of(session, [statement], on)[statement.id]
    readers = electronic_readers(session, account_ids=[statement.guarantor_account_id], now=now)
    reader = readers.get(statement.guarantor_account_id)
    rules = denial(session, statement, standing, Action.ELECTRONIC_STATEMENT)
    if not rules and (reader is None or reader.email != message.recipient):
        rules = NO_CONSENT
    message.gate = ", ".join(rules) or "allowed"
    if rules:
        message.state = "failed" if rules == NO_CONSENT else "canceled"
        message.ended_at = now
        note_status(session, message.id, message.state, now=now, error=message.gate)
    return not rules


def record_notice(session: Session, message: OutboundMessage, *, now: datetime) -> None:
    """The mail server took the notice: the statement is delivered on this day of the practice."""
    on = practice_date(session, now)
    delivered = session.scalar(
        insert(StatementDelivery)
        .values(
            statement_id=message.statement_id,
            channel=EMAIL,
            batch="",
            document="",
            delivered_on=on,
        )
        .on_conflict_do_nothing()
        .returning(StatementDelivery.statement_id)
    )
    if delivered is not None:
        _keep_evidence(session, message, on, now)
        start_clocks(session, [delivered], on)


def _keep_evidence(session: Session, message: OutboundMessage, on: date, now: datetime) -> None:
    statement = session.get_one(Statement, message.statement_id)
    fact = Happened(
        source=f"message:{message.id}:accepted",
        statement_id=statement.id,
        channel=EMAIL,
        status="accepted",
        address=message.recipient,
        content_hash=statement.content_hash,
        happened_on=on,
        detail=message.provider_id or "",
    )
    note_delivery(session, fact, now=now)
