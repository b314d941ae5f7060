"""A mail server that keeps what it is given: the inbox shows it, nothing leaves the machine.

Two addresses of any domain behave like dead mailboxes: `bounce@...` is refused at once, and mail to
`bounce-later@...` is taken and comes back as a report (RFC 3464), which the inbox offers as a file.
"""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.store import new_id
from sandbox.world import World

REFUSED_AT_ONCE = "bounce"
COMES_BACK = "bounce-later"
NO_MAILBOX = "550 5.1.1 No such mailbox"


class Sink:
    """Takes every message but those to a dead mailbox, and stores its text."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if _mailbox(address) == REFUSED_AT_ONCE:
            self._keep({"to": address, "status": f"refused: {NO_MAILBOX}"})
            return NO_MAILBOX
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        message = message_from_bytes(raw, _class=EmailMessage, policy=policy.default)
        body = message.get_body(("plain", "html"))
        self._keep(
            {
                "message_id": message["Message-ID"],
                "to": ", ".join(envelope.rcpt_tos),
                "from": envelope.mail_from,
                "subject": message["Subject"] or "",
                "body": body.get_content() if body else "",
                "attachments": [part.get_filename() for part in message.iter_attachments()],
            }
        )
        for address in envelope.rcpt_tos:
            if _mailbox(address) == COMES_BACK:
                self._send_back(address, envelope.mail_from or "", message)
        return "250 Message kept"

    def _send_back(self, address: str, return_path: str, message: EmailMessage) -> None:
        report = bounce_report(
            to=return_path, failed=address, message_id=message["Message-ID"] or ""
        )
        self._keep(
            {
                "to": return_path,
                "from": "",
                "subject": "Undelivered mail returned to sender",
                "body": f"No such mailbox: {address}\n\nSave the report and give it to"
                " python -m portal record-bounces.\n",
                "raw": report,
            }
        )

    def _keep(self, row: dict[str, object]) -> None:
        common = {
            "id": new_id("mail"),
            "object": "email",
            "created": self.world.store.now(),
            "subject": "",
            "body": "",
        }
        self.world.store.put(common | row)


def bounce_report(
    *,
    to: str,
    failed: str,
    message_id: str,
    status: str = "5.1.1",
    action: str = "failed",
    subject: str = "Undelivered mail returned to sender",
) -> str:
    """A delivery report as a mail server writes it (RFC 3464)."""
    report = MIMEMultipart("report", report_type="delivery-status")
    report["From"] = "MAILER-DAEMON@mail.example.net"
    report["To"] = to
    report["Subject"] = subject
    report["Auto-Submitted"] = "auto-replied"
    report.attach(MIMEText("This is the mail system. Your message could not be delivered.\n"))
    server, recipient = Message(), Message()
    server["Reporting-MTA"] = "dns; mail.example.net"
    recipient["Final-Recipient"] = f"rfc822; {failed}"
    recipient["Action"] = action
    recipient["Status"] = status
    status_part = Message()
    status_part["Content-Type"] = "message/delivery-status"
    status_part.set_payload([server, recipient])
    report.attach(status_part)
    returned = Message()
    returned["Message-ID"] = message_id
    returned.set_payload("")
    report.attach(MIMEMessage(returned))
    return report.as_string()


def start(world: World, port: int) -> None:
    """Listen on loopback in a thread of its own."""
    Controller(Sink(world), hostname="127.0.0.1", port=port).start()


def _mailbox(address: str) -> str:
    return address.partition("@")[0].lower()
