"""A mail server that keeps what it is given: the inbox shows it, nothing leaves the machine."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.store import new_id
from sandbox.world import World


class Sink:
    """Takes every message and stores its text."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        message = message_from_bytes(raw, _class=EmailMessage, policy=policy.default)
        body = message.get_body(("plain", "html"))
        self.world.store.put(
            {
                "id": new_id("mail"),
                "object": "email",
                "created": self.world.store.now(),
                "message_id": message["Message-ID"],
                "to": ", ".join(envelope.rcpt_tos),
                "from": envelope.mail_from,
                "subject": message["Subject"] or "",
                "body": body.get_content() if body else "",
                "attachments": [part.get_filename() for part in message.iter_attachments()],
            }
        )
        return "250 Message kept"


def start(world: World, port: int) -> None:
    """Listen on loopback in a thread of its own."""
    Controller(Sink(world), hostname="127.0.0.1", port=port).start()
