"""E-mail over SMTP: plain text, one recipient."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from portal.ports import Accepted, OutcomeUnknown, Refused, RetryLater

TIMEOUT_SECONDS = 10
PERMANENT = 500


class SmtpEmail:
    """An EmailSender. `smtps://` is TLS from the start, `smtp+tls://` STARTTLS, `smtp://` a local relay."""

    def __init__(self, *, url: str, sender: str) -> None:
        self._url = urlsplit(url)
        self._sender = sender

    def send(self, *, to: str, subject: str, body: str, message_id: str) -> Accepted:
        """Hand over one e-mail; the error says what the caller may do."""
        domain = self._sender.rpartition("@")[2]
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = to
        message["Subject"] = subject
        message["Message-ID"] = f"<{message_id}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(body)
        try:
            server = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise RetryLater("the mail server did not answer") from error
        try:
            with server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            raise (Refused if code >= PERMANENT else RetryLater)(str(code)) from error
        except smtplib.SMTPResponseException as error:
            refused = error.smtp_code >= PERMANENT
            raise (Refused if refused else RetryLater)(str(error.smtp_code)) from error
        except (OSError, smtplib.SMTPException) as error:
            raise OutcomeUnknown("the mail server went away") from error
        return Accepted(provider_id=message["Message-ID"])

    def _connect(self) -> smtplib.SMTP:
        host, port = self._url.hostname or "127.0.0.1", self._url.port or 0
        if self._url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
            if self._url.scheme == "smtp+tls":
                server.starttls(context=ssl.create_default_context())
        if self._url.username:
            server.login(unquote(self._url.username), unquote(self._url.password or ""))
        return server
