"""A statement that was mailed, its reader's consent, and the day's texts about it, committed for real."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from portal.adapters.email import SmtpEmail
from portal.db import read_only, transaction
from portal.models.identity import AccountAccess, Login
from portal.models.messages import OutboundMessage
from portal.models.statements import Statement
from portal.queries.text_consents import TextCategory
from portal.services.queue_notices import queue_notices
from portal.services.record_text_consent import Said, grant_texts
from portal.services.send_message import send_message
from portal.services.word_message import Links
from tests.sandbox_server import PUBLIC_URL, SandboxServer
from tests.services.statement_world import DAY, cut, deliver, later, noon, statements, world

PHONE = "+12125550142"  # New York, as the ZIP code of the world's accounts
LINKS = Links(hash_keys=(b"0" * 32,), public_url=PUBLIC_URL)


@dataclass
class Phone:
    """One reader: what is queued for them, and what their phone got."""

    sandbox: SandboxServer
    account_id: int
    bill: tuple
    number: str = PHONE
    statement: Statement = field(init=False)

    def __post_init__(self) -> None:
        self.statement = next(
            one for one in statements() if one.guarantor_account_id == self.account_id
        )

    def queue(self, on: date = DAY) -> int:
        return queue_notices(on=on, now=noon(on), public_url=PUBLIC_URL)

    def messages(self) -> list[OutboundMessage]:
        with read_only() as session:
            return list(
                session.scalars(
                    select(OutboundMessage)
                    .where(OutboundMessage.guarantor_account_id == self.account_id)
                    .order_by(OutboundMessage.id)
                )
            )

    def only(self) -> OutboundMessage:
        [message] = self.messages()
        return message

    def send(self, message: OutboundMessage, now: datetime) -> str:
        return send_message(
            message_id=message.id,
            sms=self.sandbox.sms(),
            email=SmtpEmail(
                url=f"smtp://127.0.0.1:{self.sandbox.smtp_port}", sender="billing@example.com"
            ),
            now=now,
            links=LINKS,
        )

    def texts(self) -> list[str]:
        """The words that reached the provider, oldest first."""
        client = self.sandbox.sms()._client
        return [message.body for message in reversed(client.messages.list(to=self.number))]

    def before_due(self) -> date:
        return self.statement.due_on - timedelta(days=7)

    def after_due(self) -> date:
        return self.statement.due_on + timedelta(days=3)


def phone(
    sandbox: SandboxServer, home: Path, *, number: str = PHONE, consent: bool = True, **fields
) -> Phone:
    """An account that owes $50.00, whose statement went into the mail on DAY."""

    def build(book):
        account = book.account(**({"mobile": number, "first_name": "Testa"} | fields))
        return account.id, book.owed(5000, account=account)

    account_id, bill = later(build) if statements() else world(build)
    cut()
    deliver(home)
    if consent:
        agree(account_id, number, noon(DAY))
    return Phone(sandbox=sandbox, account_id=account_id, bill=bill, number=number)


def agree(account_id: int, number: str, now: datetime) -> int:
    with transaction() as session:
        return grant_texts(
            session,
            phone=number,
            category=TextCategory.BILLING,
            guarantor_account_id=account_id,
            said=Said(source="web", wording_version="1"),
            now=now,
        )


def sign_up(account_id: int) -> None:
    with transaction() as session:
        login = Login(
            face="patient", email="testa@example.com", fs_uniquifier="t", confirmed_at=noon(DAY)
        )
        session.add(login)
        session.flush()
        session.add(
            AccountAccess(
                login_id=login.id,
                guarantor_account_id=account_id,
                granted_by="enrolment_code:1",
                granted_at=noon(DAY),
            )
        )
