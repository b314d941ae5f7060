"""A practice with a mail server, and a patient who gave up paper."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from portal import db
from portal.adapters.email import SmtpEmail
from portal.adapters.folder_mail import MANIFEST
from portal.models.claims import Visit
from portal.models.consents import ESignConsent
from portal.models.identity import AccountAccess, Login
from portal.models.messages import OutboundMessage
from portal.models.statements import StatementDelivery
from portal.ports import GatewayError
from portal.queries.paperless import paperless_page
from portal.queries.viewer import PatientViewer
from portal.services.consent_paperless import Browser, agree_paperless
from portal.services.run_day import DayReport, run_day
from portal.services.send_message import send_message
from sandbox.mail import bounce_report
from tests.adapters.mail_server import MailServer
from tests.services.statement_world import DAY, Office, later, noon, world

KEYS = [b"return paths" * 3]
EMAIL = "testa@example.com"
HERE = Browser(ip="192.0.2.7", user_agent="Invented Browser")
BEFORE = noon(DAY) - timedelta(days=30)


@dataclass
class Post:
    """The office, its mail server, and one account that owes."""

    office: Office
    server: MailServer
    account_id: int = 0
    bill: Any = None
    failures: list[str] = field(default_factory=list)

    @property
    def mailer(self) -> SmtpEmail:
        url = f"smtp://127.0.0.1:{self.server.port}"
        return SmtpEmail(url=url, sender="billing@example.com", keys=KEYS)

    def run(self, on: date = DAY, *, send: bool = True) -> DayReport:
        report = run_day(on=on, now=noon(on), office=self.office)
        if send:
            self.send(noon(on))
        return report

    def send(self, now: datetime) -> None:
        """What the worker does with every message that waits."""
        for message in outbox():
            if message.state in {"queued", "sending"}:
                try:
                    send_message(message_id=message.id, sms=None, email=self.mailer, now=now)
                except GatewayError as error:
                    self.failures.append(type(error).__name__)

    def report(self, message: OutboundMessage, **changed: str) -> bytes:
        """A mail server's report about one message."""
        to = self.mailer._return_path(f"message-{message.id}")
        return bounce_report(to=to, failed=EMAIL, message_id="<x@y>", **changed).encode()

    def batch(self, on: date) -> list[str]:
        folder = self.office.outbox / on.isoformat()
        if not folder.exists():
            return []
        return sorted(path.name for path in folder.iterdir() if path.name != MANIFEST)


def open_post(home: Path, server: MailServer, *, cents: int = 5000) -> Post:
    """An account that owes, and whose guarantor has a sign-in."""
    bill = world(lambda w: w.owed(cents))
    post = Post(Office(home), server, bill[0].guarantor_account_id, bill)
    give_access(post.account_id)
    return post


def give_access(account_id: int, email: str = EMAIL) -> PatientViewer:
    with db.transaction() as session:
        login = Login(face="patient", email=email, fs_uniquifier=email)
        session.add(login)
        session.flush()
        session.add(
            AccountAccess(
                login_id=login.id,
                guarantor_account_id=account_id,
                granted_by="test",
                granted_at=BEFORE,
            )
        )
        return PatientViewer(login.id, frozenset({account_id}))


def viewer_of(email: str = EMAIL) -> PatientViewer:
    with db.read_only() as session:
        login_id = session.scalars(select(Login.id).where(Login.email == email)).one()
        accounts = session.scalars(
            select(AccountAccess.guarantor_account_id).where(AccountAccess.login_id == login_id)
        )
        return PatientViewer(login_id, frozenset(accounts))


def agree(now: datetime = BEFORE, email: str = EMAIL) -> None:
    viewer = viewer_of(email)
    agree_paperless(
        viewer=viewer,
        demonstrated_at=now - timedelta(minutes=1),
        browser=HERE,
        language="en",
        seen_hash=paperless_page(viewer, language="en", now=now).seen_hash,
        public_url="http://localhost:8000",
        now=now,
    )


def outbox(template: str = "") -> list[OutboundMessage]:
    with db.read_only() as session:
        rows = session.scalars(select(OutboundMessage).order_by(OutboundMessage.id))
        return [row for row in rows if template in {"", row.template}]


def notice() -> OutboundMessage:
    [message] = outbox("statement_notice")
    return message


def deliveries() -> list[tuple[str, date, date | None]]:
    with db.read_only() as session:
        rows = session.scalars(select(StatementDelivery).order_by(StatementDelivery.id))
        return [(row.channel, row.delivered_on, row.returned_on) for row in rows]


def first_statement_on() -> date | None:
    with db.read_only() as session:
        return session.scalars(select(Visit.first_statement_on)).one()


def consents() -> list[ESignConsent]:
    with db.read_only() as session:
        return list(session.scalars(select(ESignConsent).order_by(ESignConsent.id)))


def change_login(**values: Any) -> None:
    def change(w: Any) -> None:
        login = w.session.scalars(select(Login).where(Login.email == EMAIL)).one()
        for name, value in values.items():
            setattr(login, name, value)

    later(change)
