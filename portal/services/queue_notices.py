"""The day's texts and e-mails about statements: new, due soon, due passed; each once, as the reader chose (MSG-16)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.money import ZERO
from billing.text_cadence import DAYS_AFTER, STALE_AFTER, BillNotice, notice_on
from portal.db import transaction
from portal.models.accounts import GuarantorAccount
from portal.models.consents import TextConsent
from portal.models.identity import AccountAccess, Login
from portal.models.messages import OutboundMessage
from portal.models.statements import Statement, StatementDelivery
from portal.queries.notice_channel import About, Channel, chose
from portal.queries.proven_email import IS_PROVEN
from portal.queries.reach import mailboxes, text_numbers
from portal.queries.statement_due import statement_due_on
from portal.queries.text_consents import TextCategory, not_withdrawn, said_for
from portal.queue import enqueue_all
from portal.services.letters import VERSION, Letterhead, bill_notice, letterhead

BY_EMAIL = "email"


def queue_notices(*, on: date, now: datetime, public_url: str) -> int:
    """Queue what each sent statement's day asks for; a second run of the day queues nothing. How many.

    Whether one may leave is asked when it is sent. One that is out of date by then never does.
    """
    with transaction() as session:
        wanted = [
            _values(sent.statement, notice, mobile, now)
            for sent, mobile in _by_text(session, on)
            if (notice := sent.notice(on)) is not None
        ]
        ids = _insert(session, wanted)
        head = letterhead(session, public_url=public_url)
        letters = [
            _letter_values(sent.statement, notice, address, head, now)
            for sent, address in _by_email(session, on)
            if (notice := sent.notice(on)) is not None
        ]
        ids = [*ids, *_insert(session, letters)]
        enqueue_all(session, "send_message", [{"message_id": one} for one in ids])
    return len(ids)


@dataclass(frozen=True, slots=True)
class _Sent:
    """A statement with the day it was sent, and until when its newest copy asks for payment."""

    statement: Statement
    on: date
    due_on: date

    def notice(self, on: date) -> BillNotice | None:
        return notice_on(sent_on=self.on, due_on=self.due_on, on=on)


def _newest(on: date, choice: Channel, *columns: Any) -> Select[*tuple[Any, ...]]:
    """The newest statement that reached each account of this choice, with its days."""
    sent = (
        select(
            StatementDelivery.statement_id,
            func.min(StatementDelivery.delivered_on).label("sent_on"),
        )
        .where(StatementDelivery.returned_on.is_(None))
        .group_by(StatementDelivery.statement_id)
        .subquery()
    )
    newest = (
        select(func.max(Statement.id))
        .join(sent, sent.c.statement_id == Statement.id)
        .group_by(Statement.guarantor_account_id)
    )
    return (
        select(Statement, sent.c.sent_on, statement_due_on(), *columns)
        .join(sent, sent.c.statement_id == Statement.id)
        .join(GuarantorAccount, GuarantorAccount.id == Statement.guarantor_account_id)
        .where(
            Statement.id.in_(newest),
            Statement.amount_due > ZERO,
            statement_due_on() >= on - DAYS_AFTER - STALE_AFTER,
            chose(About.BILLS, choice),
        )
        .order_by(Statement.id)
    )


def _by_text(session: Session, on: date) -> list[tuple[_Sent, str]]:
    """Those who agreed to texts about bills and want them."""
    rows = session.execute(_newest(on, Channel.TEXT, GuarantorAccount)).all()
    numbers = text_numbers(session, [account for *_, account in rows])
    agreed = session.execute(
        select(GuarantorAccount.id, TextConsent.phone).where(
            GuarantorAccount.id.in_(numbers),
            TextConsent.phone.in_({number for number in numbers.values() if number}),
            TextConsent.category == TextCategory.BILLING.value,
            said_for(GuarantorAccount.id),
            not_withdrawn(),
        )
    )
    pairs = {(account_id, phone) for account_id, phone in agreed}
    return [
        (_Sent(*sent), numbers[account.id])
        for *sent, account in rows
        if (account.id, numbers[account.id]) in pairs
    ]


def _by_email(session: Session, on: date) -> list[tuple[_Sent, str]]:
    """Those who chose e-mail, at the address proven first; a statement that came by e-mail is not told again."""
    rows = session.execute(
        _newest(on, Channel.EMAIL, Login.email)
        .join(AccountAccess, AccountAccess.guarantor_account_id == GuarantorAccount.id)
        .join(Login, Login.id == AccountAccess.login_id)
        .where(*IS_PROVEN)
        .order_by(AccountAccess.id)
    ).all()
    told = select(StatementDelivery.statement_id).where(
        StatementDelivery.statement_id.in_([row[0].id for row in rows]),
        StatementDelivery.channel == BY_EMAIL,
    )
    told_ids = set(session.scalars(told))
    goes_to = mailboxes(session, {(row[-1], row[0].guarantor_account_id) for row in rows})
    first: dict[int, tuple[_Sent, str]] = {}
    for *row, meant in rows:
        sent = _Sent(*row)
        address = goes_to[meant, sent.statement.guarantor_account_id]
        new = sent.notice(on) is BillNotice.NEW_STATEMENT
        if address and not (new and sent.statement.id in told_ids):
            first.setdefault(sent.statement.id, (sent, address))
    return list(first.values())


def _letter_values(
    statement: Statement, notice: BillNotice, address: str, head: Letterhead, now: datetime
) -> dict[str, object]:
    letter = bill_notice(head, number=statement.number)
    return {
        "channel": "email",
        "recipient": address,
        "category": TextCategory.BILLING.value,
        "template": letter.template,
        "template_version": VERSION,
        "subject": letter.subject,
        "body": letter.body,
        "dedupe_key": f"email:{notice.value}:{statement.id}",
        "guarantor_account_id": statement.guarantor_account_id,
        "statement_id": statement.id,
        "state": "queued",
        "created_at": now,
    }


def _values(
    statement: Statement, notice: BillNotice, mobile: str, now: datetime
) -> dict[str, object]:
    return {
        "channel": "sms",
        "recipient": mobile,
        "category": TextCategory.BILLING.value,
        "template": notice.value,
        "body": "",  # worded when it leaves
        "dedupe_key": f"text:{notice.value}:{statement.id}",
        "guarantor_account_id": statement.guarantor_account_id,
        "statement_id": statement.id,
        "state": "queued",
        "created_at": now,
    }


def _insert(session: Session, wanted: list[dict[str, object]]) -> Sequence[int]:
    if not wanted:
        return ()
    return session.scalars(
        insert(OutboundMessage)
        .on_conflict_do_nothing(index_elements=[OutboundMessage.dedupe_key])
        .returning(OutboundMessage.id),
        wanted,
    ).all()
