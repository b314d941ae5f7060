"""An e-mail did not arrive: back to paper, no D0 from it, and a person where nothing else is left (STMT-18, CORE-3)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.models.accounts import GuarantorAccount
from portal.models.consents import ESignConsent
from portal.models.identity import Login
from portal.models.messages import OutboundMessage
from portal.models.statements import Statement, StatementDelivery
from portal.queries.reach import NO_MAIL, paper_lines
from portal.services.consent_paperless import newest_consents
from portal.services.first_statement import clear_clocks
from portal.services.judge_reach import judge_reach
from portal.services.note_delivery import Happened, note_delivery
from portal.services.notice_mail import is_letter, letter_bounced
from portal.services.open_work import open_work
from portal.services.practice_date import practice_date
from portal.services.statement_notice import EMAIL, is_notice

SOFT_FAILURES = 3  # given up so often, with nothing that arrived in between: the address is no use
SOURCE = "bounce"


def note_undelivered(
    session: Session, message: OutboundMessage, *, bad_address: bool, now: datetime
) -> None:
    """Draw every consequence in the caller's transaction; the caller has set the message's state."""
    if is_notice(message):
        _take_back(session, message, now)
    if is_letter(message):
        letter_bounced(session, message, now=now)
    if bad_address or _gave_up_often(session, message):
        _suspend(session, message, now)


def _take_back(session: Session, message: OutboundMessage, now: datetime) -> None:
    """Its delivery was none; the next run mails the same statement on paper."""
    returned = session.execute(
        update(StatementDelivery)
        .where(
            StatementDelivery.statement_id == message.statement_id,
            StatementDelivery.channel == EMAIL,
            StatementDelivery.returned_on.is_(None),
        )
        .values(returned_on=practice_date(session, now))
        .returning(StatementDelivery.statement_id, StatementDelivery.delivered_on)
    ).one_or_none()
    if returned is not None:
        clear_clocks(session, returned.statement_id, returned.delivered_on)
        statement = session.get_one(Statement, returned.statement_id)
        fact = Happened(
            source=f"message:{message.id}:bounced",
            statement_id=statement.id,
            channel=EMAIL,
            status="bounced",
            address=message.recipient,
            content_hash=statement.content_hash,
            happened_on=practice_date(session, now),
            detail=message.error,
        )
        note_delivery(session, fact, now=now)


def _gave_up_often(session: Session, message: OutboundMessage) -> bool:
    arrived = (
        select(func.coalesce(func.max(OutboundMessage.id), 0))
        .where(
            OutboundMessage.channel == EMAIL,
            OutboundMessage.recipient == message.recipient,
            OutboundMessage.state == "sent",
        )
        .scalar_subquery()
    )
    failures = session.scalars(
        select(func.count()).where(
            OutboundMessage.channel == EMAIL,
            OutboundMessage.recipient == message.recipient,
            OutboundMessage.state == "undelivered",
            OutboundMessage.id > arrived,
        )
    ).one()
    return failures >= SOFT_FAILURES


def _suspend(session: Session, message: OutboundMessage, now: datetime) -> None:
    """Mark the address of the sign-in, and end each consent that relied on it."""
    login_id = session.scalar(
        update(Login)
        .where(Login.face == "patient", Login.email == message.recipient)
        .values(email_failed_at=now)
        .returning(Login.id)
    )
    relying = session.scalars(
        select(ESignConsent.guarantor_account_id)
        .where(ESignConsent.email == message.recipient)
        .distinct()
    ).all()
    for account_id, consent in sorted(newest_consents(session, relying).items()):
        if consent.granted and consent.email == message.recipient:
            session.add(
                ESignConsent(
                    guarantor_account_id=account_id,
                    granted=False,
                    source=SOURCE,
                    email=consent.email,
                    at=now,
                    login_id=login_id,
                )
            )
    if message.guarantor_account_id is not None:
        judge_reach(session, message.guarantor_account_id, now=now)
        _ask_a_person(session, message.guarantor_account_id, now)


def _ask_a_person(session: Session, account_id: int, now: datetime) -> None:
    """No e-mail and no complete address: nothing that we write can arrive."""
    account = session.get_one(GuarantorAccount, account_id)
    if paper_lines(session, [account])[account_id]:
        return
    open_work(
        session,
        key=f"unreachable:{account_id}:{now:%Y-%m-%d}",
        kind="unreachable",
        reasons=[f"e-mail came back, and {NO_MAIL}"],
        next_step="Call the patient for an address, or look it up.",
        account_id=account_id,
        now=now,
    )
